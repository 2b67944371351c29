package watch

import (
	"context"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"github.com/netresearch/go-cron"

	"pricegap/market"
)

// beat is how often the schedule looks at the clock: often enough for pending alerts and failed deliveries, and
// never longer asleep than this when the wall clock is moved.
const beat = 20 * time.Second

// scheduledWait is how long a scheduled run stays for confirming fetches.
const scheduledWait = 25 * time.Minute

// crontab reads expressions as crontab(5) does: where day of month and day of week are both restricted, either fits.
var crontab = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor | cron.DowOrDom)

// Due returns when a schedule is due after a moment; the zero time when it never is or has no expression.
// Errors name the expression and what is wrong with it.
func Due(s market.Schedule, after time.Time) (time.Time, error) {
	if s.Expr == "" {
		return time.Time{}, nil
	}
	sched, err := crontab.Parse(s.Expr)
	if err != nil {
		return time.Time{}, fmt.Errorf("watch: schedule %q: %w", s.Expr, err)
	}
	zone := s.Zone
	if zone == nil {
		zone = time.UTC
	}
	return sched.Next(after.In(zone)).UTC(), nil
}

// jitter spreads starts: the same source at the same due time always waits equally long.
func jitter(s market.Source, due time.Time) time.Duration {
	if s.Schedule.Jitter <= 0 {
		return 0
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d", s.ID, due.Unix())
	return time.Duration(h.Sum64() % uint64(s.Schedule.Jitter))
}

func scheduleKey(id market.SourceID) string { return "schedule/" + string(id) }

// next returns when a source is due by its schedule; zero when it has none or has never been scheduled.
func (w *Watcher) next(ctx context.Context, id market.SourceID) (time.Time, error) {
	for _, s := range w.Sites {
		if s.Source.ID != id || s.Source.Schedule.Expr == "" {
			continue
		}
		last, err := w.scheduled(ctx, id)
		if err != nil {
			return time.Time{}, err
		}
		if last.IsZero() {
			last = w.Clock()
		}
		due, err := Due(s.Source.Schedule, last)
		if err != nil || due.IsZero() {
			return time.Time{}, err
		}
		return due.Add(jitter(s.Source, due)), nil
	}
	return time.Time{}, nil
}

// scheduled returns up to when the schedule of a source has been served.
func (w *Watcher) scheduled(ctx context.Context, id market.SourceID) (time.Time, error) {
	raw, err := w.Store.GetState(ctx, scheduleKey(id))
	if err != nil || raw == nil {
		return time.Time{}, err
	}
	var t time.Time
	if err := t.UnmarshalText(raw); err != nil {
		return time.Time{}, fmt.Errorf("watch: schedule of %s: %w", id, err)
	}
	return t, nil
}

func (w *Watcher) serveUpTo(ctx context.Context, id market.SourceID, t time.Time) error {
	raw, err := t.UTC().MarshalText()
	if err != nil {
		return err
	}
	return w.Store.PutState(ctx, scheduleKey(id), raw)
}

// RunSchedule crawls each source when it is due, until ctx ends: never two runs of one source at once, and at
// most one catch-up run for whatever was missed. Between runs it delivers what waits. It returns after all runs
// it started have ended.
func (w *Watcher) RunSchedule(ctx context.Context) error {
	var runs sync.WaitGroup
	defer runs.Wait()
	for {
		if err := w.startDue(ctx, &runs); err != nil {
			return err
		}
		if _, err := w.Deliver(ctx); err != nil && ctx.Err() == nil {
			w.Log.Error("delivery failed", "error", err)
		}
		if sleep(ctx, beat) != nil {
			return nil
		}
	}
}

// startDue starts a run for every source that is due.
func (w *Watcher) startDue(ctx context.Context, runs *sync.WaitGroup) error {
	now := w.Clock()
	for _, s := range w.Sites {
		id := s.Source.ID
		last, err := w.scheduled(ctx, id)
		if err != nil {
			return err
		}
		if last.IsZero() && s.Source.Schedule.Expr != "" {
			if err := w.serveUpTo(ctx, id, now); err != nil { // from now on
				return err
			}
			continue
		}
		due, err := w.next(ctx, id)
		if err != nil {
			return err
		}
		if due.IsZero() || due.After(now) {
			continue
		}
		if err := w.serveUpTo(ctx, id, now); err != nil {
			return err
		}
		runs.Go(func() { w.scheduledRun(ctx, id) })
	}
	return nil
}

func (w *Watcher) scheduledRun(ctx context.Context, id market.SourceID) {
	r := CrawlRequest{Sources: []market.SourceID{id}, Wait: scheduledWait, Trigger: "schedule"}
	for p, err := range w.Crawl(ctx, r) {
		switch {
		case err != nil && ctx.Err() == nil:
			w.Log.Error("scheduled run failed", "source", id, "error", err)
		case p.Note != "":
			w.Log.Info("scheduled run", "source", id, "note", p.Note)
		}
	}
}
