package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/store"
)

// prunedDays is how long the history is that testPrune prunes.
const prunedDays = 16

// lateMinute is the minute of what came late, and of nothing else.
const lateMinute = 30

// aged records a history of some listings of two sources, and returns what it recorded of each in the order of time: with every
// state of trust, with listings that come late, and with runs in the journal. A cursor has read the changes of the first half.
func aged(t *testing.T, s store.Store, rnd *rand.Rand) {
	t.Helper()
	price := map[string]int64{}
	for h := 0; h < prunedDays*24; h += 4 + rnd.IntN(5) {
		var obs []market.Observation
		sources := []market.SourceID{"acme", "zoon"} // what is pruned stands before what is not, and behind it
		if rnd.IntN(2) == 0 {
			slices.Reverse(sources)
		}
		for _, source := range sources {
			for n := range 8 {
				if rnd.IntN(6) == 0 || n == 7 && h < prunedDays*12 {
					continue
				}
				id := fmt.Sprint(source, n)
				if rnd.IntN(20) == 0 {
					price[id] = int64(rnd.IntN(4))
				}
				o := Observe(source, n, At(h).Add(time.Duration(n)*time.Minute), 100+price[id])
				switch price[id] {
				case 1:
					o = Quarantined(o)
				case 2:
					o = Refused(o)
				}
				obs = append(obs, o)
			}
		}
		record(t, s, obs...)
		if rnd.IntN(5) == 0 {
			record(t, s, Observe("acme", rnd.IntN(7), At(rnd.IntN(h+1)).Add(lateMinute*time.Minute), int64(200+rnd.IntN(3))))
			must(t, s.PutRun(t.Context(), market.Run{ID: market.RunID(fmt.Sprint(h)), Source: "acme", StartedAt: At(h)}))
		}
	}
}

// told is a history without the runs that saw it, by time.
func told(os []market.Observation) map[time.Time]market.Observation {
	out := map[time.Time]market.Observation{}
	for _, o := range os {
		out[o.SeenAt] = o
	}
	return out
}

// testPrune prunes histories made at random, by every kind of retention: what it promises to keep reads as before.
func testPrune(t *testing.T, open Opener) {
	day := 24 * time.Hour
	for i, r := range []store.Retention{
		{Forget: 8 * day},
		{Daily: 2 * day, Weekly: 7 * day},
		{Daily: 2 * day, Weekly: 5 * day, Forget: 11 * day},
		{Forget: time.Second},
		{},
	} {
		for _, read := range []bool{true, false} {
			if !read && r.Forget == 0 {
				continue
			}
			t.Run(fmt.Sprintf("%d read %t", i, read), func(t *testing.T) {
				t.Parallel()
				dir, rnd := t.TempDir(), rand.New(rand.NewPCG(uint64(i), 7))
				s := open(t, dir)
				aged(t, s, rnd)
				all := changes(t, s, 0)
				cursor := uint64(len(all)) / 4
				if read {
					cursor = uint64(len(all))
				}
				must(t, s.PutAlerts(t.Context(), "desk", cursor))
				was := snapshot(t, s)
				dry, err := s.Prune(t.Context(), store.Pruning{Source: "acme", Retention: r, Now: At(prunedDays * 24), Dry: true}, nil)
				must(t, err)
				diff(t, "after a dry run", was, snapshot(t, s))
				gone := prunedAloud(t, s, r)
				diff(t, "what goes", dry, gone)
				if (r == store.Retention{}) && gone != (store.Pruned{}) {
					t.Errorf("%+v went of what is kept for ever", gone)
				}
				for round := range 2 { // as it is in memory, and as it is read
					must(t, s.Verify(t.Context(), nil))
					checkPruned(t, s, was, r, cursor)
					if round == 0 {
						closing(t, s)
						s = open(t, dir)
					}
				}
				var again store.Pruned
				for range 2 { // once more goes what stood behind something late that went
					again, err = s.Prune(t.Context(), store.Pruning{Source: "acme", Retention: r, Now: At(prunedDays * 24)}, nil)
					must(t, err)
				}
				diff(t, "what goes again and again", store.Pruned{}, again)
				checkPruned(t, s, was, r, cursor)
				next := Observe("acme", 1, At(prunedDays*24+1), 999)
				if cs := record(t, s, next); len(cs) != 1 || cs[0].Seq != uint64(len(all))+1 {
					t.Errorf("the next change: %v", cs)
				}
				must(t, s.Verify(t.Context(), nil))
				closing(t, s)
			})
		}
	}
}

