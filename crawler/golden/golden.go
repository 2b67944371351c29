// Package golden keeps known-good pages of a source with what is read on them, and says by field where a later reading,
// of the same page or of the page as it is now, differs.
package golden

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers"
	"pricegap/parsers/known"
	"pricegap/parsers/manners"
)

// ErrNotGood says that a page is not one to hold others against; the error says why.
var ErrNotGood = errors.New("golden: not a good product page")

// ErrKept says that a page of that address is kept already.
var ErrKept = errors.New("golden: the page is kept already")

const (
	expected = ".json"
	packed   = ".page.gz"
	// maxPage bounds a kept page, unpacked, in bytes; it is the bound of a fetched page, raised or not. maxExpected bounds
	// the file beside it.
	maxPage     = 64 << 20
	maxExpected = 16 << 20
)

// Page is a kept page: NAME.json, to be read and corrected by people, and NAME.page.gz beside it.
type Page struct {
	// Name is made of the address.
	Name string `json:"-"`
	// Asked is the address that was asked for, URL the one that answered.
	Asked     string       `json:"asked"`
	URL       string       `json:"url"`
	Role      parsers.Role `json:"role"`
	Status    int          `json:"status"`
	FetchedAt time.Time    `json:"fetched_at"`
	// Offers are what is to be read on the page.
	Offers []market.Offer `json:"offers"`

	body []byte
}

// New returns the page of a visit, as it is to be kept. The error is an ErrNotGood where it is not a product page on which
// all is well, or where its owner wants no copies.
func New(v crawler.Visit) (Page, error) {
	no := func(why string) (Page, error) { return Page{}, fmt.Errorf("%w: %s", ErrNotGood, why) }
	switch r := v.Result; {
	case v.Failure != nil:
		return no(v.Failure.Error())
	case r.Failure != "":
		return no(fmt.Sprintf("%s: %s", r.Failure, r.Message))
	case len(r.Offers) == 0:
		return no("no offer is read on it")
	case !r.Offers[0].Price.Known():
		return no("no single price is read on it")
	case !r.Offers[0].Title.Known():
		return no("no name is read on it")
	case slices.Contains(manners.Asked(v.Page.Header, v.Page.Body, crawler.Token), "noarchive"):
		return no("the shop asks that no copies of it are kept (noarchive)")
	}
	return Page{
		Name: name(v.Request.URL), Asked: v.Request.URL, URL: v.Page.URL, Role: v.Request.Role, Status: v.Page.Status,
		FetchedAt: v.Page.FetchedAt, Offers: v.Result.Offers, body: v.Page.Body,
	}, nil
}

// name is that of known, and a sum of the whole address.
func name(address string) string {
	sum := sha256.Sum256([]byte(address))
	return fmt.Sprintf("%s-%x", known.Name(address), sum[:4])
}

// Save writes a page to the folder, which it makes where there is none. The error is an ErrKept where its address is kept
// already, unless it is to be replaced.
func (p Page) Save(folder string, replace bool) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("golden: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("golden: %w", err)
	}
	defer root.Close()
	if _, err := root.Lstat(p.Name + expected); !replace && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("%w as %s", ErrKept, p.Name), err)
	}
	said, err := known.JSON(p)
	if err != nil {
		return fmt.Errorf("golden: %w", err)
	}
	var body bytes.Buffer
	z := gzip.NewWriter(&body)
	_, err = z.Write(p.body)
	if err = errors.Join(err, z.Close()); err != nil {
		return fmt.Errorf("golden: %w", err)
	}
	// What is expected comes last: with it the page is kept.
	return errors.Join(write(root, p.Name+packed, body.Bytes()), write(root, p.Name+expected, said))
}

// write puts a file in its place once it is complete.
func write(root *os.Root, name string, data []byte) error {
	err := root.WriteFile("."+name, data, 0o644)
	if err == nil {
		err = root.Rename("."+name, name)
	}
	if err != nil {
		return fmt.Errorf("golden: %w", errors.Join(err, root.Remove("."+name)))
	}
	return nil
}

// Load reads the pages of a folder, by name; none where there is no folder. The error names every page that cannot be
// read; the others are returned.
func Load(folder string) ([]Page, error) {
	root, err := os.OpenRoot(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("golden: %w", err)
	}
	defer root.Close()
	files, err := fs.Glob(root.FS(), "[^.]*"+expected) // a process that died in the middle of one leaves .NAME.json
	var out []Page
	for _, f := range files {
		p, perr := load(root, strings.TrimSuffix(f, expected))
		if perr != nil {
			err = errors.Join(err, fmt.Errorf("golden: %s: %w", filepath.Join(folder, f), perr))
			continue
		}
		out = append(out, p)
	}
	return out, err
}

func load(root *os.Root, name string) (Page, error) {
	p := Page{Name: name}
	f, err := root.Open(name + expected)
	if err != nil {
		return p, err
	}
	defer f.Close()
	dec := json.NewDecoder(io.LimitReader(f, maxExpected))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return p, err
	}
	if p.Asked == "" || len(p.Offers) == 0 {
		return p, errors.New("no address or no offer is expected")
	}
	b, err := root.Open(name + packed)
	if err != nil {
		return p, err
	}
	defer b.Close()
	z, err := gzip.NewReader(b)
	if err != nil {
		return p, err
	}
	p.body, err = io.ReadAll(io.LimitReader(z, maxPage))
	return p, err
}

// Visit reads the kept page as the crawl would read it now, by the parser and the configuration of the site; nothing is
// fetched.
func (p Page) Visit(site crawler.Site) crawler.Visit {
	v := crawler.Visit{Request: site.Request(p.Asked), Page: market.Page{
		Source: site.Source.ID, Asked: p.Asked, URL: cmp.Or(p.URL, p.Asked), Status: p.Status, FetchedAt: p.FetchedAt, Body: p.body,
	}}
	v.Request.Role = p.Role
	var err error
	if v.Result, err = crawler.Read(site, v.Page, v.Request); err != nil {
		v.Failure, _ = errors.AsType[*crawler.FetchError](err) // Read has no other
	}
	return v
}
