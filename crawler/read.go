package crawler

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers"
	"pricegap/parsers/sitemap"
)

// Read reads a page as the crawl does: by the parser of the source, and the JSON paths of the starting point that
// r.Start names; a JSON page whose starting point has none is read by those of the first that has. A page that has
// not changed has no body and an empty Result. What is wrong with a page that was read stands in Result.Failure; the
// error is a *FetchError for one that could not be: internal_panic where the parser panics, which stops no other page,
// else decode_error or the code that the parser names.
func Read(site Site, page market.Page, r Request) (parsers.Result, error) {
	if page.NotModified {
		return parsers.Result{}, nil
	}
	var res parsers.Result
	err := guarded(r.URL, page.Status, kindOf, func() error {
		var err error
		in := parsers.Input{Page: page, Role: r.Role, Locale: site.Source.Locale, VAT: site.Source.VAT, JSON: paths(site.Source.Starts, r)}
		if r.Role == parsers.RoleProduct {
			in.Usual = site.usual
		}
		d := parsers.NewDoc(in)
		defer d.Close()
		res, err = parsers.Read(site.Parser, d)
		return err
	})
	if err != nil {
		return parsers.Result{}, err
	}
	return res, nil
}

// paths are the JSON paths by which a page is read.
func paths(starts []market.Start, r Request) market.JSONPaths {
	i := r.Start
	if r.Role == parsers.RoleJSON && (i < 0 || i >= len(starts) || starts[i].Kind != market.StartJSON) {
		i = slices.IndexFunc(starts, func(s market.Start) bool { return s.Kind == market.StartJSON })
	}
	if i < 0 || i >= len(starts) {
		return market.JSONPaths{}
	}
	return starts[i].JSON
}

// guarded runs what reads a page, and makes its error a *FetchError. A panic is our own fault and stops no other
// page.
func guarded(address string, status int, kind func(error) market.FailureKind, read func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			fe := panicked(address, p)
			fe.Status, err = status, fe
		}
	}()
	if err := read(); err != nil {
		return &FetchError{URL: link.Redact(address), Status: status, Kind: kind(err), Err: err}
	}
	return nil
}

func (c *shared) logPanic(id market.SourceID, f *FetchError) {
	if p, ok := errors.AsType[*panicError](f.Err); ok {
		c.log.Error("panic while visiting a page", "source", id, "url", f.URL, "panic", p.text, "stack", string(p.stack))
	}
}

// found is what a sitemap names.
type found struct {
	pages    []sitemap.Entry
	sitemaps []string
	at       time.Time // when it was fetched
}

// addresses are those of the pages.
func (f *found) addresses(yield func(string) bool) {
	for _, e := range f.pages {
		if !yield(e.Loc) {
			return
		}
	}
}

// readSitemap reads a sitemap. What stands before an error is kept, and the error is told.
func readSitemap(p market.Page) (*found, error) {
	out := &found{at: p.FetchedAt}
	err := guarded(p.URL, p.Status, sitemap.KindOf, func() error {
		res, err := sitemap.Read(bytes.NewReader(p.Body), p.URL, sitemap.Options{Now: p.FetchedAt})
		out.pages, out.sitemaps = res.URLs, res.Sitemaps
		return err
	})
	return out, err
}

// coded is an error of a parser that names its failure.
type coded interface {
	error
	FailureKind() market.FailureKind
}

// kindOf is the failure for a page of which nothing could be read.
func kindOf(err error) market.FailureKind {
	if c, ok := errors.AsType[coded](err); ok {
		return c.FailureKind()
	}
	if strings.Contains(err.Error(), "open stack of elements") { // x/net/html has no type for it
		return market.FailHTMLTooDeep
	}
	return market.FailDecodeError
}

// whole reports whether a page that is shorter than usual is complete by every other sign: whoever does not know what is
// usual reads it without a failure, it ends behind a tag, and it leaves no <div> open.
func whole(site Site, page market.Page, r Request) bool {
	b := bytes.ToLower(bytes.TrimSpace(page.Body))
	if !bytes.HasSuffix(b, []byte(">")) || bytes.Count(b, []byte("<div")) > bytes.Count(b, []byte("</div")) {
		return false
	}
	site.usual = 0
	res, err := Read(site, page, r)
	return err == nil && res.Failure == "" && len(res.Offers) > 0
}
