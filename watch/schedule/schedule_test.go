package schedule_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"pricegap/market"
	"pricegap/watch/schedule"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func amsterdam(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestDue holds the times on the wall of both nights of a clock change and the days around them: fixed times come
// once a day, what comes every hour comes every hour that passes.
func TestDue(t *testing.T) {
	zone := amsterdam(t)
	spring, autumn := time.Date(2026, 3, 28, 12, 0, 0, 0, zone), time.Date(2026, 10, 24, 12, 0, 0, 0, zone)
	for name, tt := range map[string]struct {
		expr string
		from time.Time
		want []string
	}{
		"left out in spring":       {"30 2 * * *", spring, []string{"29 03:30 CEST", "30 02:30 CEST"}},
		"before it in spring":      {"30 1 * * *", spring, []string{"29 01:30 CET", "30 01:30 CEST"}},
		"after it in spring":       {"0 3 * * *", spring, []string{"29 03:00 CEST", "30 03:00 CEST"}},
		"twice in autumn":          {"30 2 * * *", autumn, []string{"25 02:30 CEST", "26 02:30 CET"}},
		"the hour of it in autumn": {"0 2 * * *", autumn, []string{"25 02:00 CEST", "26 02:00 CET"}},
		"after it in autumn":       {"0 3 * * *", autumn, []string{"25 03:00 CET", "26 03:00 CET"}},
		"two hours in autumn":      {"0 2,3 * * *", autumn, []string{"25 02:00 CEST", "25 03:00 CET", "26 02:00 CET"}},
		"often in that hour":       {"*/30 2 * * *", autumn, []string{"25 02:00 CEST", "25 02:30 CEST", "26 02:00 CET"}},
		"a word":                   {"@daily", autumn, []string{"25 00:00 CEST", "26 00:00 CET"}},
		"every hour in autumn":     {"0 * * * *", autumn.Add(13 * time.Hour), []string{"25 02:00 CEST", "25 02:00 CET", "25 03:00 CET"}},
		"every hour in spring":     {"0 * * * *", spring.Add(12 * time.Hour), []string{"29 01:00 CET", "29 03:00 CEST"}},
		"either day fits":          {"0 6 1 * MON", spring, []string{"30 06:00 CEST", "01 06:00 CEST"}},
	} {
		at := tt.from
		for _, want := range tt.want {
			due, err := schedule.Due(market.Schedule{Expr: tt.expr, Zone: zone}, at)
			if got := due.In(zone).Format("02 15:04 MST"); err != nil || got != want || due.Location() != time.UTC {
				t.Errorf("%s: %s, %v; want %s", name, got, err, want)
			}
			at = due
		}
	}
	if _, err := schedule.Due(market.Schedule{Expr: "61 * * * *"}, spring); err == nil {
		t.Error("61 minutes were accepted")
	}
	if due, err := schedule.Due(market.Schedule{}, spring); err != nil || !due.IsZero() {
		t.Errorf("no expression: due %s, %v", due, err)
	}
}

// memory is a Keeper. broken is what it answers to writes.
type memory struct {
	mu     sync.Mutex
	kept   map[string][]byte
	broken error
}

func (m *memory) GetState(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept[key], nil
}

func (m *memory) PutState(_ context.Context, key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken == nil {
		m.kept[key] = value
	}
	return m.broken
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = err
}

// bench is a loop in a bubble of synctest, with a clock on the wall that can be moved.
type bench struct {
	t    *testing.T
	loop schedule.Loop
	keep *memory
	zone *time.Location
	// takes is how long a run takes.
	takes time.Duration
	// cut are the sources whose newest run was interrupted.
	cut map[market.SourceID]bool

	mu    sync.Mutex
	base  time.Time // the clock on the wall at began
	began time.Time
	runs  []string // source and start, by the clock on the wall
	going map[market.SourceID]int
	stop  func()
}

func newBench(t *testing.T, from string, sources ...market.Source) *bench {
	t.Helper()
	b := &bench{
		t: t, zone: amsterdam(t), keep: &memory{kept: map[string][]byte{}}, takes: time.Minute, began: time.Now(),
		cut: map[market.SourceID]bool{}, going: map[market.SourceID]int{},
	}
	var err error
	if b.base, err = time.ParseInLocation("2006-01-02 15:04", from, b.zone); err != nil {
		t.Fatal(err)
	}
	for i := range sources {
		sources[i].Schedule.Zone = b.zone
	}
	b.loop = schedule.Loop{
		Sources: sources, Keep: b.keep, Clock: b.now, Log: slog.New(slog.DiscardHandler), Run: b.run,
		Interrupted: func(_ context.Context, id market.SourceID) (bool, error) { return b.cut[id], nil },
		Between:     func(context.Context) error { return nil },
	}
	return b
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.base.Add(time.Since(b.began))
}

// move moves the clock on the wall, and nothing else.
func (b *bench) move(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.base = b.base.Add(d)
}

func (b *bench) run(ctx context.Context, id market.SourceID) (again bool) {
	at := b.now().In(b.zone).Format("02 15:04")
	b.mu.Lock()
	b.runs = append(b.runs, string(id)+" "+at)
	if b.going[id]++; b.going[id] > 1 {
		b.t.Errorf("two runs of %s at a time, at %s", id, at)
	}
	b.mu.Unlock()
	select {
	case <-time.After(b.takes):
	case <-ctx.Done():
	}
	b.mu.Lock()
	b.going[id]--
	b.mu.Unlock()
	return false
}

// start serves the schedules, as a process that starts.
func (b *bench) start() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.loop.Serve(ctx)
	}()
	b.stop = func() {
		cancel()
		<-ended
		if n := slices.Max(append(slices.Collect(maps.Values(b.going)), 0)); n > 0 {
			b.t.Error("it returned while a run went on")
		}
	}
}

