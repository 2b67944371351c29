// Package class tells pages of content from those that stand in their place: captchas, bot checks, consent and
// login walls, waiting rooms, soft 404s, empty shells, half pages. It recognises them and does nothing about them.
// Everything in it is pure, and a page of content that it takes for something else is its worst mistake: where a
// sign may stand on both, it is none.
package class

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/class/phrase"
)

// Page is a page that was fetched and read.
type Page struct {
	// Asked is the address that was asked for, URL the one that answered, after redirects.
	Asked, URL string
	// Body is the page as UTF-8, Root its tree.
	Body []byte
	Root *html.Node
	// Usual is how many bytes such pages of this source usually have; 0 means not known.
	Usual int
	// Language and Currency are those of the source, such as "nl-NL" and "EUR"; empty where nobody knows.
	Language string
	Currency money.Currency
	// List says that a category page was asked for, not one product.
	List bool
	// Offers are what was read; where not List, the first is that of the page's own product. Others are those not
	// proved to be the page's own. Links says that a list leads to products.
	Offers, Others []market.Offer
	Links          bool
}

// own is what a page proves of its own product.
type own struct {
	priced              bool
	name, sku, gtin, at string // as read, or empty; the name is folded
	currency            money.Currency
}

// own returns what the first offer proves. What was only guessed from the headline, the address or the source proves
// nothing, and the Open Graph describes any page.
func (p Page) own() own {
	if p.List || len(p.Offers) == 0 {
		return own{}
	}
	o := p.Offers[0]
	out := own{priced: o.Price.Known() || o.Low.Known(), sku: o.SKU, gtin: o.GTIN}
	if r := o.Evidence[market.FieldName].Reader; r != "page" && (r != "opengraph" || out.priced) {
		out.name = phrase.Fold(o.Title.Plain())
	}
	if o.Evidence[market.FieldURL].Reader != "page" {
		out.at = o.URL
	}
	if o.Evidence[market.FieldCurrency].Reader != "source" {
		out.currency = o.Price.Currency()
	}
	return out
}

// subject is a page under judgement.
type subject struct {
	Page
	own
	view
	lang     string
	from, to place // of Asked and URL
}

// The most that a page may say, in bytes of visible text, to be still a wall and not a page with a notice on it.
const (
	maxWall  = 6_000
	maxShell = 300
)

// Of returns what stands in the place of the page that was asked for, with the reason in one English sentence that
// is safe to show, or "" for a page of content. A page that shows the price of the product that was asked for is
// content whatever else lies over it; a half page never is.
func Of(p Page) (market.FailureKind, string) {
	s := subject{Page: p, own: p.own(), from: placeOf(p.Asked), to: placeOf(p.URL)}
	s.lang = language(p.Root)
	if why := s.half(); why != "" {
		return market.FailTruncated, why
	}
	if why := s.foreign(); why != "" {
		return market.FailGeoVariant, why
	}
	if p.List && (len(p.Offers) > 0 || p.Links) || s.priced && s.proved() {
		return "", ""
	}
	s.view = look(p.Root)
	if s.priced {
		return s.doubted()
	}
	return s.unpriced()
}

// doubted looks at a page on which a price was read that is not proved to be that of the product that was asked for.
func (s subject) doubted() (market.FailureKind, string) {
	if why := s.misled(); why != "" {
		return market.FailSoft404, why
	}
	for _, h := range slices.Concat(s.title, s.h1) {
		if phrase.Say.Missing.Fit(h) && !s.about(h) {
			return market.FailSoft404, "the headline says that the product does not exist; the price belongs to another one"
		}
	}
	return "", ""
}

