package upkeep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const day = 24 * time.Hour

// TestServe lets days pass over a real store: what is older than a source's retention goes, once a day, of that source alone.
func TestServe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), "bolt:"+filepath.Join(t.TempDir(), "prices.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		began := time.Now()
		for h := range 48 {
			for _, shop := range []market.SourceID{"acme", "zoon"} {
				var obs []market.Observation
				for n := range 150 { // so many that they leave the log
					o := storetest.Observe(shop, n, began.Add(time.Duration(h-48)*time.Hour), int64(100+h))
					o.Run = market.RunID(fmt.Sprint(h))
					obs = append(obs, o)
				}
				if _, err := s.Record(t.Context(), obs...); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := s.PutAlerts(t.Context(), "desk", 1_000_000); err != nil { // all is judged
			t.Fatal(err)
		}
		seen := func(id market.ListingID) (n int) {
			for _, err := range s.History(t.Context(), id, time.Time{}, time.Time{}) {
				if n++; err != nil {
					t.Fatal(err)
				}
			}
			return n
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		p := Plan{
			Store: s, Retention: map[market.SourceID]store.Retention{"acme": {Forget: day}}, Quiet: func() bool { return true },
			Clock: time.Now, Log: slog.New(slog.DiscardHandler),
		}
		go func() { defer close(ended); p.Serve(ctx) }()
		time.Sleep(2 * beat)
		synctest.Wait()
		first := seen("acme:000001")
		if first >= 48 || first < 24 || seen("zoon:000001") != 48 {
			t.Errorf("after a moment: %d and %d of 48 are left", first, seen("zoon:000001"))
		}
		time.Sleep(day - 4*beat)
		synctest.Wait()
		if got := seen("acme:000001"); got != first {
			t.Errorf("%d of %d are left before a day is over", got, first)
		}
		time.Sleep(5 * beat)
		synctest.Wait()
		stop()
		<-ended
		if got := seen("acme:000001"); got >= first {
			t.Errorf("%d of %d are left the next day", got, first)
		}
		i, err := s.Info(t.Context())
		if err != nil || time.Since(i.Tended.At) > 5*beat || i.Tended.Pruned.Observations == 0 || !i.Tended.Compacted.IsZero() {
			t.Errorf("%+v, %v", i.Tended, err)
		}
	})
}

// fake is a store that says what is asked of it.
type fake struct {
	info   store.Info
	pruned []market.SourceID
	bad    market.SourceID
	new    market.SourceID // nothing was seen there yet
	did    int             // compactions
}

func (f *fake) Info(context.Context) (store.Info, error) { return f.info, nil }

func (f *fake) Prune(_ context.Context, p store.Pruning, _ func(done, total int64)) (store.Pruned, error) {
	if p.Source == f.new {
		return store.Pruned{}, fmt.Errorf("%w: %s", store.ErrNoSource, p.Source)
	}
	if f.pruned = append(f.pruned, p.Source); p.Source == f.bad || p.Dry {
		return store.Pruned{}, errors.New("bad")
	}
	return store.Pruned{Observations: 1}, nil
}

func (f *fake) Compact(context.Context, func(done, total int64)) (before, after int64, err error) {
	f.did++
	before = f.info.Bytes
	f.info.Bytes, f.info.Free = f.info.Bytes-f.info.Free, 0
	return before, f.info.Bytes, nil
}

func (f *fake) PutState(_ context.Context, key string, doc []byte) error {
	if key != store.TendedKey {
		return errors.New("another key: " + key)
	}
	return json.Unmarshal(doc, &f.info.Tended)
}

func TestWhen(t *testing.T) {
	now := time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		last time.Time
		busy bool
		want bool
	}{
		"never yet":                    {want: true},
		"a moment ago":                 {last: now.Add(-time.Minute)},
		"a day ago":                    {last: now.Add(-day), want: true},
		"a day ago, and it is crawled": {last: now.Add(-day), busy: true},
		"a day and a half ago":         {last: now.Add(-day * 3 / 2), busy: true, want: true},
		"the clock was ahead":          {last: now.Add(day), want: true},
	} {
		f := &fake{info: store.Info{Tended: store.Tended{At: tt.last}}}
		p := Plan{
			Store: f, Retention: map[market.SourceID]store.Retention{"acme": {Daily: day}}, Quiet: func() bool { return !tt.busy },
			Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
		}
		if err := p.serve(t.Context()); err != nil || (len(f.pruned) == 1) != tt.want || tt.want && !f.info.Tended.At.Equal(now) {
			t.Errorf("%s: %v pruned, %+v, %v", name, f.pruned, f.info.Tended, err)
		}
	}
}

func TestCompactsWhereItIsWorthIt(t *testing.T) {
	const mib = 1 << 20
	for name, tt := range map[string]struct {
		bytes, free int64
		disk        uint64 // free
		want        int
		log         string
		pruned      time.Duration // ago that what is pruned was compacted; 0 for what is not pruned
	}{
		"a week ago":    {bytes: 200 * mib, disk: 500 * mib, pruned: 7 * 24 * time.Hour, want: 1, log: "store compacted"},
		"a day ago":     {bytes: 200 * mib, disk: 500 * mib, pruned: 24 * time.Hour},
		"a small file":  {bytes: 63 * mib, disk: 500 * mib, pruned: 7 * 24 * time.Hour},
		"half of it":    {bytes: 200 * mib, free: 101 * mib, disk: 500 * mib, want: 1, log: "store compacted"},
		"less":          {bytes: 200 * mib, free: 99 * mib, disk: 500 * mib},
		"not much":      {bytes: 100 * mib, free: 63 * mib, disk: 500 * mib},
		"without room":  {bytes: 200 * mib, free: 101 * mib, disk: 300 * mib, log: "300 MiB free"},
		"just the room": {bytes: 200 * mib, free: 120 * mib, disk: 336 * mib, want: 1},
	} {
		f := &fake{info: store.Info{Bytes: tt.bytes, Free: tt.free}}
		var log strings.Builder
		now := time.Now().UTC()
		kept := map[market.SourceID]store.Retention{}
		if tt.pruned > 0 {
			kept["acme"], f.info.Tended.Compacted = store.Retention{Daily: 24 * time.Hour}, now.Add(-tt.pruned)
		}
		p := Plan{
			Store: f, Disk: func() (uint64, uint64, error) { return tt.disk, 1 << 30, nil }, Clock: func() time.Time { return now }, Retention: kept,
			Quiet: func() bool { return true },
			Log:   slog.New(slog.NewTextHandler(&log, nil)),
		}
		if err := p.serve(t.Context()); err != nil || f.did != tt.want || f.info.Tended.Compacted.Equal(now) != (tt.want == 1) || !strings.Contains(log.String(), tt.log) {
			t.Errorf("%s: compacted %d times, %+v, %v\n%s", name, f.did, f.info.Tended, err, log.String())
		}
	}
}

// TestOneFails: what cannot be pruned keeps nothing else from it, and is tried again.
func TestOneFails(t *testing.T) {
	f := &fake{bad: "acme", new: "nieuw"}
	p := Plan{
		Store: f, Retention: map[market.SourceID]store.Retention{"acme": {Daily: day}, "zoon": {Daily: day}, "nieuw": {Daily: day}},
		Clock: time.Now, Log: slog.New(slog.DiscardHandler),
	}
	if err := p.serve(t.Context()); err == nil || len(f.pruned) != 2 || !f.info.Tended.At.IsZero() {
		t.Errorf("%v, %+v, %v", f.pruned, f.info.Tended, err)
	}
}
