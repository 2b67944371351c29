package schedule

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"pricegap/market"
)

// beat is how often the clock is looked at: often enough for what waits between runs, and never longer asleep
// than this when the clock was moved or the machine slept.
const beat = 20 * time.Second

// glance is how often one looks for news between two beats.
const glance = time.Second

// setBack is how far the clock may stand before the time up to which a schedule was served. Where it stands
// further back, that time was wrong and would keep the source from being crawled.
const setBack = 2 * time.Hour

// againAfter is the pause before a run that wants to go on.
const againAfter = 5 * time.Second

// Loop starts the runs of sources when they are due.
type Loop struct {
	Sources []market.Source
	Keep    Keeper
	Clock   market.Clock
	Log     *slog.Logger
	// Run is one run of a source, to its end. It is called in a goroutine of its own, and again after a pause where it says so.
	Run func(ctx context.Context, id market.SourceID) (again bool)
	// Interrupted reports whether the newest run of a source did not come to its end.
	Interrupted func(ctx context.Context, id market.SourceID) (bool, error)
	// Between is what is done at every beat; Beat, where it is not nil, hears of each that was done well.
	Between func(ctx context.Context) error
	Beat    func()
	// News, where it is not nil, is asked every second between two beats: where there is some, the next beat comes at once.
	News func(ctx context.Context) bool
}

// loop is a Loop that runs.
type loop struct {
	Loop
	runs sync.WaitGroup
	said map[market.SourceID]string // the trouble that was told last

	going Roster
}

// Serve serves the schedules until ctx ends, and returns when all runs that it started have ended. Interrupted runs
// of sources that have a schedule go on at once. For what was missed meanwhile there is one run. What the store
// refuses is logged and tried again at the next beat.
func (l Loop) Serve(ctx context.Context) {
	x := &loop{Loop: l, said: map[market.SourceID]string{}}
	defer x.runs.Wait()
	x.runs.Go(func() {
		for ctx.Err() == nil {
			x.rest(ctx, x.between(ctx))
		}
	})
	resumed := map[market.SourceID]bool{}
	for ctx.Err() == nil {
		for _, s := range x.Sources {
			if s.Schedule.Expr == "" {
				continue
			}
			err := x.resume(ctx, s, resumed)
			if err == nil {
				err = x.serve(ctx, s)
			}
			x.say(ctx, s.ID, err)
		}
		sleep(ctx, beat)
	}
}

// between does what is done at every beat, and reports whether it was done well.
func (x *loop) between(ctx context.Context) bool {
	err := x.Between(ctx)
	switch {
	case err == nil && x.Beat != nil:
		x.Beat()
	case err != nil && ctx.Err() == nil:
		x.Log.Error("delivery failed", "error", err)
	}
	return err == nil
}

// rest waits for the next beat, or for news where the last one was done well.
func (x *loop) rest(ctx context.Context, well bool) {
	for range beat / glance {
		sleep(ctx, glance)
		if ctx.Err() != nil || well && x.News != nil && x.News(ctx) {
			return
		}
	}
}

// resume goes on with an interrupted run, once.
func (x *loop) resume(ctx context.Context, s market.Source, done map[market.SourceID]bool) error {
	if done[s.ID] {
		return nil
	}
	cut, err := x.Interrupted(ctx, s.ID)
	if err != nil {
		return err
	}
	done[s.ID] = true
	if !cut {
		return nil
	}
	x.Log.Info("interrupted run goes on", "source", s.ID)
	return x.start(ctx, s.ID)
}

// serve starts a run where the source is due. One that is never yet scheduled is due from now on.
func (x *loop) serve(ctx context.Context, s market.Source) error {
	now := x.Clock()
	last, err := served(ctx, x.Keep, s.ID)
	if err != nil {
		return err
	}
	if last.IsZero() || last.Sub(now) > setBack {
		return serveUpTo(ctx, x.Keep, s.ID, now)
	}
	due, err := Next(ctx, x.Keep, s, now)
	if err != nil || due.IsZero() || due.After(now) {
		return err
	}
	return x.start(ctx, s.ID)
}

// start notes that the source is served up to now, and then runs it unless it runs already.
func (x *loop) start(ctx context.Context, id market.SourceID) error {
	if err := serveUpTo(ctx, x.Keep, id, x.Clock()); err != nil {
		return err
	}
	if !x.going.Begin(id) {
		x.Log.Warn("source is due while its last run goes on; left out", "source", id)
		return nil
	}
	x.runs.Go(func() {
		defer x.going.End(id)
		for x.Run(ctx, id) && ctx.Err() == nil {
			sleep(ctx, againAfter)
		}
	})
	return nil
}

// say logs trouble once, until it is another or over.
func (x *loop) say(ctx context.Context, id market.SourceID, err error) {
	text := ""
	if err != nil && !errors.Is(err, ctx.Err()) {
		text = err.Error()
	}
	if text != "" && text != x.said[id] {
		x.Log.Error("schedule cannot be served", "source", id, "error", err)
	}
	x.said[id] = text
}

// sleep waits until d has passed or ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
