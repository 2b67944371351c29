package alerts_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/alerts"
	"pricegap/market"
)

// TestPromotionIsOneNews holds that a price that goes back to what it was ends what was told of it, and that the same
// promotion is news again only after a while.
func TestPromotionIsOneNews(t *testing.T) {
	for name, tt := range map[string]struct {
		options string
		resolve bool
		want    [][]string // by move: down, back, down once more, back, and two days later down
	}{
		"the end is told":     {`{}`, true, [][]string{{"firing 1"}, {"resolved 1"}, {"firing 1"}, {"resolved 1"}, {"firing 1"}}},
		"the end is not told": {`{}`, false, [][]string{{"firing 1"}, nil, nil, nil, {"firing 1"}}},
		"only what falls":     {`{"direction": "down"}`, true, [][]string{{"firing 1"}, {"resolved 1"}, {"firing 1"}, {"resolved 1"}, {"firing 1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := configured(t, "moves", "price_change", tt.options)
			r.TellResolved, r.Damp = tt.resolve, 24*time.Hour
			w := newWorld(t, []string{"a"}, r)
			w.price("1", "us", 10000)
			w.price("1", "lamp", 9000)
			for i, cents := range []int64{7000, 9000, 7000, 9000, 7000} {
				if i == 4 {
					w.wait(48 * time.Hour)
				}
				w.wait(time.Hour)
				w.price("1", "lamp", cents)
				w.tick()
				w.deliver()
				w.restart()
				if d := cmp.Diff(tt.want[i], told(w.ears["a"].take())); d != "" {
					t.Fatalf("move %d: %s", i, d)
				}
			}
			w.price("1", "lamp", 6000) // of another price everybody hears
			w.deliver()
			if d := cmp.Diff([]string{"firing 1"}, told(w.ears["a"].take())); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestPromotionBeginsAndEnds holds that who asked for both is told of the end of a promotion, whether ends are told or not, and
// that one that ends before anybody was told is told to nobody.
func TestPromotionBeginsAndEnds(t *testing.T) {
	for _, resolve := range []bool{false, true} {
		r := configured(t, "promotions", "promotion", `{"when": "any"}`)
		r.TellResolved, r.Damp = resolve, 24*time.Hour
		w := newWorld(t, []string{"a"}, r)
		w.price("1", "us", 10000)
		w.price("1", "lamp", 9000)
		for _, begins := range []bool{true, false} {
			w.wait(time.Hour)
			w.promote(begins)
			w.deliver()
			if d := cmp.Diff([]string{"firing 1"}, told(w.ears["a"].take())); d != "" {
				t.Errorf("resolved %v, begins %v: %s", resolve, begins, d)
			}
		}
		w.wait(48 * time.Hour)
		w.promote(true)
		w.promote(false)
		w.deliver()
		if d := cmp.Diff([]string(nil), told(w.ears["a"].take())); d != "" {
			t.Errorf("resolved %v, over before anybody was told: %s", resolve, d)
		}
	}
}

// promote lets a rival begin a promotion of product 1 at 70, or end it at the 90 of before.
func (w *world) promote(begins bool) {
	w.t.Helper()
	cents := int64(9000)
	if begins {
		cents = 7000
	}
	e := w.event("1", "lamp", cents)
	struck := &e.Change.Before.Offer
	if begins {
		struck = &e.Change.After.Offer
		e.Standing.Rivals[0].Seen.Offer.Reference = euros(9000)
	}
	struck.Reference = euros(9000)
	if err := w.desk.Judge(context.Background(), w.seq, e); err != nil {
		w.t.Fatal(err)
	}
}

// TestSameNewsAtAnotherPrice holds that who was told of one price is told of another, however lately.
func TestSameNewsAtAnotherPrice(t *testing.T) {
	r := configured(t, "moves", "price_change", `{}`)
	r.Damp = 24 * time.Hour
	w := newWorld(t, []string{"a"}, r)
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	w.price("1", "lamp", 8000)
	w.deliver()
	w.price("1", "lamp", 9000)
	w.deliver()
	w.ears["a"].take()
	w.price("1", "lamp", 8000) // as told
	w.price("1", "lamp", 7000) // and on, before anybody could be told
	w.deliver()
	ms := w.ears["a"].take()
	if d := cmp.Diff([]string{"firing 1"}, told(ms)); d != "" {
		t.Fatal(d)
	}
	if f := ms[0].Firing[0].Facts; f.Before != euros(9000) || f.Theirs.Price != euros(7000) {
		t.Errorf("told %s after %s", f.Theirs.Price, f.Before)
	}
}

// TestNoRepeat restarts the desk a hundred times over thirty days in which nothing changes: each channel hears once of what
// fires, also of what ended and came back within the time that it is damped, and of a shop that is blind.
func TestNoRepeat(t *testing.T) {
	cheap, moves, blind := cheaper(t), configured(t, "moves", "price_change", `{}`), configured(t, "blind", "source_blind", `{}`)
	cheap.Damp, moves.Damp, blind.Damp = 24*time.Hour, 24*time.Hour, 24*time.Hour
	w := newWorld(t, []string{"a", "b"}, cheap, moves, blind)
	run := market.Run{ID: "r", Source: "licht", Outcome: market.RunFailed}
	see := func() {
		e := alerts.Event{Now: w.now, Run: &run, Source: alerts.SourceState{ID: "licht", Name: "Licht & Zo", Interval: time.Hour, LastGoodAt: start.Add(-24 * time.Hour)}}
		if err := w.desk.Judge(t.Context(), 0, e); err != nil {
			t.Fatal(err)
		}
	}
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9500)
	w.price("1", "lamp", 9000)
	heard := map[string]int{}
	for i := range 100 {
		if i == 50 {
			w.price("1", "lamp", 9900)
			w.tick()
			w.deliver()
			w.restart()
			w.price("1", "lamp", 9000)
		}
		see()
		w.tick()
		w.deliver()
		for name, e := range w.ears {
			for _, m := range e.take() {
				for _, a := range append(m.Firing, m.Resolved...) {
					heard[name+" "+a.Kind]++
				}
			}
		}
		w.restart()
		w.wait(30 * 24 * time.Hour / 100)
	}
	// The price rose once more, and its return to what it was ended that.
	want := map[string]int{"a undercut": 1, "a source_blind": 1, "a price_change": 2, "b undercut": 1, "b source_blind": 1, "b price_change": 2}
	if d := cmp.Diff(want, heard); d != "" {
		t.Error(d)
	}
}