// pass lets time pass and returns the runs that began meanwhile.
func (b *bench) pass(d time.Duration) []string {
	time.Sleep(d)
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	got := b.runs
	b.runs = nil
	slices.Sort(got) // runs that begin at the same time begin in any order
	return got
}

func (b *bench) expect(what string, got []string, want ...string) {
	b.t.Helper()
	if d := cmp.Diff(want, got, cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })); d != "" {
		b.t.Errorf("%s (-want +got)\n%s", what, d)
	}
}

func source(id, expr string) market.Source {
	return market.Source{ID: market.SourceID(id), Schedule: market.Schedule{Expr: expr}}
}

// TestClockChanges: over both nights no run is missed and none is double.
func TestClockChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "2026-03-28 12:00", source("a", "30 2 * * *"))
		b.start()
		b.expect("spring", b.pass(40*time.Hour), "a 29 03:30", "a 30 02:30")
		b.stop()
	})
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "2026-10-24 12:00", source("a", "30 2 * * *"), source("b", "0 * * * *"))
		b.start()
		got := b.pass(40 * time.Hour)
		hourly := slices.DeleteFunc(slices.Clone(got), func(s string) bool { return s[0] == 'a' })
		b.expect("autumn", slices.DeleteFunc(got, func(s string) bool { return s[0] == 'b' }), "a 25 02:30", "a 26 02:30")
		if len(hourly) != 40 {
			t.Errorf("%d hourly runs in 40 hours", len(hourly))
		}
		b.stop()
	})
}

// TestRestartsMissNothing: a process that starts anew many times a day runs each due time once.
func TestRestartsMissNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "2026-10-24 12:00", source("a", "30 2 * * *"))
		var got []string
		for range 48 {
			b.start()
			got = append(got, b.pass(59*time.Minute)...)
			b.stop()
			got = append(got, b.pass(time.Minute)...)
		}
		b.expect("two days of restarts", got, "a 25 02:30", "a 26 02:30")
	})
}

