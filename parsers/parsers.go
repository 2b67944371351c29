// Package parsers reads pages: pages in, offers and links out. Everything in it is pure: no network, no
// clock, no state between pages. A parser registers itself under a name; sources.yaml chooses one by
// "parser:", and "auto" fits most shops.
package parsers

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

// Known has for each registered parser one small page and what is read on it, testdata/PARSER/known.*: package known reads
// it before anything is crawled.
//
//go:embed testdata/*/known.*
var Known embed.FS

// Role says what a page is expected to be.
type Role string

// The roles of a page.
const (
	RoleProduct Role = "product" // one product, perhaps with variants; its own offer comes first
	RoleList    Role = "list"    // a category page: links, and offers where its tiles carry price and article number
	RoleJSON    Role = "json"    // a JSON endpoint, read by market.JSONPaths
)

// Input is a page and what its source says about reading it.
type Input struct {
	Page   market.Page
	Role   Role
	Locale money.Locale
	// VAT is the basis of prices where the page does not say.
	VAT money.VAT
	// JSON is for RoleJSON only.
	JSON market.JSONPaths
	// Usual is how many bytes such pages of the source usually have, to know half a page by; 0 means not known.
	Usual int
}

// LinkKind says where a link leads.
type LinkKind string

// The kinds of links.
const (
	LinkProduct LinkKind = "product" // a product page
	LinkNext    LinkKind = "next"    // the next page of this list
	LinkOther   LinkKind = "other"   // anything else on an allowed scheme
)

// Link is an absolute http(s) address found on a page, without its fragment.
type Link struct {
	URL  string   `json:"url"`
	Kind LinkKind `json:"kind"`
}

// Result is what a page says.
type Result struct {
	// Offers are the offers of the page; on a product page the first is the page's own product.
	Offers []market.Offer
	// Links are in the order of the page, each once.
	Links []Link
	// Failure is the code of what is wrong with the page as a whole, such as price_missing; empty when
	// nothing is. On a product page Offers then has the page's own product alone, without a price.
	Failure market.FailureKind
	// Message says more about Failure, safe to show.
	Message string
	// Until is when the same page may say something else, since it states until or from when a price holds; zero for never.
	Until time.Time
	// Others are offers that were read and are not proved to be the page's own, to be looked at by people. They
	// are never recorded.
	Others []market.Offer
	// Disputed is what the reader that is believed first says of the page's own product where others contradict its price; the
	// zero Offer where nothing is disputed, or no price. It may be recorded as held back alone, for a person to decide.
	Disputed market.Offer
}

// Parser reads one page. It is pure and safe for concurrent use.
type Parser interface {
	// Parse reads d. The error is an *Error, and only where nothing at all could be read; the Result then
	// carries the same Failure. What is merely missing is said in Result.Failure alone.
	Parse(d *Doc) (Result, error)
}

// ErrUnknown is returned by New for a name under which no parser is registered.
var ErrUnknown = errors.New("parsers: unknown parser")

type factory func(decode func(any) error) (Parser, error)

type plugin struct {
	make    factory
	options func() any
}

var registry = map[string]plugin{}

// register makes a parser available under a name; it is called from init functions of this package only.
// options returns a pointer to the zero value of the parser's options; nil means that it has none.
func register(name string, options func() any, f factory) { registry[name] = plugin{f, options} }

// New returns the parser registered under name. decode fills the parser's own options struct from
// sources.yaml and refuses unknown keys; nil means no options.
func New(name string, decode func(any) error) (Parser, error) {
	f, ok := registry[name]
	if !ok {
		return nil, fmt.Errorf("%w: %q (there are %v)", ErrUnknown, name, Names())
	}
	if decode == nil {
		decode = func(any) error { return nil }
	}
	return f.make(decode)
}

// Options returns a pointer to the zero options of the parser registered under name, for generating a
// schema, or nil where there is no such parser or it has no options.
func Options(name string) any {
	if p := registry[name]; p.options != nil {
		return p.options()
	}
	return nil
}

// Names lists the registered parsers in alphabetical order.
func Names() []string {
	out := make([]string, 0, len(registry))
	for n := range registry {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// Error is a page of which nothing at all could be read.
type Error struct {
	Kind market.FailureKind
	// Message says more; it is safe to show.
	Message string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("parsers: page: %s: %s", e.Kind, e.Message) }

// FailureKind returns the code, for those who know errors by what they can say.
func (e *Error) FailureKind() market.FailureKind { return e.Kind }
