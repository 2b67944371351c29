package visit

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers"
	"pricegap/quality"
	"pricegap/watch/visit/sights"
	"pricegap/watch/visit/stage"
)

const (
	// batch and sightings are how many observations and how many unchanged listings wait to be recorded in one
	// transaction, freshAtOnce how many are matched.
	batch       = 32
	sightings   = 128
	freshAtOnce = 256
	// tellEvery is how often a run says how far it is.
	tellEvery = 50 * time.Millisecond
	// flushEvery is how long what was read waits at most to be recorded, while pages come: a process that dies has to
	// fetch it again.
	flushEvery = 500 * time.Millisecond
	// samples is how many failures of a kind a run keeps.
	samples = 5
)

// visit is a run under way.
type visit struct {
	o      Options
	run    market.Run
	parser string // with its version

	// beside says that it is no run but a look, perhaps beside one.
	beside bool

	// sights are all listings of the source at a glance; open is what is known in full of those that this run looks at,
	// until nothing of them waits to be recorded or for a further look.
	sights *sights.Sights
	open   map[market.ListingID]*listing
	// firsts are the first looks at the pages that may be fetched again; unread are the pages of which it is not known what
	// they showed.
	firsts map[string]first
	unread []string
	// began is when the run began, by the clock on the wall, and fetched how many pages it fetched.
	began   time.Time
	fetched int
	// resumedFrom is when the first of the runs began that this one goes on with; what was seen since then is not
	// missing. flushed is when something was recorded last, by the clock on the wall.
	resumedFrom, flushed time.Time
	// givenUp are held listings that a second look did not find.
	givenUp map[market.ListingID]bool
	told    time.Time // when it was last said how far the run is
	// left is how many pages wait for the next run, refused how many observations and sightings the store did not take.
	left, refused int
	// tiles are observations of list pages, as JSON since there may be very many; they count where the listing has no page
	// of its own in the run.
	tiles map[market.ListingID][]byte
	staging
	// pending waits to be recorded, sighted are listings that show what they showed before.
	pending []market.Observation
	sighted []market.Sighting
	// fresh are the numbers of listings to match: seen for the first time, or with another identity. With matchAll all of
	// the source are.
	fresh    []int32
	matchAll bool
}

// listing is what is known of a listing in full: its newest observation that is not refused, and its past, of which
// Recent is read where it is needed first.
type listing struct {
	quality.Past
	newest market.Observation
	read   bool
	// recorded says that all of it was recorded: whoever looks again asks the store, since a person may have decided meanwhile.
	recorded bool
}

// first is what brought a page, and what was wrong with it.
type first struct {
	request crawler.Request
	wrong   market.FailureKind
}

// newVisit returns the visit of a run that begins now; prefix stands before the time that names it.
func newVisit(o Options, prefix string, now time.Time) *visit {
	o.Quality = o.Quality.WithDefaults()
	o.Quality.VAT = quality.Rates(o.Site.Source.Locale)
	if o.Gate == nil {
		o.Gate = new(stage.Gate)
	}
	return &visit{
		o:      o,
		parser: strings.TrimSpace(o.Site.Source.Parser + " " + o.Version),
		run:    market.Run{ID: market.RunID(prefix + now.Format("20060102T150405Z")), Source: o.Site.Source.ID, StartedAt: now, Outcome: market.RunGoing},
		sights: sights.New(), open: map[market.ListingID]*listing{}, firsts: map[string]first{},
		givenUp: map[market.ListingID]bool{}, flushed: time.Now(),
	}
}

// begin begins a run and loads what is known of the source.
func begin(ctx context.Context, o Options) (*visit, error) {
	now := o.Clock().UTC().Truncate(time.Second)
	v := newVisit(o, "", now)
	v.tiles = map[market.ListingID][]byte{}
	v.o.Site.Recorded, v.o.Site.SeenAt, v.o.Site.Matched = v.recorded, v.sights.SeenAt, v.sights.Matched
	sums, err := v.load(ctx)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(v.endLeft(ctx, sums), v.unstage(ctx)); err != nil {
		return nil, err
	}
	if err := o.Store.PutRun(ctx, v.run); err != nil {
		return nil, err
	}
	v.o.Gate.Open(v.run.Source, v.waiting())
	return v, nil
}

// take handles one visit of the crawler.
func (v *visit) take(ctx context.Context, vis crawler.Visit) error {
	v.run.Bytes += vis.Bytes
	v.left, v.fetched = vis.Left, vis.Fetched
	if vis.Resumed {
		v.goesOn(vis.Since)
	}
	defer v.tell(vis)
	if err := v.takeLeft(ctx); err != nil {
		return err
	}
	if vis.Failure != nil && vis.Failure.Kind == market.FailCancelled {
		return nil // the last checkpoint of a run that was stopped, no failure of a page
	}
	if vis.Failure != nil {
		v.fail(*wrong(vis))
		v.gone(vis)
		return nil
	}
	if vis.Page.URL == "" {
		return nil // the last checkpoint of a run, of no page
	}
	v.run.Pages++
	v.note(vis.Page)
	if vis.Untrue {
		v.count(untrue)
	}
	doubts := len(v.unread) + v.run.Quarantined
	var err error
	if vis.Page.NotModified && vis.Result.Failure == "" {
		v.run.Unchanged++
		err = v.again(ctx, vis.Page)
	} else {
		err = v.read(ctx, vis)
	}
	if err == nil {
		err = errors.Join(v.flushDue(ctx), v.releaseDue(ctx))
	}
	if vis.Request.Role != parsers.RoleProduct || len(v.unread)+v.run.Quarantined > doubts {
		v.firsts[vis.Page.URL] = first{vis.Request, vis.Result.Failure} // tiles are doubted at the end
	}
	return err
}

