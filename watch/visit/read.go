package visit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers"
	"pricegap/quality"
	"pricegap/store"
)

const (
	// batch is how many observations are recorded in one transaction during a run.
	batch = 32
	// samples is how many failures of a kind a run keeps.
	samples = 5
	// partialShare is the share of failed pages, in percent, from which a run counts as partial.
	partialShare = 5
)

// visit is a run under way.
type visit struct {
	o   Options
	run market.Run

	// newest is the newest observation of each listing that is not refused, trusted the newest trusted one, held
	// those in quarantine since then, oldest first.
	newest, trusted map[market.ListingID]market.Observation
	held            map[market.ListingID][]market.Observation
	// byPage holds the listings that a page showed when it was last read.
	byPage map[string][]market.ListingID
	// requests are what brought the pages of this run; unread are the unchanged ones of which it is not known what
	// they showed.
	requests map[string]crawler.Request
	unread   []string
	seen     map[market.ListingID]bool
	// resumedFrom is when the run began that this one may go on with; what was seen since then is not missing.
	resumedFrom time.Time
	// givenUp are held listings that a second look did not find.
	givenUp map[market.ListingID]bool
	// tiles are offers of list pages; they count where the listing has no page of its own in the run.
	tiles   []market.Observation
	pending []market.Observation
	// fresh are offers to match: listings seen for the first time, or with another identity. With matchAll all of
	// the source are.
	fresh    []market.Observation
	matchAll bool
}

// begin begins a run and loads what is known of the source.
func begin(ctx context.Context, o Options) (*visit, error) {
	now := o.Clock().UTC().Truncate(time.Second)
	v := &visit{
		o:      o,
		run:    market.Run{ID: market.RunID(now.Format("20060102T150405Z")), Source: o.Site.Source.ID, StartedAt: now, Outcome: market.RunGoing},
		newest: map[market.ListingID]market.Observation{}, trusted: map[market.ListingID]market.Observation{},
		held: map[market.ListingID][]market.Observation{}, byPage: map[string][]market.ListingID{},
		requests: map[string]crawler.Request{}, seen: map[market.ListingID]bool{}, givenUp: map[market.ListingID]bool{},
	}
	if err := v.load(ctx); err != nil {
		return nil, err
	}
	if err := v.endLeft(ctx); err != nil {
		return nil, err
	}
	for _, o := range v.newest {
		if v.expected(o) {
			v.run.Expected++
		}
	}
	return v, o.Store.PutRun(ctx, v.run)
}

// leftWithin is among how many of the newest runs those are looked for that a killed process left behind.
const leftWithin = 10

// endLeft marks the runs of the source that a killed process left behind as interrupted, with what is known of
// them. Nobody else runs this source now: one process owns the store.
func (v *visit) endLeft(ctx context.Context) error {
	n := 0
	for r, err := range v.o.Store.Runs(ctx, v.run.Source) {
		if err != nil {
			return err
		}
		// A run that the store refused could not match what it had recorded.
		v.matchAll = v.matchAll || r.Outcome == market.RunGoing || n == 0 && r.Outcome == market.RunFailed && r.Offers > 0
		if n == 0 && (r.Outcome == market.RunInterrupted || r.Outcome == market.RunGoing) {
			v.resumedFrom = r.StartedAt
		}
		if r.Outcome == market.RunGoing && r.ID != v.run.ID {
			v.sumUp(&r)
			if err := v.o.Store.PutRun(ctx, r); err != nil {
				return err
			}
		}
		if n++; n >= leftWithin {
			break
		}
	}
	return nil
}

// sumUp ends a run that could not end itself, by what it recorded.
func (v *visit) sumUp(r *market.Run) {
	r.Outcome, r.EndedAt = market.RunInterrupted, r.StartedAt
	r.Offers, r.Quarantined = 0, 0
	for _, o := range v.newest {
		if o.Run != r.ID {
			continue
		}
		r.Offers++
		if o.Trust.State == market.Quarantined {
			r.Quarantined++
		}
		if o.SeenAt.After(r.EndedAt) {
			r.EndedAt = o.SeenAt
		}
	}
}

// tooOld is how long a listing that was not seen is still looked for.
const tooOld = 7 * 24 * time.Hour

// expected reports whether a listing was seen lately enough to be looked for.
func (v *visit) expected(o market.Observation) bool { return v.run.StartedAt.Sub(o.SeenAt) <= tooOld }

// load reads the newest observations of the source from the store.
func (v *visit) load(ctx context.Context) error {
	for o, err := range v.o.Store.Latest(ctx, store.Query{Sources: []market.SourceID{v.run.Source}, Both: true}) {
		if err != nil {
			return err
		}
		v.newest[o.Listing] = o // of two the newest comes last
		if o.Trust.State == market.Trusted {
			v.trusted[o.Listing] = o
		}
	}
	for id, o := range v.newest {
		v.byPage[o.Page] = append(v.byPage[o.Page], id)
		if o.Trust.State != market.Quarantined && v.trusted[id].Offer.Price.Known() {
			continue
		}
		// What is doubted is held against the newest trusted price, which may be older than the newest trusted look.
		var past []market.Observation
		for o, err := range v.o.Store.History(ctx, id, time.Time{}, time.Time{}) {
			if err != nil {
				return err
			}
			past = append(past, o)
		}
		v.trusted[id], v.held[id] = quality.Baseline(past)
	}
	return nil
}

