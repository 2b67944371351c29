// Package fetch brings one page: a chain of http.RoundTrippers, one concern a file, from the guard of the network up
// over status, pace, retries, robots.txt, validators and redirects to a page in UTF-8. Each hop passes all of it.
package fetch

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pricegap/crawler/browser"
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

// MaxFetches bounds the fetches in flight of a process.
const MaxFetches = 64

// Error is a fetch that failed, with everything that a caller may branch on.
type Error struct {
	URL    string // redacted; empty where a whole run failed
	Status int    // 0 when no status came
	Kind   market.FailureKind
	// RetryAfter is how long the host asked to be left alone; 0 when it did not say.
	RetryAfter time.Duration
	// Err is the cause; its text may be shown after cleaning.
	Err error
}

// Error implements error.
func (e *Error) Error() string {
	msg := "crawler: "
	if e.URL != "" {
		msg += e.URL + ": "
	}
	msg += string(e.Kind)
	if e.Status != 0 {
		msg += fmt.Sprintf(" (status %d)", e.Status)
	}
	if e.Err != nil {
		msg += ": " + market.NewText(e.Err.Error()).Plain()
	}
	return msg
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// dateHeader is the header in which a replay says when an answer was recorded (RFC 3339).
const dateHeader = "WARC-Date"

// Options configure a Chain; Keep, Clock, Log and Agent are required.
type Options struct {
	Keep  keep.Keeper
	Clock market.Clock // robots.txt ages by it; pauses use real timers
	Log   *slog.Logger
	Agent string // the user agent
	Net   guard.Net
	// Archive keeps what the web answers; nil keeps nothing.
	Archive Archive
	// Replay answers in the place of the web, with a *guard.Body, and says in the header WARC-Date when that was
	// recorded; *warc.Replay is one. There are no pauses and no second tries then. nil asks the web.
	Replay http.RoundTripper
}

// Chain is what all fetches of a process share: the pace, the breaker and the robots.txt of each host, by its name and
// port, whichever sources stand on it. It implements http.RoundTripper for requests whose context carries a Job, and is
// safe for concurrent use.
type Chain struct {
	clock  market.Clock
	agent  string
	log    *slog.Logger
	net    guard.Net
	absent guard.Absent
	rules  *robots.Book
	hosts  *pace.Book
	flight chan struct{}
	top    http.RoundTripper

	archive Archive
	replay  http.RoundTripper

	browser rendering

	mu   sync.Mutex
	ways map[market.SourceID]*Way
}

// New returns a Chain, from the wire up: guard, archive, status, pace, retry; robots.txt itself is fetched over these,
// pages over robots, validators and redirects as well.
func New(o Options) *Chain {
	states := &keep.Forgetful{Keeper: o.Keep, Clock: o.Clock} // of hosts, of which the web has no end
	c := &Chain{
		clock: o.Clock, agent: o.Agent, log: o.Log, net: o.Net, flight: make(chan struct{}, MaxFetches), ways: map[market.SourceID]*Way{},
		archive: o.Archive, replay: o.Replay,
		hosts: &pace.Book{Keep: states, Clock: o.Clock, Log: o.Log},
		rules: &robots.Book{Keep: states, Clock: o.Clock, Log: o.Log, Agent: Token},
	}
	var tries http.RoundTripper = door{c}
	if c.replay == nil {
		tries = retries{paced{c, tries}}
	}
	c.top = reads{follows{cached{obeys{c, tries, follows{tries, true}}, o.Archive != nil}, false}}
	return c
}

// RoundTrip implements http.RoundTripper. The response has no body: that is with the Job. Its errors are *Error, or the
// context's.
func (c *Chain) RoundTrip(req *http.Request) (*http.Response, error) { return c.top.RoundTrip(req) }

// Host is what is known of the pace of a host, by its name and port.
func (c *Chain) Host(name string) *pace.Host { return c.hosts.Host(name) }

// Way is the guarded way to a source, shared while anybody uses it.
type Way struct {
	*guard.Transport
	users int
	reach func() reach

	mu    sync.Mutex
	hosts map[string]*pace.Host // that were asked, by name and port

	page      http.RoundTripper // brings pages that need their scripts; nil where none does
	browser   *browser.Pool
	noBrowser error // why there is none
}

// Hosts are the host names that the source may be fetched from.
func (w *Way) Hosts() []string { return w.reach().hosts }

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

// Way returns the guarded way to s. Who gives it back last closes its connections and notes when its hosts were
// last asked.
func (c *Chain) Way(ctx context.Context, s market.Source) (w *Way, release func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w, ok := c.ways[s.ID]
	if !ok {
		w = &Way{
			Transport: guard.New(guard.Options{Allow: s.Network.Allow, ConnectTo: s.Network.ConnectTo, Absent: &c.absent, Net: c.net}),
			reach:     sync.OnceValue(func() reach { return reachOf(s) }),
			hosts:     map[string]*pace.Host{},
		}
		if s.Render == market.RenderBrowser && c.replay == nil {
			w.render(c, s)
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
			if w.browser != nil {
				c.browser.giveBack()
			}
			w.CloseIdleConnections()
			for _, h := range w.hosts {
				h.Rest(context.WithoutCancel(ctx))
			}
		}
	}
}

// Job is one fetch on its way through the chain; it travels in the request's context and belongs to one
// goroutine.
type Job struct {
	Source *market.Source
	Role   parsers.Role
	// Fresh asks for a connection of its own, without validators.
	Fresh bool
	Way   *Way
	// Anew asks for robots.txt again; nil asks for nothing again.
	Anew *robots.Anew
	// Known are the validators of the run; nil asks unconditionally.
	Known *seen.Marks

	// Wire counts the bytes that came for it, those of a failure too.
	Wire int64
	// Body is the page in UTF-8, the bytes of a sitemap as they came, and nil where NotModified is set.
	Body        []byte
	NotModified bool
	// Sum is the SHA-256 of Body, of a page that was not modified that of the bytes that came, nought where none did.
	Sum [sha256.Size]byte
	// Mark is what to remember of the page once it is recorded.
	Mark seen.Mark
	// Final is the address after redirects.
	Final *url.URL
	// At is when the answer came, in a replay when it was recorded.
	At time.Time

	spec   guard.Spec
	loan   guard.Loan
	robots bool         // robots.txt itself is asked for
	turn   *turn        // of the host that is asked now
	beside atomic.Int64 // bytes of robots.txt of the hosts that its scripts ask, and are not in Wire yet
	obeyed obeyed       // what the page itself was let through by
	within *pace.Host   // for a page that is open in the browser: its host, whose turn it has; it is in flight
}

type jobKey struct{}

// In returns a context that carries j to the chain.
func (j *Job) In(ctx context.Context) context.Context {
	j.spec = guard.Spec{Timeout: j.Source.Pace.Timeout, Limits: j.Source.Limits, Fresh: j.Fresh, Loan: &j.loan}
	if j.Role == queue.RoleSitemap {
		j.spec.MaxDecoded, j.spec.MaxWire = sitemapBytes, sitemapBytes
	}
	return j.in(ctx)
}

// Done gives back what the page holds of the bytes that all pages of the process may hold while they are read. Whoever
// makes a Job calls it once when the page has been read, or could not be had.
func (j *Job) Done() { j.loan.Return() }

func (j *Job) in(ctx context.Context) context.Context {
	return guard.With(context.WithValue(ctx, jobKey{}, j), &j.spec)
}

func jobOf(r *http.Request) *Job { return r.Context().Value(jobKey{}).(*Job) }

// The bounds of a sitemap in place of a page's (sitemaps.org).
const sitemapBytes = 50 << 20
