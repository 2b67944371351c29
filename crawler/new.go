package crawler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/mail"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"

	"pricegap/crawler/fetch"
	"pricegap/crawler/keep"
	"pricegap/crawler/queue"
	"pricegap/crawler/robots"
	"pricegap/market"
	"pricegap/parsers"
)

// Token is our product token in robots.txt (RFC 9309 §2.2.1).
const Token = fetch.Token

// Crawler visits shops. It implements Crawls and is safe for concurrent use. One serves all runs of a process: they
// share the pace, the breaker and the robots.txt of each host, by its name and port, whichever sources stand on it.
// It needs no closing: connections, and the browser, end with the run or the fetch that opened them.
type Crawler struct {
	*shared
	anew *robots.Anew
}

// shared is what a Crawler and those refreshed from it have in common.
type shared struct {
	keep  Keeper
	clock market.Clock
	log   *slog.Logger
	agent string
	chain *fetch.Chain
	colly collector

	// reading is held by those who read a page, one a processor: the tree of a page is many times its size.
	reading chan struct{}

	mu   sync.Mutex
	runs map[market.SourceID]*run // those under way
}

// New returns a Crawler. It returns ErrNoContact when o.Contact is neither an https address nor an e-mail
// address.
func New(o Options) (*Crawler, error) {
	agent, err := userAgent(o.Version, o.Contact)
	if err != nil {
		return nil, err
	}
	c := &shared{keep: o.Keep, clock: o.Clock, log: o.Log, agent: agent, runs: map[market.SourceID]*run{}, reading: make(chan struct{}, runtime.GOMAXPROCS(0))}
	if c.keep == nil {
		c.keep = new(keep.Memory)
	}
	if c.clock == nil {
		c.clock = market.WallClock
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	hosts := o.Hosts
	if hosts == nil {
		hosts = c.keep
	}
	c.chain = fetch.New(fetch.Options{
		Keep: hosts, Clock: c.clock, Log: c.log, Agent: agent, Net: o.Net, Archive: o.Archive, Replay: o.Replay,
	})
	c.colly = newCollector(agent, c.chain)
	if o.RefreshRobots {
		return (&Crawler{shared: c}).Refreshed(), nil
	}
	return &Crawler{shared: c}, nil
}

// Refreshed returns a Crawler for one run that asks for the robots.txt of each host anew, once, whatever is known of
// it. It shares everything else with c, which from then on knows what it learned.
func (c *Crawler) Refreshed() *Crawler { return &Crawler{c.shared, new(robots.Anew)} }

// userAgent is the honest name we go by; its form is that of RFC 9110 §10.1.5.
func userAgent(version, contact string) (string, error) {
	if version == "" {
		version = "dev"
	}
	if u, err := url.Parse(contact); err == nil && u.Scheme == "https" && u.Host != "" {
		contact = u.String()
	} else if a, err := mail.ParseAddress(strings.TrimPrefix(contact, "mailto:")); err == nil {
		contact = "mailto:" + a.Address
	} else {
		return "", fmt.Errorf("%w: %q is neither an https address nor an e-mail address", ErrNoContact, market.Printable(contact))
	}
	return market.Printable(fmt.Sprintf("%s/%s (+%s)", Token, version, contact)), nil
}

// UserAgent is the name that stands in every request.
func (c *Crawler) UserAgent() string { return c.agent }

// Fetch brings one page and does not read it. It asks unconditionally, so the page always has its body. Its errors are
// *FetchError, or the context's.
func (c *Crawler) Fetch(ctx context.Context, s Site, r Request) (market.Page, error) {
	w, release := c.chain.Way(ctx, s.Source)
	defer release()
	j := c.newJob(&s.Source, r, w)
	defer j.Done()
	return c.page(ctx, r.URL, j)
}

// Look implements Crawls.
func (c *Crawler) Look(ctx context.Context, s Site, r Request) (Visit, error) {
	w, release := c.chain.Way(ctx, s.Source)
	defer release()
	j := c.newJob(&s.Source, r, w)
	defer j.Done()
	v := Visit{Request: r}
	page, err := c.page(ctx, r.URL, j)
	v.Bytes = j.Wire
	if err == nil {
		c.reading <- struct{}{}
		v.Result, err = Read(s, page, r)
		<-c.reading
	}
	if fe, ok := errors.AsType[*FetchError](err); ok {
		v.Failure = fe
		c.logPanic(s.Source.ID, fe)
		return v, nil
	}
	if err != nil {
		return v, err
	}
	v.Page = page
	c.chain.Host(queue.HostOf(r.URL)).Note(ctx, v.Result.Failure)
	return v, nil
}

func (c *Crawler) newJob(s *market.Source, r Request, w *fetch.Way) *fetch.Job {
	return &fetch.Job{Source: s, Role: r.Role, Fresh: r.Fresh, Way: w, Anew: c.anew}
}

// page brings the page of j through the whole chain. Its errors are *FetchError, or the context's.
func (c *Crawler) page(ctx context.Context, address string, j *fetch.Job) (market.Page, error) {
	res, err := c.colly.get(j.In(ctx), address, headers(j))
	if err != nil {
		return market.Page{}, fetch.Typed(ctx, address, err)
	}
	p := market.Page{
		Source: j.Source.ID, Asked: address, URL: address, Status: res.status, Header: res.header,
		FetchedAt: j.At.UTC().Truncate(time.Second), NotModified: j.NotModified, Body: j.Body, Sum: j.Sum,
	}
	if j.Final != nil {
		p.URL = j.Final.String()
	}
	return p, nil
}

// headers are those of every request of j; nothing else is ever sent, so nothing can leak to another host.
func headers(j *fetch.Job) http.Header {
	h := http.Header{"Accept": {accept(j.Role)}}
	if l := j.Source.Locale.Language; l != "" {
		if base, _, ok := strings.Cut(l, "-"); ok {
			l += ", " + base + ";q=0.9"
		}
		h.Set("Accept-Language", l)
	}
	if j.Fresh {
		h.Set("Cache-Control", "no-cache")
	}
	return h
}

func accept(r parsers.Role) string {
	switch r {
	case parsers.RoleJSON:
		return "application/json, */*;q=0.5"
	case queue.RoleSitemap:
		return "application/xml, text/xml, application/gzip, */*;q=0.5"
	}
	return "text/html, application/xhtml+xml, */*;q=0.5"
}

// RobotsAllowed reports whether a robots.txt lets agent, a product token, fetch url, and the line that
// decides; empty where none does. Source: RFC 9309, and Google's matcher where the RFC leaves a choice.
func RobotsAllowed(body []byte, agent, url string) (ok bool, rule string) {
	return robots.Parse(body, agent).Allowed(url)
}