// take handles one visit of the crawler.
func (v *visit) take(ctx context.Context, vis crawler.Visit) error {
	v.run.Bytes += vis.Bytes
	v.run.Resumed = v.run.Resumed || vis.Resumed
	defer func() { v.o.Tell(Step{Done: vis.Done, Known: vis.Known}) }()
	if vis.Failure != nil && vis.Failure.Kind == market.FailCancelled {
		return nil // the last checkpoint of a run that was stopped, no failure of a page
	}
	if vis.Failure != nil {
		v.fail(market.Failure{Kind: vis.Failure.Kind, URL: vis.Failure.URL, Status: vis.Failure.Status, Message: reason(vis.Failure)})
		return nil
	}
	v.run.Pages++
	v.requests[vis.Page.URL] = vis.Request
	if vis.Page.NotModified {
		v.run.Unchanged++
		return v.again(ctx, vis.Page)
	}
	return v.read(ctx, vis)
}

// reason is the cause of a failure, safe to show; empty when the code says it all.
func reason(f *crawler.FetchError) string {
	if f.Err == nil {
		return ""
	}
	return market.NewText(f.Err.Error()).Plain()
}

func (v *visit) fail(f market.Failure) {
	if v.run.Failures == nil {
		v.run.Failures = map[market.FailureKind]int{}
	}
	v.run.Failures[f.Kind]++
	if v.run.Failures[f.Kind] <= samples {
		v.run.Samples = append(v.run.Samples, f)
	}
	v.o.Tell(Step{Failure: &f})
}

