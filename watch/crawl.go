package watch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"golang.org/x/sync/errgroup"

	"pricegap/crawler/pace"
	"pricegap/market"
	"pricegap/watch/limits"
	"pricegap/watch/room"
	"pricegap/watch/visit"
)

// atOnce is how many sources are crawled at the same time; each waits most of its time for its own shop.
const atOnce = 32

// Crawl implements Doer.
func (w *Watcher) Crawl(ctx context.Context, r CrawlRequest) iter.Seq2[Progress, error] {
	return func(yield func(Progress, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		steps, done := make(chan Progress), make(chan error, 1)
		go func() {
			// The channel is closed here and nowhere else, after every sender has ended.
			defer close(steps)
			done <- w.crawl(ctx, r, func(p Progress) { steps <- p }) // the loop below reads until the channel closes
		}()
		open := true
		for p := range steps {
			if open && !yield(p, nil) {
				open = false
				cancel()
			}
		}
		if err := <-done; err != nil && open {
			yield(Progress{}, err)
		}
	}
}

// crawl visits the sources side by side, waits for confirmations, then judges and tells.
func (w *Watcher) crawl(ctx context.Context, r CrawlRequest, tell func(Progress)) error {
	sites, err := w.sites(r.Sources)
	if err != nil {
		return err
	}
	crawls, err := w.Crawler(r.RefreshRobots)
	if err != nil {
		return err
	}
	if err := w.refreshCatalog(ctx, tell); err != nil {
		return err
	}
	var g errgroup.Group
	g.SetLimit(atOnce)
	failed := make([]error, len(sites))
	limit := limits.New(w.Quality, w.Store, w.ties.SoldAs, w.own).Of
	for i, site := range sites {
		g.Go(func() error {
			o := visit.Options{
				Store: w.Store, Site: site, Crawls: crawls, Quality: w.Quality, Version: w.Version, Clock: w.Clock, Wait: r.Wait,
				Match: w.ties.Find, Limit: limit, Gate: &w.gate,
			}
			failed[i] = w.crawlOne(ctx, o, tell)
			return nil // one source's trouble stops no other
		})
	}
	_ = g.Wait()
	if r.NoAlerts || ctx.Err() != nil {
		return errors.Join(append(failed, ctx.Err())...)
	}
	// What one source could not record keeps nobody from hearing of the others.
	d, err := w.deliverAll(ctx, r.Wait, tell)
	if err == nil {
		tell(Progress{Sent: &d})
	}
	return errors.Join(append(failed, err)...)
}

// outboxPause is how long the outbox rests between two looks while something waits in it.
const outboxPause = 5 * time.Second

// deliverAll judges and tells, and stays for alerts that wait, for their time or for a channel, as long as wait
// allows. It returns the sum of what was told.
func (w *Watcher) deliverAll(ctx context.Context, wait time.Duration, tell func(Progress)) (Delivery, error) {
	var all Delivery
	now := w.Clock()
	for until, said := now.Add(wait), false; ; {
		d, err := w.Deliver(ctx)
		if err != nil {
			return all, err
		}
		d.Messages += all.Messages
		d.Alerts += all.Alerts
		all = d
		pending, err := w.pending(ctx, until)
		if err != nil || pending+d.Waiting == 0 || now.Add(outboxPause).After(until) {
			return all, err
		}
		if !said {
			tell(Progress{Note: fmt.Sprintf("alerts that wait for their time or their channel: %d; staying up to %s for them", pending+d.Waiting, wait)})
			said = true
		}
		if err := pace.Sleep(ctx, outboxPause); err != nil {
			return all, err
		}
		then := now
		if now = w.Clock(); !now.After(then) {
			return all, nil // a clock that stands still brings no alert to its time
		}
	}
}

// pending counts the alerts whose waiting time passes before until.
func (w *Watcher) pending(ctx context.Context, until time.Time) (int, error) {
	n := 0
	for a, err := range w.Store.Alerts(ctx) {
		if err != nil {
			return n, err
		}
		for _, r := range w.Rules {
			if due := r.DueAt(a); r.Name == a.Rule && !due.IsZero() && !due.After(until) {
				n++
			}
		}
	}
	return n, nil
}

// crawlOne is one run of one source. The error is for what the store refuses; a shop that fails is told as
// the run's outcome.
func (w *Watcher) crawlOne(ctx context.Context, o visit.Options, tell func(Progress)) error {
	id := o.Site.Source.ID
	if !w.begin(id) {
		tell(Progress{Source: id, Note: "is being crawled already; left alone"})
		return nil
	}
	defer w.end(id)
	o.Matched = func(id market.ListingID) bool {
		products, err := w.ties.SoldAs(ctx, id)
		return err == nil && len(products) > 0 // it is a matter of order alone
	}
	o.Tell = func(s visit.Step) {
		tell(Progress{Source: id, Done: s.Done, Known: s.Known, Failure: s.Failure, Note: s.Note})
	}
	o.Crawls = room.Crawls{Crawls: o.Crawls, Disk: w.Disk, Tell: func(note string) { tell(Progress{Source: id, Note: note}) }}
	run, err := visit.Run(ctx, o)
	if err != nil {
		return fmt.Errorf("watch: %s: %w", id, err)
	}
	w.Log.Info("run ended", "source", id, "outcome", run.Outcome, "pages", run.Pages, "offers", run.Offers,
		"changes", run.Changes, "quarantined", run.Quarantined, "failures", run.Failed())
	tell(Progress{Source: id, Run: &run})
	return nil
}
