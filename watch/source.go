package watch

import (
	"context"
	"errors"
	"time"

	"pricegap/alerts"
	"pricegap/crawler"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/health"
	"pricegap/watch/lookback"
	"pricegap/watch/schedule"
)

// Sources implements Asker.
func (w *Watcher) Sources(ctx context.Context) ([]SourceHealth, error) {
	now := w.Clock()
	var out []SourceHealth
	for _, s := range w.Shops {
		site, crawled := w.site(s.ID)
		site.Source.ID = s.ID
		h, err := health.Of(ctx, w.Store, site, s.Interval, now)
		if err != nil {
			return nil, err
		}
		h.Name, h.Own = s.Name, s.Own
		past, err := w.past(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		h.Last, h.LastGoodAt = past.Last, past.GoodAt
		h.Blind = h.Last.ID != "" && s.Interval > 0 && now.Sub(h.LastGoodAt) > 2*s.Interval
		if crawled {
			h.RobotsOverride, h.TermsReviewed = site.Source.RobotsOverride, site.Source.TermsReviewed
			if h.NextAt, err = schedule.Next(ctx, w.Store, site.Source, now); err != nil {
				return nil, err
			}
		}
		out = append(out, h)
	}
	return out, nil
}

// past returns what the runs of a source have come to. It is read once and again after each run, since judging asks often.
func (w *Watcher) past(ctx context.Context, id market.SourceID) (lookback.Runs, error) {
	w.mu.Lock()
	p, ok := w.pasts[id]
	running := w.roster.Going(id)
	w.mu.Unlock()
	if ok {
		return p, nil
	}
	p, err := lookback.RunsOf(ctx, w.Store, id, running)
	if err != nil {
		return p, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.roster.Going(id) == running {
		w.pasts[id] = p
	}
	return p, nil
}

// site returns the site of a source.
func (w *Watcher) site(id market.SourceID) (crawler.Site, bool) {
	for _, s := range w.Sites {
		if s.Source.ID == id {
			return s, true
		}
	}
	return crawler.Site{}, false
}

// Quiet reports whether no source is being crawled.
func (w *Watcher) Quiet() bool { return w.roster.Quiet() }

// news reports whether the log has moved since it was judged. While a source is being crawled it waits for the end of the run.
func (w *Watcher) news(ctx context.Context) bool {
	after, err := w.Store.Cursor(ctx, alerts.Cursor)
	if err != nil || !w.Quiet() {
		return false
	}
	for _, err := range w.Store.Changes(ctx, after) {
		return err == nil
	}
	return false
}

// begin marks a source as being crawled; it reports false when it is already.
func (w *Watcher) begin(id market.SourceID) bool {
	if !w.roster.Begin(id) {
		return false
	}
	w.forget(id)
	return true
}

func (w *Watcher) end(id market.SourceID) {
	w.roster.End(id)
	w.forget(id)
}

// forget lets what is known of the runs of a source be read anew.
func (w *Watcher) forget(id market.SourceID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.pasts, id)
}

// scheduledWait is how long a scheduled run stays for confirming fetches.
const scheduledWait = 25 * time.Minute

// RunSchedule crawls each source when it is due, until ctx ends, and delivers what waits in between; see schedule.Loop. A run that a
// crash or a stop has cut off goes on at once where its source has a schedule. It returns after all runs it started have ended.
func (w *Watcher) RunSchedule(ctx context.Context) error {
	var sources []market.Source
	for _, s := range w.Sites {
		sources = append(sources, s.Source)
	}
	schedule.Loop{
		Sources: sources, Keep: w.Store, Clock: w.Clock, Log: w.Log, Run: w.scheduledRun,
		Interrupted: func(ctx context.Context, id market.SourceID) (bool, error) {
			p, err := w.past(ctx, id)
			return p.Last.Outcome == market.RunInterrupted, err
		},
		Between: func(ctx context.Context) error {
			_, err := w.Deliver(ctx)
			return err
		},
		Beat: w.Beat, News: w.news,
	}.Serve(ctx)
	return nil
}

// scheduledRun crawls a source and reports whether to go on with it at once: the disk had no space for what it saw.
func (w *Watcher) scheduledRun(ctx context.Context, id market.SourceID) (again bool) {
	r := CrawlRequest{Sources: []market.SourceID{id}, Wait: scheduledWait, Trigger: "schedule"}
	for p, err := range w.Crawl(ctx, r) {
		switch {
		case err != nil && ctx.Err() == nil:
			again = errors.Is(err, store.ErrFull)
			w.Log.Error("scheduled run failed", "source", id, "error", err)
		case p.Note != "":
			w.Log.Info("scheduled run", "source", id, "note", p.Note)
		}
	}
	return again
}