// read records the offers of a page that was read.
func (v *visit) read(ctx context.Context, vis crawler.Visit) error {
	if vis.Result.Failure == market.FailPriceImplausible {
		v.unread = append(v.unread, vis.Page.URL) // a second look, later, may find a price that can be
	}
	if vis.Result.Failure != "" {
		v.fail(market.Failure{Kind: vis.Result.Failure, URL: vis.Request.URL, Status: vis.Page.Status, Message: market.NewText(vis.Result.Message).Plain()})
	}
	for _, offer := range vis.Result.Offers {
		if !recordable(offer) {
			continue
		}
		o := v.observation(offer, vis.Page)
		if vis.Request.Role == parsers.RoleList {
			v.tiles = append(v.tiles, o)
			continue
		}
		if err := v.observe(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// recordable reports whether an offer says a price: what has none is a failure of its page, never an offer.
func recordable(o market.Offer) bool { return o.Price.Known() || o.Low.Known() }

func (v *visit) observation(offer market.Offer, page market.Page) market.Observation {
	return market.Observation{
		Source: v.run.Source, Listing: market.Identify(v.run.Source, page.URL, offer),
		SeenAt: page.FetchedAt.UTC().Truncate(time.Second), Run: v.run.ID, Page: page.URL, Offer: offer,
		Parser: v.o.Site.Source.Parser, Body: bodyHash(page.Body),
	}
}

// again records that a page still says what it said: the server confirmed our copy, or sent the same bytes.
func (v *visit) again(ctx context.Context, page market.Page) error {
	ids := slices.Clone(v.byPage[page.URL])
	if len(ids) == 0 {
		ids = slices.Clone(v.byPage[page.Asked])
	}
	if len(ids) == 0 {
		v.unread = append(v.unread, page.URL)
	}
	for _, id := range ids {
		o := v.newest[id]
		o.SeenAt, o.Run, o.Trust = page.FetchedAt.UTC().Truncate(time.Second), v.run.ID, market.Trust{}
		if err := v.observe(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// settleTiles records the offers of list pages whose listing no page of its own showed. A tile says less than
// a page, so it never replaces what a page said.
func (v *visit) settleTiles(ctx context.Context) error {
	for _, o := range v.tiles {
		last, known := v.newest[o.Listing]
		if v.seen[o.Listing] && last.Page != o.Page || known && last.Page == o.Offer.URL && last.Page != o.Page {
			continue
		}
		if err := v.observe(ctx, o); err != nil {
			return err
		}
	}
	v.tiles = nil
	return nil
}

// observe doubts an observation and queues it for the store. Time is kept to the second: a listing that is shown
// again within the second of its newest observation is seen and not recorded twice; where it says something else, it
// is recorded as of the next second, since nothing that a shop says may be lost.
func (v *visit) observe(ctx context.Context, o market.Observation) error {
	if last, ok := v.newest[o.Listing]; ok && !o.SeenAt.After(last.SeenAt) {
		if len(last.Offer.Differs(o.Offer)) == 0 || o.SeenAt.Before(last.SeenAt.Add(-time.Second)) {
			if !v.seen[o.Listing] {
				v.seen[o.Listing] = true
				v.run.Offers++
			}
			return nil
		}
		o.SeenAt = last.SeenAt.Add(time.Second)
	}
	verdict := quality.Judge(o, v.trusted[o.Listing], v.held[o.Listing], v.o.Quality)
	o.Trust = verdict.Trust
	v.run.Offers++
	v.seen[o.Listing] = true
	before, known := v.newest[o.Listing]
	if !known || before.Offer.GTIN != o.Offer.GTIN || before.Offer.MPN != o.Offer.MPN || before.Offer.Brand != o.Offer.Brand {
		v.fresh = append(v.fresh, o)
	}
	v.run.Dropped += len(verdict.Refused)
	switch o.Trust.State {
	case market.Trusted:
		if o.Offer.Price.Known() { // a look without a price releases nothing
			v.trusted[o.Listing] = o
			delete(v.held, o.Listing)
		}
	case market.Quarantined:
		v.run.Quarantined++
		v.held[o.Listing] = append(v.held[o.Listing], o)
	}
	v.newest[o.Listing] = o
	v.pending = append(v.pending, o)
	if len(v.pending) >= batch {
		return v.flush(ctx)
	}
	return nil
}

// flush records what is queued. It outlives a cancelled context for a moment, so that a stopped run loses nothing.
func (v *visit) flush(ctx context.Context) error {
	if len(v.pending) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	changes, err := v.o.Store.Record(ctx, v.pending...)
	if err != nil {
		return fmt.Errorf("watch: record: %w", err)
	}
	v.run.Changes += len(changes)
	v.pending = v.pending[:0]
	return nil
}

// close matches what is new, decides the outcome and keeps the run. cause is what ended the crawl; nil when it
// came to its end. broken is what the store refused.
func (v *visit) close(ctx context.Context, cause, broken error) error {
	ctx = context.WithoutCancel(ctx)
	refused := errors.Join(v.settleTiles(ctx), v.flush(ctx), v.match(ctx))
	v.run.EndedAt = v.o.Clock().UTC().Truncate(time.Second)
	v.run.Missing = 0
	for id, o := range v.newest {
		if !v.seen[id] && v.expected(o) && (!v.run.Resumed || o.SeenAt.Before(v.resumedFrom)) {
			v.run.Missing++
		}
	}
	if cause == nil {
		cause = broken
	}
	if cause == nil && v.run.Pages > 0 && v.run.Offers+v.run.Unchanged == 0 && v.run.Failed() == 0 {
		v.fail(market.Failure{Kind: market.FailParseDrift, Message: "pages were fetched, and none of them showed an offer: see scope.products and parser in sources.yaml"})
	}
	v.run.Outcome = outcome(v.run, cause)
	if cause != nil && v.run.Outcome == market.RunFailed && v.run.Failed() == 0 {
		v.fail(market.Failure{Kind: kindOf(cause), Message: market.NewText(cause.Error()).Plain()})
	}
	slices.SortStableFunc(v.run.Samples, func(a, b market.Failure) int { return cmp.Compare(a.Kind, b.Kind) })
	if errors.Join(broken, refused) != nil {
		v.run.Outcome = market.RunFailed
	}
	return errors.Join(refused, v.o.Store.PutRun(ctx, v.run))
}

// match gives what is new, or all of the source, to whoever ties offers to products.
func (v *visit) match(ctx context.Context) error {
	if v.matchAll {
		return v.o.Match(ctx, v.o.Store.Latest(ctx, store.Query{Sources: []market.SourceID{v.run.Source}}))
	}
	return v.o.Match(ctx, func(yield func(market.Observation, error) bool) {
		for _, o := range v.fresh {
			if !yield(o, nil) {
				return
			}
		}
	})
}

func kindOf(err error) market.FailureKind {
	var f *crawler.FetchError
	if errors.As(err, &f) {
		return f.Kind
	}
	return market.FailInternalPanic
}

// outcome names how a run ended. Pages that robots.txt keeps to itself, or that have ended, are no failure
// of the run.
func outcome(r market.Run, cause error) market.RunOutcome {
	failed := r.Failed() - r.Failures[market.FailRobotsDisallowed] - r.Failures[market.FailGone] - r.Failures[market.FailBudgetExhausted]
	switch {
	case errors.Is(cause, context.Canceled), errors.Is(cause, context.DeadlineExceeded):
		return market.RunInterrupted
	case r.Pages == 0 && (cause != nil || r.Failed() > 0), r.Pages > 0 && r.Offers+r.Unchanged == 0:
		return market.RunFailed
	case cause != nil, r.Failures[market.FailBudgetExhausted] > 0, failed*100 >= partialShare*(r.Pages+failed) && failed > 0:
		return market.RunPartial
	}
	return market.RunDone
}