// picture is what can be read of a store.
type picture struct {
	Histories map[market.ListingID][]market.Observation
	Changes   []market.Change
	Latest    []market.Observation
	Past      map[int][]market.Observation // by hour
}

func snapshot(t *testing.T, s store.Store) picture {
	t.Helper()
	p := picture{Histories: map[market.ListingID][]market.Observation{}, Past: map[int][]market.Observation{}}
	p.Changes, p.Latest = changes(t, s, 0), latest(t, s, store.Query{Both: true})
	for _, source := range []market.SourceID{"acme", "zoon"} {
		for n := range 8 {
			id := Observe(source, n, At(0), 1).Listing
			p.Histories[id] = history(t, s, id)
		}
	}
	for h := 5; h < prunedDays*24; h += 41 {
		p.Past[h] = latest(t, s, store.Query{Both: true, AsOf: At(h), Sources: []market.SourceID{"acme"}})
	}
	return p
}

// prunedAloud prunes the history of acme, and holds what is told of how far that is against the end.
func prunedAloud(t *testing.T, s store.Store, r store.Retention) store.Pruned {
	t.Helper()
	var far, whole int64
	gone, err := s.Prune(t.Context(), store.Pruning{Source: "acme", Retention: r, Now: At(prunedDays * 24)}, func(done, total int64) {
		far, whole = done, total
	})
	must(t, err)
	if far != whole || far == 0 {
		t.Errorf("%d of %d are done in the end", far, whole)
	}
	_, err = s.Prune(t.Context(), store.Pruning{Source: "nobody", Retention: r, Now: At(prunedDays * 24)}, nil)
	wantErr(t, "a source that is none", err, store.ErrNoSource)
	return gone
}

// checkPruned holds a store of which the history of acme was pruned against what it was.
func checkPruned(t *testing.T, s store.Store, was picture, r store.Retention, cursor uint64) {
	t.Helper()
	is, now := snapshot(t, s), At(prunedDays*24)
	diff(t, "what is newest", was.Latest, is.Latest)
	if diff(t, "the changes that nobody has read", was.Changes[cursor:], changes(t, s, cursor)); len(is.Changes) < len(was.Changes) && r.Forget == 0 {
		t.Errorf("%d changes of %d", len(is.Changes), len(was.Changes))
	}
	for _, c := range is.Changes {
		diff(t, fmt.Sprint("change ", c.Seq), was.Changes[c.Seq-1], c)
	}
	for id, os := range is.Histories {
		if os[0].Source != "acme" {
			diff(t, "a history of another source", was.Histories[id], os)
			continue
		}
		checkHistory(t, was.Histories[id], os, r, now)
	}
	for h, os := range is.Past {
		if r.Forget > 0 && At(h).Before(now.Add(-r.Forget)) {
			continue
		}
		// As of a moment, when a listing was seen last may be earlier now; what it was is the same.
		blur := func(os []market.Observation) (out []market.Observation) {
			for _, o := range os {
				if r.Daily > 0 || r.Weekly > 0 {
					o.SeenAt, o.Run = time.Time{}, ""
				}
				out = append(out, o)
			}
			return out
		}
		diff(t, fmt.Sprint("as of ", At(h)), blur(was.Past[h]), blur(os))
	}
}

// checkHistory holds what is left of a history against what it was.
func checkHistory(t *testing.T, was, is []market.Observation, r store.Retention, now time.Time) {
	t.Helper()
	before := told(was)
	for _, o := range is {
		diff(t, "an observation that stays", before[o.SeenAt], o)
	}
	left := told(is)
	week := func(at time.Time) int64 { return (at.Unix()/86400 + 3) / 7 }
	for i, o := range was {
		_, stays := left[o.SeenAt]
		changed := i == 0 || market.Changed(was[i-1], o) || i+1 == len(was) || market.Changed(o, was[i+1]) && was[i+1].SeenAt.Minute() != lateMinute
		old := func(age time.Duration) bool { return age > 0 && o.SeenAt.Before(now.Add(-age)) }
		switch {
		case old(r.Forget):
		case !stays && (changed || !old(r.Daily) && !old(r.Weekly)):
			t.Errorf("%s at %s went", o.Listing, o.SeenAt)
		case !stays && !old(r.Weekly) && was[i+1].SeenAt.Truncate(24*time.Hour) != o.SeenAt.Truncate(24*time.Hour):
			t.Errorf("%s at %s, the last of a day, went", o.Listing, o.SeenAt)
		case !stays && week(was[i+1].SeenAt) != week(o.SeenAt):
			t.Errorf("%s at %s, the last of a week, went", o.Listing, o.SeenAt)
		}
	}
}