// tell says how far the run is; not for each page, since somebody wakes up to hear it.
func (v *visit) tell(vis crawler.Visit) {
	if now := time.Now(); vis.Checkpoint || now.Sub(v.told) >= tellEvery {
		v.told = now
		v.o.Tell(Step{Done: vis.Done, Known: vis.Known})
	}
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
	accepted, err := v.dispute(ctx, vis)
	if err != nil {
		return err
	}
	if f := wrong(vis); f != nil && !accepted {
		v.fail(*f)
	}
	if vis.Request.Role == parsers.RoleProduct {
		v.tallyPage(vis)
	}
	shown := map[market.ListingID]bool{}
	for _, offer := range vis.Result.Offers {
		if !recordable(offer) {
			continue
		}
		o := v.observation(offer, vis.Page)
		shown[o.Listing] = true
		if vis.Request.Role == parsers.RoleList {
			if err := v.tile(o); err != nil {
				return err
			}
			continue
		}
		v.tally.See(offer)
		if err := v.observe(ctx, o); err != nil {
			return err
		}
		delete(v.tiles, o.Listing)
		if vis.Request.Role == parsers.RoleProduct {
			continue
		}
		if err := v.flushDue(ctx); err != nil {
			return err
		}
	}
	if vis.Result.Failure == "" && vis.Request.Role != parsers.RoleList { // a list is never an unchanged page
		v.readInFull(vis.Page, shown)
	}
	return nil
}

// dispute records what readers of a page contradict each other about, and reports whether a person accepted it.
func (v *visit) dispute(ctx context.Context, vis crawler.Visit) (accepted bool, err error) {
	if !vis.Result.Disputed.Price.Known() {
		return false, nil
	}
	o := v.observation(vis.Result.Disputed, vis.Page)
	o.Trust.Reason = quality.Disagree
	err = v.observe(ctx, o)
	l := v.open[o.Listing]
	return l != nil && l.newest.Trust.Reason == quality.Accepted && l.newest.Offer.Price == o.Offer.Price, err
}

// wrong is why a page could not be had, or what is wrong with it; nil for nothing.
func wrong(vis crawler.Visit) *market.Failure {
	if vis.Failure != nil {
		return new(failure("", vis.Failure))
	}
	if vis.Result.Failure == "" {
		return nil
	}
	return &market.Failure{Kind: vis.Result.Failure, URL: link.Redact(vis.Request.URL), Status: vis.Page.Status, Message: market.NewText(vis.Result.Message).Plain()}
}

// recordable reports whether an offer says a price: what has none is a failure of its page, never an offer.
func recordable(o market.Offer) bool { return o.Price.Known() || o.Low.Known() }

func (v *visit) observation(offer market.Offer, page market.Page) market.Observation {
	digest := page.Digest()
	return market.Observation{
		Source: v.run.Source, Listing: market.Identify(v.run.Source, page.URL, offer),
		SeenAt: page.FetchedAt.UTC().Truncate(time.Second), Run: v.run.ID, Page: page.URL, Offer: offer,
		Parser: v.parser, Body: hex.EncodeToString(digest[:len(digest)/2]),
	}
}

// again records that a page still says what it said: the server or a sitemap confirmed our copy, or the same bytes came.
// Such a visit confirms what the last full read of the page showed, and releases nothing: where a held price waits for a
// further look, the page is looked at in full.
func (v *visit) again(ctx context.Context, page market.Page) error {
	unread := true // as long as nothing is known of what it showed
	waits := false
	at := page.FetchedAt.UTC().Truncate(time.Second)
	for g := range v.sights.On(page.URL) {
		unread = false
		id := g.ID
		if g.Is(sights.Held) {
			w, err := v.waits(ctx, id)
			if err != nil {
				return err
			}
			if waits = waits || w; w {
				continue
			}
		}
		v.sight(g, id, at)
	}
	if unread || waits {
		v.unread = append(v.unread, page.URL)
	}
	return nil
}

// sight records that a listing still shows what it showed. Within the second of its newest observation it is seen and
// not recorded twice.
func (v *visit) sight(g *sights.Sight, id market.ListingID, at time.Time) {
	later := at.Unix() > g.At()
	if later || !g.Is(sights.SeenNow) {
		v.run.Offers++
		if g.Is(sights.Held) {
			v.run.Quarantined++
		}
	}
	g.Flags |= sights.SeenNow
	if !later || v.staged.Has(id) {
		return
	}
	g.Seen(at)
	if l := v.open[id]; l != nil {
		l.newest.SeenAt, l.newest.Run = at, v.run.ID
	}
	v.sighted = append(v.sighted, market.Sighting{Listing: id, SeenAt: at, Run: v.run.ID})
}

// readInFull records which listings a page showed before and shows no more. That may be lost with a process that is
// killed: the crawler keeps the validators of this read later, and those of an older one count for a page only as long as
// nothing newer is recorded of it.
func (v *visit) readInFull(page market.Page, shown map[market.ListingID]bool) {
	for g := range v.sights.On(page.URL) {
		if id := g.ID; !shown[id] {
			g.Flags |= sights.Gone
			v.sighted = append(v.sighted, market.Sighting{Listing: id, Gone: true})
		}
	}
}
