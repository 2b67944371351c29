// Package crawler visits shops politely and brings their pages. Politeness and safety are a chain of
// http.RoundTrippers under colly: guard, robots, pace, retry, cache, one concern a file.
package crawler

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"pricegap/crawler/fetch"
	"pricegap/crawler/guard"
	"pricegap/crawler/keep"
	"pricegap/crawler/queue"
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers"
)

// ErrNoContact is returned by New when no contact (an https address or an e-mail address) is configured: we
// do not crawl anonymously.
var ErrNoContact = errors.New("crawler: no contact in the user agent")

// FetchError is a fetch that failed, with everything that a caller may branch on.
type FetchError = fetch.Error

// Request asks for one page.
type Request struct {
	URL  string
	Role parsers.Role
	// Start is the index in Source.Starts of the starting point that led to the page; Read goes by it. Each Visit
	// names its own.
	Start int
	// Fresh asks for a fetch on a new connection, without validators and cookies, to confirm a doubtful value.
	Fresh bool
}

// Keeper keeps small states across restarts: robots.txt and pace by host, what was seen and the frontier by
// source. The store satisfies it. GetState returns nil without error for a key that is not there.
type Keeper = keep.Keeper

// Value is a state that a Keeper keeps, and its key.
type Value = keep.Value

// Site is a source together with the parser that reads it.
type Site struct {
	Source market.Source
	Parser parsers.Parser
	// Reading is a fingerprint of the parser and its options. Pages that have not changed are read again when it
	// differs from that of the last run; empty means that it never changes.
	Reading string
	// Recorded, where set, reports whether the product page at url was recorded since then. A run that goes on where
	// an interrupted one stopped asks it, so that what was recorded after the last checkpoint is not fetched again.
	Recorded func(url string, since time.Time) bool
	// SeenAt, where set, is when what the product page at url shows was last recorded, the zero time where it never was.
	// What is remembered of a page from before that, or of a look that came later and was not recorded, says nothing of what
	// was: the page is read.
	SeenAt func(url string) time.Time
	// Matched, where set, reports whether the page at url sells a product of ours: such pages are visited first.
	Matched func(url string) bool
	// usual is how many bytes its product pages have in this run; 0 as long as it is not known.
	usual int
}

// RoleSitemap asks for a sitemap, whose bounds differ from those of a page. No parser reads it.
const RoleSitemap = queue.RoleSitemap

// Covers reports whether the host of an address is one that the source may be fetched from.
func (s Site) Covers(address string) bool {
	host := link.Host(address)
	return host != "" && slices.ContainsFunc(queue.Hosts(s.Source), func(h string) bool { return strings.EqualFold(h, host) })
}

// Request is for the page at an address by itself: as JSON where it is of a JSON starting point, whatever its query, else as
// a product page.
func (s Site) Request(address string) Request {
	bare := func(u string) string { u, _, _ = strings.Cut(u, "?"); return u }
	for i, start := range s.Source.Starts {
		if start.Kind == market.StartJSON && slices.ContainsFunc(start.URLs, func(u string) bool { return bare(u) == bare(address) }) {
			return Request{URL: address, Role: parsers.RoleJSON, Start: i}
		}
	}
	return Request{URL: address, Role: parsers.RoleProduct}
}

// Visit is one page of a run, or its failure. The last visit of a run may be neither, with an empty Request: it is a
// checkpoint, and tells how far the run came.
type Visit struct {
	Request Request
	// Page is empty when Failure is set, and on a last visit that is no page.
	Page   market.Page
	Result parsers.Result
	// Failure is set when the page could not be had or read; its Kind is never empty then.
	Failure *FetchError
	// Untrue says that the page has changed although its sitemap, whose dates are trusted, says that it was not modified.
	Untrue bool
	// Bytes came over the wire for this visit.
	Bytes int64
	// Done and Known are how many pages of the run are finished, and how many are known to exist so far.
	Done, Known int
	// Fetched is how many of those that are done were fetched: they count against the Budget of the run.
	Fetched int
	// Left is how many pages wait for the next run: set on the last visit of a run that ends before its frontier is empty.
	Left int
	// Resumed says that the run goes on where an interrupted one stopped.
	Resumed bool
	// Since is when the first of the runs began that the run goes on with, itself where it goes on with none.
	Since time.Time
	// Checkpoint says that the crawler keeps its frontier and its validators as soon as the loop asks for the
	// next visit: what was yielded so far counts as recorded from then on. Who records in batches does so at
	// every checkpoint; the last visit of a run is one. Lists with offers count as visited at a checkpoint that is Last only,
	// since what they say is worth something where no page of its own says more. What came after the last checkpoint that the
	// loop went past is visited again, should the run end early.
	Checkpoint bool
	// Last says, of a checkpoint without a page, that no page follows: who records the offers of lists does so before anything
	// else is kept. A run that is broken off has none, nor has one in which nothing is left to count as visited.
	Last bool
	// Frontier, set at a checkpoint, returns the frontier as it is then, for who keeps it in one transaction with what the
	// pages showed: the next visit is asked for only where that was kept. Where it is not called the crawler keeps it.
	Frontier func(context.Context) ([]Value, error)
}

// Options configure a Crawler.
type Options struct {
	// Contact is an https address or an e-mail address that stands in the user agent; required.
	Contact string
	// Version is the program's version, for the user agent.
	Version string
	// Keep keeps state across restarts; nil keeps it in memory.
	Keep Keeper
	// Hosts keeps what is known of hosts, their pace and their robots.txt, in the place of Keep; it is for looks of which
	// nothing is recorded, so that no run may go on with them. nil means Keep.
	Hosts Keeper
	// Clock gives the time that is written on pages and against which robots.txt ages; nil means the wall
	// clock. Pauses always use real timers.
	Clock market.Clock
	Log   *slog.Logger // nil discards
	// Net is the network under the crawler; the zero Net is the system's.
	Net guard.Net
	// Archive keeps what the web answers; nil keeps nothing.
	Archive fetch.Archive
	// Replay answers in the place of the web, and says in the header WARC-Date when that was recorded, which is when
	// the page was fetched; *warc.Replay is one. Nothing is asked of the web then, and nobody waits.
	Replay http.RoundTripper
	// RefreshRobots asks for every robots.txt anew, once: New returns a Refreshed crawler then.
	RefreshRobots bool
}

// Crawls is what a Crawler does; it is spelled out for those who stand one in for another.
type Crawls interface {
	// Look fetches one page beside any run, unconditionally, and reads it. What is wrong with it is noted with its host, as
	// of a page of a run. Of Visit, Request, Page, Result, Failure and Bytes are set. The error is the context's.
	Look(ctx context.Context, s Site, r Request) (Visit, error)
	// Crawl visits a source from its starting points and yields each page as it comes. It stops when the
	// frontier is empty, the budget is used up, ctx ends, or the loop breaks; what was not visited by then is kept,
	// and the next Crawl goes on there. The body of a page is lent: it lasts until the loop goes on. Where the budget or ctx ends the run, its last visit says so: budget_exhausted
	// or cancelled, a checkpoint. The error is for what ends the whole run, and comes last.
	Crawl(ctx context.Context, s Site) iter.Seq2[Visit, error]
	// First puts a page before all others in the run of a source that is under way, because somebody asks for it now,
	// and waits until the loop over that run went past its visit, which is a checkpoint. It reports false where no run
	// is under way, where the run has visited the page already or does not come to it, and when ctx ends. It is not
	// for that loop itself to call.
	First(ctx context.Context, id market.SourceID, address string) (Visit, bool)
}