// unpriced tells why a page has no price of its own, where its template is not the reason.
func (s subject) unpriced() (market.FailureKind, string) {
	heads := slices.DeleteFunc(s.heads(), s.about)
	if len(heads) < len(s.title)+len(s.h1) && s.name != "" { // a product page, whatever its product is called
		heads = nil
	}
	strange := slices.DeleteFunc(slices.Clone(heads), s.asked)
	if !s.more {
		if kind, why := wall(strange, s.Body); kind != "" {
			return kind, why
		}
	}
	if !s.List && !s.proved() {
		if why := cmp.Or(s.misled(), s.replaced()); why != "" {
			return market.FailSoft404, why
		}
	}
	if len(strange) == len(s.title)+len(s.h1) && len(slug(s.from)) > 1 { // nothing here is what was asked for
		heads = slices.Concat(heads, s.h2)
	}
	switch {
	case phrase.Say.Missing.Any(heads) || ofStatus(heads) == market.FailSoft404:
		return market.FailSoft404, "the headline says that the page or the product does not exist"
	case !s.List && phrase.Say.Results.Any(heads):
		return market.FailSoft404, "search results instead of the product"
	}
	if kind, why := s.gated(strange); kind != "" {
		return kind, why
	}
	return s.shell()
}

// about reports whether a headline is the name of the page's own product.
func (s subject) about(headline string) bool { return s.name != "" && similar(headline, s.name) }

// asked reports whether a headline is that of what was asked for, by its address.
func (s subject) asked(headline string) bool {
	return similar(headline, strings.Join(slug(s.from), " "))
}

// wall recognises by its headlines a page that refuses, checks or waits, and was too long for Refusal to say so.
func wall(heads []string, body []byte) (market.FailureKind, string) {
	switch {
	case phrase.Say.Human.Any(heads) && vendors.captcha(body):
		return captcha.kind, "a captcha stands in place of the page"
	case phrase.Say.Human.Any(heads):
		return check.kind, "a bot check stands in place of the page"
	case phrase.Say.Refused.Any(heads):
		return refusal.kind, "the shop refuses the request"
	case phrase.Say.Abroad.Any(heads):
		return market.FailGeoVariant, "the shop is not open to visitors from here"
	case phrase.Say.Waiting.Any(heads):
		return queue.kind, "a waiting room stands in place of the page"
	case phrase.Say.Closed.Any(heads):
		return closed.kind, "the headline says that the shop is closed for now"
	}
	return "", ""
}

// gated recognises what hides the product: a login, a consent or age question, a choice of country. heads are the
// headlines that name no product.
func (s subject) gated(heads []string) (market.FailureKind, string) {
	const (
		ageWhy     = "a question for the visitor's age stands in place of the page"
		consentWhy = "a consent question stands in place of the page"
	)
	lines := phrase.Sentences(string(s.text))
	switch to := s.door(); {
	case to == doorLogin:
		return market.FailLoginWall, "the address was answered by a login page"
	case to == doorConsent:
		return market.FailConsentWall, "the address was answered by a consent or age question"
	case phrase.Say.Members.Any(lines):
		return market.FailLoginWall, "the page says that prices are for customers who are logged in"
	case s.more:
		return "", ""
	case s.password && phrase.Say.Login.Any(heads):
		return market.FailLoginWall, "a login form stands in place of the page"
	case phrase.Say.Region.Any(heads):
		return market.FailGeoVariant, "a choice of country or language stands in place of the page"
	case phrase.Say.Age.Any(heads):
		return market.FailConsentWall, ageWhy
	case phrase.Say.Consent.Any(heads):
		return market.FailConsentWall, consentWhy
	case len(lines) > fewLines || len(heads) < len(s.title)+len(s.h1) || priced(string(s.text)):
		return "", "" // what a page without a product says in few words may stand below its headline
	case phrase.Say.Age.Any(lines):
		return market.FailConsentWall, ageWhy
	case len(s.h1) == 0 && phrase.Say.Consent.Any(lines):
		return market.FailConsentWall, consentWhy
	}
	return "", ""
}

// shell recognises a page that scripts are to fill.
func (s subject) shell() (market.FailureKind, string) {
	if s.scripts == 0 || s.more || len(s.text) > maxShell {
		return "", ""
	}
	if !s.mount && !s.noscript && len(s.text) > maxShell/5 {
		return "", ""
	}
	return market.FailPriceMissing, "the page is an empty shell that scripts fill: it needs `render: browser` or a JSON source"
}
