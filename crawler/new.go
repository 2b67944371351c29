package crawler

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"pricegap/crawler/guard"
	"pricegap/crawler/keep"
	"pricegap/crawler/pace"
	"pricegap/crawler/queue"
	"pricegap/crawler/robots"
	"pricegap/crawler/seen"
	"pricegap/market"
	"pricegap/parsers"
)

// Token is our product token in robots.txt (RFC 9309 §2.2.1).
const Token = "pricegap"

// maxFetches bounds the fetches in flight of one Crawler.
const maxFetches = 64

// Crawler visits shops. It implements Crawls and is safe for concurrent use. One serves all runs of a process: they
// share the pace, the breaker and the robots.txt of each host, by its name and port, whichever sources stand on it.
// It needs no closing: connections end with the run or the fetch that opened them.
type Crawler struct {
	*shared
	anew *robots.Anew
}

// shared is what a Crawler and those refreshed from it have in common.
type shared struct {
	keep   Keeper
	clock  market.Clock
	log    *slog.Logger
	agent  string
	fetch  collector
	rules  *robots.Book
	hosts  *pace.Book
	flight chan struct{}

	mu   sync.Mutex
	ways map[market.SourceID]*way
}

// way is the guarded way to a source, shared while anybody uses it.
type way struct {
	*guard.Transport
	users int
	reach func() reach
	hosts sync.Map // *pace.Host → nil: those that were asked
}

// reach is how far the source's redirects may lead.
type reach struct {
	hosts []string
	plain bool // a starting point is on plain http: nothing is lost by going there
}

// reachOf reads all starting points, of which there may be 100,000: it is for once a run.
func reachOf(s market.Source) reach {
	return reach{queue.Hosts(s), slices.ContainsFunc(s.Starts, func(st market.Start) bool {
		return slices.ContainsFunc(st.URLs, func(u string) bool { return strings.HasPrefix(u, "http:") })
	})}
}

// New returns a Crawler. It returns ErrNoContact when o.Contact is neither an https address nor an e-mail
// address.
func New(o Options) (*Crawler, error) {
	agent, err := userAgent(o.Version, o.Contact)
	if err != nil {
		return nil, err
	}
	c := &shared{
		keep: o.Keep, clock: o.Clock, log: o.Log, agent: agent,
		flight: make(chan struct{}, maxFetches), ways: map[market.SourceID]*way{},
	}
	if c.keep == nil {
		c.keep = new(keep.Memory)
	}
	if c.clock == nil {
		c.clock = market.WallClock
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	// The chain, from the wire up: guard, status, pace, retry; robots.txt itself is fetched over these, pages
	// over robots, validators and redirects as well.
	tries := retries{paced{c, door{c}}}
	c.hosts = &pace.Book{Keep: c.keep, Clock: c.clock, Log: c.log}
	c.rules = &robots.Book{Keep: c.keep, Clock: c.clock, Log: c.log, Agent: Token}
	c.fetch = newCollector(agent, reads{follows{cached{obeys{c, tries, follows{tries, true}}}, false}})
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

// way returns the guarded way to s. Who gives it back last closes its connections and notes when its hosts were
// last asked.
func (c *shared) way(ctx context.Context, s market.Source) (w *way, release func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w, ok := c.ways[s.ID]
	if !ok {
		w = &way{
			Transport: guard.New(guard.Options{Allow: s.Network.Allow, ConnectTo: s.Network.ConnectTo}),
			reach:     sync.OnceValue(func() reach { return reachOf(s) }),
		}
		c.ways[s.ID] = w
	}
	w.users++
	return w, func() {
		c.mu.Lock()
		w.users--
		last := w.users == 0
		if last {
			delete(c.ways, s.ID)
		}
		c.mu.Unlock()
		if last {
			w.CloseIdleConnections()
			for h := range w.hosts.Range {
				h.(*pace.Host).Rest(context.WithoutCancel(ctx))
			}
		}
	}
}

// job is one fetch on its way through the chain; it travels in the request's context and belongs to one
// goroutine.
type job struct {
	site Site
	req  Request
	way  *way
	spec guard.Spec
	anew *robots.Anew
	// robots says that robots.txt itself is asked for.
	robots bool
	// known are the validators of the run; nil asks unconditionally.
	known *seen.Marks

	wire        int64
	body        []byte
	notModified bool
	mark        seen.Mark // what to remember of the page once it is recorded
	final       *url.URL
}

type jobKey struct{}

func (j *job) in(ctx context.Context) context.Context { return context.WithValue(ctx, jobKey{}, j) }

func jobOf(r *http.Request) *job { return r.Context().Value(jobKey{}).(*job) }

// The bounds of a sitemap in place of a page's (sitemaps.org).
const sitemapBytes = 50 << 20

func (c *Crawler) newJob(s Site, r Request, w *way) *job {
	j := &job{site: s, req: r, way: w, anew: c.anew, spec: guard.Spec{Timeout: s.Source.Pace.Timeout, Fresh: r.Fresh}}
	if r.Role == queue.RoleSitemap {
		j.spec.MaxDecoded, j.spec.MaxWire = sitemapBytes, sitemapBytes
	}
	return j
}

// Fetch implements Fetcher. It asks unconditionally, so the page always has its body.
func (c *Crawler) Fetch(ctx context.Context, s Site, r Request) (market.Page, error) {
	w, release := c.way(ctx, s.Source)
	defer release()
	return c.page(ctx, c.newJob(s, r, w))
}

// page brings the page of j through the whole chain. Its errors are *FetchError, or the context's.
func (c *Crawler) page(ctx context.Context, j *job) (market.Page, error) {
	res, err := c.fetch.get(j.in(ctx), j.req.URL, headers(j))
	if err != nil {
		return market.Page{}, c.typed(ctx, j, err)
	}
	p := market.Page{
		Source: j.site.Source.ID, Asked: j.req.URL, URL: j.req.URL, Status: res.status, Header: res.header,
		FetchedAt: c.clock().UTC().Truncate(time.Second), NotModified: j.notModified, Body: j.body,
	}
	if j.final != nil {
		p.URL = j.final.String()
	}
	return p, nil
}

// headers are those of every request of j; nothing else is ever sent, so nothing can leak to another host.
func headers(j *job) http.Header {
	h := http.Header{"Accept": {accept(j.req.Role)}}
	if l := j.site.Source.Locale.Language; l != "" {
		if base, _, ok := strings.Cut(l, "-"); ok {
			l += ", " + base + ";q=0.9"
		}
		h.Set("Accept-Language", l)
	}
	if j.req.Fresh {
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
