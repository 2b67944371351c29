package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/segment"
	"pricegap/store/storetest"
)

// TestPruneThins: of a listing that is seen every hour and becomes dearer once, what is thinned stays once a day or a week, and around
// the change.
func TestPruneThins(t *testing.T) {
	t.Parallel()
	dir, days := t.TempDir(), 28
	open := func() store.Store {
		s, err := store.OpenLimited(t.Context(), filepath.Join(dir, "prices.db"), segment.Limits{Observations: 48, Batches: 24, Few: 12, Runs: 5})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	for h := range days * 24 { // from Sunday on
		o := storetest.Observe("acme", 1, storetest.At(h), int64(100+h/300))
		o.Run = market.RunID(fmt.Sprint(h / 6))
		if _, err := s.Record(t.Context(), o, storetest.Observe("zoon", 1, storetest.At(h), 7)); err != nil {
			t.Fatal(err)
		}
	}
	prune := func(r store.Retention) store.Pruned {
		t.Helper()
		g, err := s.Prune(t.Context(), store.Pruning{Source: "acme", Retention: r, Now: storetest.At(days * 24)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Verify(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		return g
	}
	const day = 24 * time.Hour
	seen := func() (out []int) {
		for o, err := range s.History(t.Context(), "acme:000001", time.Time{}, time.Time{}) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, int(o.SeenAt.Sub(storetest.At(0))/time.Hour))
		}
		return out
	}
	cut := (days - 7) * 24
	// check wants some hours before the cut, few others (a base holds on to what was newest then), and all behind it.
	check := func(what string, few int, want ...int) {
		t.Helper()
		got := seen()
		for _, h := range want {
			if !slices.Contains(got, h) {
				t.Errorf("%s: hour %d went", what, h)
			}
		}
		if old := len(got) - 7*24; old < len(want) || old > len(want)+few {
			t.Errorf("%s: before the cut stay the hours %v, want %v and at most %d more", what, got[:max(old, 0)], want, few)
		}
	}
	change := []int{0, 299, 300}
	daily := change
	for d := range cut / 24 {
		daily = append(daily, 24*d+23)
	}
	prune(store.Retention{Daily: 7 * day})
	check("daily", 10, daily...)
	prune(store.Retention{Weekly: 7 * day})
	check("weekly", 10, append(change, 23, 23+7*24, 23+14*24)...) // the tests begin on a Sunday
	g := prune(store.Retention{Forget: 7 * day})
	check("forget", 1, 300)
	if g.Changes != 1 || g.Segments == 0 {
		t.Errorf("forget: %+v went", g)
	}
	i, err := s.Info(t.Context())
	if err != nil || !i.Oldest.Equal(storetest.At(0)) || i.Observations >= 2*days*24 {
		t.Errorf("%+v, %v", i, err)
	}
	if _, err := s.Prune(t.Context(), store.Pruning{Source: "zoon", Retention: store.Retention{Forget: 7 * day}, Now: storetest.At(days * 24)}, nil); err != nil {
		t.Fatal(err)
	}
	if i, err = s.Info(t.Context()); err != nil || !i.Oldest.Equal(storetest.At(0)) {
		t.Errorf("what is in force stays, however old: %+v, %v", i, err)
	}
	s.Close()
}

// pruner is the child of the kill loop: it prunes a store, a little more each time, for ever.
func pruner(t *testing.T) {
	s, err := store.OpenLimited(context.Background(), filepath.Join(os.Getenv("STORE_DIR"), "prices.db"), sampleLimits)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("open")
	for h := 40; ; h = 40 + (h+1)%400 {
		day := 24 * time.Hour
		if _, err := s.Prune(context.Background(), store.Pruning{Source: "acme", Retention: store.Retention{Daily: day, Forget: 4 * day}, Now: storetest.At(h)}, nil); err != nil {
			panic(err)
		}
	}
}

// TestHarnessPruneKill kills a process that prunes, again and again: the file is sound each time, what is newest is there, and so is
// each change that a cursor has not passed.
func TestHarnessPruneKill(t *testing.T) {
	if os.Getenv("STORE_CHILD") == "prune" {
		pruner(t)
	}
	rnd, root := seeded(t), t.TempDir()
	defer keep(t, root)
	var before, after store.Info
	kills, pruned := figure(200), 0
	limit := 20 * time.Millisecond // of how long a child works; a slow machine needs more to come to anything
	for n := range kills {
		dir := filepath.Join(root, fmt.Sprint(n))
		if n%5 != 0 { // the same file a few times
			dir = filepath.Join(root, fmt.Sprint(n/5*5))
		} else if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		} else {
			before = agedSample(t, dir)
		}
		cmd, out := child(t, "^TestHarnessPruneKill$", "prune", dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for out.Scan() {
			if out.Text() == "open" {
				time.AfterFunc(time.Duration(rnd.Int64N(int64(limit))), func() { _ = cmd.Process.Kill() })
			}
		}
		_ = cmd.Wait()
		s := openBolt(t, dir)
		if err := s.Verify(t.Context(), nil); err != nil {
			t.Fatalf("kill %d: %v", n, err)
		}
		next := uint64(agedCursor)
		for c, err := range s.Changes(t.Context(), agedCursor) {
			if next++; err != nil || c.Seq != next {
				t.Fatalf("kill %d: change %d, want %d, %v", n, c.Seq, next, err)
			}
		}
		if next != before.Changes {
			t.Fatalf("kill %d: the last change is %d, want %d", n, next, before.Changes)
		}
		for o, err := range s.Latest(t.Context(), store.Query{}) {
			if err != nil || !o.SeenAt.Equal(storetest.At(agedHours-1)) {
				t.Fatalf("kill %d: the newest of %s is of %s, %v", n, o.Listing, o.SeenAt, err)
			}
		}
		was := after.Observations
		after = openInfoOf(t, s)
		s.Close()
		if n%5 == 0 {
			was = before.Observations
		}
		if after.Observations < was {
			pruned++
		} else if pruned == 0 {
			limit *= 2
		}
	}
	t.Logf("%d kills, %d of them behind something that was pruned; of %d observations %d are left in the last file", kills, pruned, before.Observations, after.Observations)
	if pruned == 0 {
		t.Error("nothing was pruned: the harness proves nothing")
	}
}

func openInfoOf(t testing.TB, s store.Store) store.Info {
	t.Helper()
	i, err := s.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// The history of the kill loop, and the change up to which its cursor stands.
const (
	agedHours  = 120
	agedCursor = 30
)

// agedSample writes a store whose history is worth pruning.
func agedSample(t testing.TB, dir string) store.Info {
	t.Helper()
	s, err := store.OpenLimited(t.Context(), filepath.Join(dir, "prices.db"), sampleLimits)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for h := range agedHours {
		var obs []market.Observation
		for n := range 10 {
			obs = append(obs, storetest.Observe("acme", n, storetest.At(h), int64(100+(h+n)/20)))
		}
		if _, err := s.Record(t.Context(), obs...); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.PutAlerts(t.Context(), "desk", agedCursor); err != nil {
		t.Fatal(err)
	}
	return openInfoOf(t, s)
}

// TestHarnessGrowth lets a store live through ninety days, of which it keeps thirty. It is compacted while it is in use, as by the
// daemon, when half of it is free, and once a week: before that the file is within 2.2 times what is live in it, that is, what is left
// of a copy that is compacted.
func TestHarnessGrowth(t *testing.T) {
	dir := t.TempDir()
	const day, doubling = 24 * time.Hour, 256 << 10 // a file that grows doubles up to there
	days, listings, compacted := 90, figure(20_000), 0
	s := openBolt(t, dir)
	for d := range days {
		var obs []market.Observation
		for n := range listings {
			o := storetest.Observe("acme", n, storetest.At(24*d).Add(time.Duration(n)*time.Second), int64(100+(3*d+n)/100))
			o.Run = market.RunID(fmt.Sprint(d))
			if obs = append(obs, o); len(obs) == 1000 || n == listings-1 {
				if _, err := s.Record(t.Context(), obs...); err != nil {
					t.Fatal(err)
				}
				obs = obs[:0]
			}
		}
		if err := s.PutAlerts(t.Context(), "desk", openInfoOf(t, s).Changes); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Prune(t.Context(), store.Pruning{Retention: store.Retention{Daily: 7 * day, Weekly: 14 * day, Forget: 30 * day}, Now: storetest.At(24 * d)}, nil); err != nil {
			t.Fatal(err)
		}
		i, weekly := openInfoOf(t, s), d%7 == 6 || d == days-1
		if weekly {
			live := liveOf(t, s)
			t.Logf("day %d: %d bytes, %d of them free; %d live", d+1, i.Bytes, i.Free, live)
			if i.Bytes*10 > live*22 && i.Bytes > doubling {
				t.Errorf("day %d: %d bytes, of which %d are live: more than 2.2 times", d+1, i.Bytes, live)
			}
		}
		if weekly || i.Free > i.Bytes/2 {
			if _, _, err := s.Compact(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			compacted++
		}
	}
	if err := s.Verify(t.Context(), nil); err != nil {
		t.Error(err)
	}
	i := openInfoOf(t, s)
	t.Logf("%d days of %d listings: %d observations kept, %d bytes; compacted %d times", days, listings, i.Observations, i.Bytes, compacted)
	if i.Observations > days*listings/2 {
		t.Errorf("%d of %d observations: nothing was pruned", i.Observations, days*listings)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// liveOf returns how many bytes are left of a copy of a store that is compacted.
func liveOf(t *testing.T, s store.Store) int64 {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Backup(t.Context(), f)
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	_, live, err := store.Compact(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return live
}