// TestMissed: what a stopped process, a sleeping machine or a clock that jumps has missed is one run.
func TestMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "2026-06-01 12:10", source("a", "0 * * * *"))
		b.start()
		b.expect("a first start", b.pass(30*time.Minute))
		b.move(8 * time.Hour) // suspended: no timer ran
		b.expect("after eight hours asleep", b.pass(time.Minute), "a 01 20:40")
		b.expect("and then as ever", b.pass(2*time.Hour), "a 01 21:00", "a 01 22:00")
		b.move(-time.Hour)
		b.expect("put back an hour: nothing twice", b.pass(time.Hour))
		b.expect("and then as ever", b.pass(time.Hour), "a 01 23:00")
		b.move(time.Hour)
		b.expect("put forward an hour", b.pass(time.Minute), "a 02 00:41")
		b.stop()
		b.expect("stopped", b.pass(72*time.Hour))
		b.start()
		b.expect("three days later", b.pass(time.Minute), "a 05 00:42")
		b.stop()
	})
}

// TestClockThatWasWrong: a time served in a future that never came keeps no source from being crawled.
func TestClockThatWasWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "2026-06-01 12:10", source("a", "0 * * * *"))
		b.move(10 * 365 * 24 * time.Hour)
		b.start()
		b.pass(time.Hour)
		b.move(-10 * 365 * 24 * time.Hour)
		b.expect("back from the future", b.pass(2*time.Hour), "a 01 14:00", "a 01 15:00")
		b.stop()
	})
}

// TestNoOverlap: a run that takes longer than its interval holds back those that fall into it.
func TestNoOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "2026-06-01 12:10", source("a", "0 * * * *"), source("b", "0 * * * *"))
		b.takes = 130 * time.Minute
		b.start()
		b.expect("long runs", b.pass(4*time.Hour), "a 01 13:00", "a 01 16:00", "b 01 13:00", "b 01 16:00")
		b.stop() // in the middle of a run
	})
}

// TestInterrupted: a run that was cut off goes on at the start, once, and the next due time stays what it was.
func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "2026-06-01 12:10", source("a", "0 14 * * *"), source("b", "0 14 * * *"), source("by hand", ""))
		b.cut["a"], b.cut["by hand"] = true, true
		b.start()
		b.expect("at the start", b.pass(time.Hour), "a 01 12:10")
		b.expect("and as ever", b.pass(time.Hour), "a 01 14:00", "b 01 14:00")
		b.stop()
		b.start()
		b.expect("again, once a start", b.pass(time.Hour), "a 01 14:10")
		b.stop()
		b.expect("down while it is due", b.pass(24*time.Hour))
		b.start()
		b.expect("cut off and missed is one run", b.pass(time.Hour), "a 02 15:10", "b 02 15:10")
		b.stop()
	})
}

// TestStoreThatRefuses: on a full disk nothing is run that could not be noted, and it goes on when there is space.
func TestStoreThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "2026-06-01 12:10", source("a", "0 * * * *"))
		b.start()
		b.pass(time.Minute)
		b.keep.fail(errors.New("no space left on device"))
		b.expect("full", b.pass(2*time.Hour))
		b.keep.fail(nil)
		b.expect("space again", b.pass(time.Minute), "a 01 14:11")
		b.stop()
	})
}

// TestJitter: the same source waits equally long each time it is asked, and within the limit.
func TestJitter(t *testing.T) {
	k := &memory{kept: map[string][]byte{}}
	now := time.Date(2026, 6, 1, 12, 10, 0, 0, time.UTC)
	s := source("a", "0 * * * *")
	s.Schedule.Jitter = 10 * time.Minute
	first, err := schedule.Next(t.Context(), k, s, now)
	if err != nil {
		t.Fatal(err)
	}
	again, err := schedule.Next(t.Context(), k, s, now)
	due := now.Truncate(time.Hour).Add(time.Hour)
	if err != nil || !first.Equal(again) || first.Before(due) || !first.Before(due.Add(10*time.Minute)) {
		t.Errorf("%s, then %s, %v", first, again, err)
	}
}
