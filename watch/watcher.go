package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/crawler"
	"pricegap/market"
	"pricegap/match"
	"pricegap/quality"
	"pricegap/store"
	"pricegap/watch/chronicle"
	"pricegap/watch/feedback"
	"pricegap/watch/judging"
	"pricegap/watch/lookback"
	"pricegap/watch/referee"
	"pricegap/watch/rehearse"
	"pricegap/watch/review"
	"pricegap/watch/room"
	"pricegap/watch/schedule"
	"pricegap/watch/ties"
	"pricegap/watch/visit/stage"
)

// ErrUnknownSource is returned for a source that sources.yaml does not name.
var ErrUnknownSource = errors.New("watch: unknown source")

// ErrUnknownProduct is returned for a product that our catalogue does not hold.
var ErrUnknownProduct = errors.New("watch: unknown product")

// ErrUnknownChannel is returned for a channel that sources.yaml does not name.
var ErrUnknownChannel = errors.New("watch: unknown channel")

// ErrUnknownRun is returned for a run that the sources named did not make.
var ErrUnknownRun = chronicle.ErrUnknownRun

// Options are the parts that a Watcher joins.
type Options struct {
	Store store.Store
	// Crawler makes a crawler that keeps its state in the store; the flag asks for every robots.txt anew. It is called once a
	// crawl, so that a store can be asked although no contact is configured.
	Crawler func(refreshRobots bool) (crawler.Crawls, error)
	// Disk is where the store is: crawls wait while it is short. nil is never short.
	Disk room.Disk
	// Beat, where it is not nil, hears of each time that the daemon has judged and told what there was.
	Beat func()
	// Sites are the sources that are crawled, Shops all that are compared, ours included, both in the order of sources.yaml.
	Sites    []crawler.Site
	Shops    []compare.Shop
	Rules    []alerts.Configured
	Routes   []calm.Route
	Channels []alerts.Channel
	// Catalog is our own catalogue file; its functions are nil where sources.yaml names none.
	Catalog CatalogFile
	// ReadRules reads the rules that somebody asks to try; nil where none can be.
	ReadRules func(rehearse.Ruling) ([]alerts.Configured, error)
	// LookEvery is that of alerts.Options.
	LookEvery time.Duration
	Formula   market.Formula
	Compare   compare.Options
	Quality   quality.Policy
	// Policy says when we match a price; nil where there is none.
	Policy  *policy.Policy
	Version string       // of this program, for the evidence
	Clock   market.Clock // nil means the wall clock
	Log     *slog.Logger // nil discards
}

// Watcher implements Service over a store in this process. It is safe for concurrent use.
type Watcher struct {
	Options
	*review.Desk
	*referee.Referee
	*calm.Book
	alerts.Taker
	feedback.Listener
	Keeper
	desk  *alerts.Desk
	ties  *ties.Ties
	judge *judging.Judge
	names *match.Names
	own   market.SourceID

	mu     sync.Mutex
	roster schedule.Roster
	pasts  map[market.SourceID]lookback.Runs // read already
	gate   stage.Gate

	// refreshing keeps two crawls from reading the catalogue at once.
	refreshing sync.Mutex

	// judging keeps two judgements of the log from interleaving.
	judging sync.Mutex
}

// New joins the parts. Close the store yourself when the Watcher is no longer used.
func New(o Options) (*Watcher, error) {
	if o.Clock == nil {
		o.Clock = market.WallClock
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w := &Watcher{Options: o, Keeper: o.Store, pasts: map[market.SourceID]lookback.Runs{}}
	var ids []market.SourceID
	for _, s := range o.Shops {
		ids = append(ids, s.ID)
		if s.Own {
			if w.own != "" {
				return nil, fmt.Errorf("watch: two own sources: %s and %s", w.own, s.ID)
			}
			w.own = s.ID
		}
	}
	w.Desk = review.NewDesk(o.Store, ids, o.Quality, o.Clock)
	w.Referee = referee.New(o.Store, o.Policy, o.Shops, o.Compare, o.Clock)
	w.Book = calm.NewBook(o.Store, o.Clock)
	w.desk = alerts.NewDesk(alerts.Options{
		Box: o.Store, Rules: o.Rules, Routes: o.Routes, Channels: o.Channels, Formula: o.Formula,
		Shops: o.Shops, Clock: o.Clock, Log: o.Log, LookEvery: o.LookEvery,
		Silences: w.Silences, Going: w.roster.Going, Due: schedule.Due, Products: o.Store.Products, Advise: w.Advise,
	})
	w.names = match.NewNames(o.Store.Products)
	w.Taker, w.ties = w.desk, ties.New(o.Store, w.own, o.Clock)
	w.judge = judging.New(judging.Options{
		Store: o.Store, Shops: o.Shops, Compare: o.Compare, Desk: w.desk, Ties: w.ties, Runs: w.past, Clock: o.Clock,
	})
	w.Listener = feedback.NewLedger(feedback.Options{Store: o.Store, Standing: w.judge.Standing, Judge: w, Quieter: w, Taker: w, Clock: o.Clock})
	return w, nil
}

// Deliver implements Doer.
func (w *Watcher) Deliver(ctx context.Context) (Delivery, error) {
	w.judging.Lock()
	defer w.judging.Unlock()
	if err := w.judge.CatchUp(ctx); err != nil {
		return Delivery{}, fmt.Errorf("watch: judge: %w", err)
	}
	r, err := w.desk.Deliver(ctx)
	return Delivery{Messages: r.Messages, Alerts: r.Alerts, Waiting: r.Waiting, Errors: r.Errors}, err
}

// hasShop reports whether there is a shop of that id.
func (w *Watcher) hasShop(id market.SourceID) bool {
	return slices.ContainsFunc(w.Shops, func(s compare.Shop) bool { return s.ID == id })
}

// sites returns the sites that are named; when none is, all that have a starting point. Errors: ErrUnknownSource.
func (w *Watcher) sites(ids []market.SourceID) ([]crawler.Site, error) {
	if len(ids) == 0 {
		return slices.DeleteFunc(slices.Clone(w.Sites), func(s crawler.Site) bool { return len(s.Source.Starts) == 0 }), nil
	}
	var out []crawler.Site
	for _, id := range ids {
		s, found := w.site(id)
		if !found {
			return nil, fmt.Errorf("%w: %s", ErrUnknownSource, id)
		}
		out = append(out, s)
	}
	return out, nil
}
