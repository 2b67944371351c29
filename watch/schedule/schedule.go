// Package schedule says when a source is due, and starts its runs then: each due time once, what was missed at
// most once, and never two runs of a source at a time.
package schedule

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/netresearch/go-cron"

	"pricegap/market"
)

// crontab reads expressions as crontab(5) does: where day of month and day of week are both restricted, either fits.
var crontab = cron.MustNewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor | cron.DowOrDom)

// everyHour are the bits of the 24 hours in a cron.SpecSchedule.
const everyHour = 1<<24 - 1

// Due returns when a schedule is due after a moment; the zero time when it never is or has no expression.
// In the hour that a clock change repeats, only a schedule of every hour is due twice; a time that a clock change
// leaves out is due an hour later, as cron(8) does it. Errors name the expression and what is wrong with it.
func Due(s market.Schedule, after time.Time) (time.Time, error) {
	if s.Expr == "" {
		return time.Time{}, nil
	}
	sched, err := crontab.Parse(s.Expr)
	if err != nil {
		return time.Time{}, fmt.Errorf("schedule: %q: %w", s.Expr, err)
	}
	zone := s.Zone
	if zone == nil {
		zone = time.UTC
	}
	fields, timed := sched.(*cron.SpecSchedule)
	next := sched.Next(after.In(zone))
	for timed && fields.Hour&everyHour != everyHour && repeated(next) {
		next = sched.Next(next)
	}
	return next.UTC(), nil
}

// repeated reports whether the clock on the wall has shown this time before, because it was put back.
func repeated(t time.Time) bool {
	start, _ := t.ZoneBounds()
	if t.IsZero() || start.IsZero() {
		return false
	}
	_, before := start.Add(-time.Second).Zone()
	_, now := t.Zone()
	return t.Before(start.Add(time.Duration(before-now) * time.Second))
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

// Keeper remembers across restarts up to when each schedule has been served; store.Store satisfies it.
type Keeper interface {
	GetState(ctx context.Context, key string) ([]byte, error)
	PutState(ctx context.Context, key string, value []byte) error
}

func key(id market.SourceID) string { return "schedule/" + string(id) }

// served returns up to when the schedule of a source has been served; zero when it never was.
func served(ctx context.Context, k Keeper, id market.SourceID) (time.Time, error) {
	raw, err := k.GetState(ctx, key(id))
	if err != nil || raw == nil {
		return time.Time{}, err
	}
	var t time.Time
	if err := t.UnmarshalText(raw); err != nil {
		return time.Time{}, fmt.Errorf("schedule: %s: %w", id, err)
	}
	return t, nil
}

func serveUpTo(ctx context.Context, k Keeper, id market.SourceID, t time.Time) error {
	raw, err := t.UTC().MarshalText()
	if err != nil {
		return err
	}
	return k.PutState(ctx, key(id), raw)
}

// Next returns when a source is due by what k remembers, jitter included; the zero time when it has no schedule.
func Next(ctx context.Context, k Keeper, s market.Source, now time.Time) (time.Time, error) {
	if s.Schedule.Expr == "" {
		return time.Time{}, nil
	}
	last, err := served(ctx, k, s.ID)
	if err != nil {
		return time.Time{}, err
	}
	if last.IsZero() || last.Sub(now) > setBack {
		last = now
	}
	due, err := Due(s.Schedule, last)
	if err != nil || due.IsZero() {
		return time.Time{}, err
	}
	return due.Add(jitter(s, due)), nil
}
