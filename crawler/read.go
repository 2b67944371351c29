package crawler

import (
	"bytes"
	"errors"
	"strings"

	"pricegap/crawler/queue"
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers"
	"pricegap/parsers/sitemap"
)

// read lets the parser of the source read a page. A parser that panics is our own fault and stops no other page.
func (r *run) read(v *Visit, it queue.Item) {
	defer func() {
		if p := recover(); p != nil {
			v.Failure = panicked(v.Request.URL, p)
			v.Page, v.Result = market.Page{}, parsers.Result{}
			r.logPanic(v.Failure)
		}
	}()
	in := parsers.Input{Page: v.Page, Role: v.Request.Role, Locale: r.site.Source.Locale, VAT: r.site.Source.VAT}
	if it.Start < len(r.site.Source.Starts) {
		in.JSON = r.site.Source.Starts[it.Start].JSON
	}
	res, err := r.site.Parser.Parse(parsers.NewDoc(in))
	if err != nil {
		v.Failure = unread(v.Request.URL, v.Page.Status, err)
		v.Page = market.Page{}
		return
	}
	v.Result = res
}

func (r *run) logPanic(f *FetchError) {
	if p, ok := errors.AsType[*panicError](f.Err); ok {
		r.c.log.Error("panic while visiting a page", "source", r.site.Source.ID, "url", f.URL, "panic", p.text, "stack", string(p.stack))
	}
}

// found is what a sitemap names.
type found struct{ pages, sitemaps []string }

// readSitemap reads a sitemap. What stands before an error is kept, and the error is told.
func readSitemap(p market.Page) (*found, *FetchError) {
	res, err := sitemap.Read(bytes.NewReader(p.Body), p.URL, sitemap.Options{})
	out := &found{sitemaps: res.Sitemaps, pages: make([]string, 0, len(res.URLs))}
	for _, e := range res.URLs {
		out.pages = append(out.pages, e.Loc)
	}
	if err != nil {
		return out, &FetchError{URL: link.Redact(p.URL), Status: p.Status, Kind: sitemap.KindOf(err), Err: err}
	}
	return out, nil
}

// coded is an error of a parser that names its failure.
type coded interface {
	error
	FailureKind() market.FailureKind
}

// unread is the failure for a page of which nothing could be read.
func unread(address string, status int, err error) *FetchError {
	kind := market.FailDecodeError
	if c, ok := errors.AsType[coded](err); ok {
		kind = c.FailureKind()
	} else if strings.Contains(err.Error(), "open stack of elements") { // x/net/html has no type for it
		kind = market.FailHTMLTooDeep
	}
	return &FetchError{URL: link.Redact(address), Status: status, Kind: kind, Err: err}
}
