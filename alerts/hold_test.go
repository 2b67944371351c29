package alerts_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/alerts/rule"
	"pricegap/market"
)

// see lets the desk judge the health of a source that was last seen well so long ago.
func (w *world) see(source market.SourceID, ago time.Duration) {
	w.t.Helper()
	run := market.Run{ID: "r", Source: source, Outcome: market.RunFailed}
	e := alerts.Event{Now: w.now, Run: &run, Source: alerts.SourceState{ID: source, Name: string(source), Interval: time.Hour, LastGoodAt: w.now.Add(-ago)}}
	if err := w.desk.Judge(context.Background(), 0, e); err != nil {
		w.t.Fatal(err)
	}
}

// heard lets time be noted and channels be told, and compares what a channel heard.
func (w *world) heard(channel string, want ...string) {
	w.t.Helper()
	w.tick()
	w.deliver()
	if d := cmp.Diff(want, told(w.ears[channel].take())); d != "" {
		w.t.Fatalf("%s: %s", channel, d)
	}
}

// TestOneIncidentAndNoGaps holds that a shop that cannot be seen, and our own, is told once, and nothing of its products
// until it is seen again; what still holds then is told, however long that took.
func TestOneIncidentAndNoGaps(t *testing.T) {
	for _, sick := range []market.SourceID{"lamp", "us"} {
		t.Run(string(sick), func(t *testing.T) {
			w := newWorld(t, []string{"a"}, cheaper(t), configured(t, "blind", "source_blind", `{}`))
			for _, p := range []market.ProductID{"1", "2", "3"} {
				w.price(p, "us", 10000)
			}
			w.see(sick, 3*time.Hour)
			for _, p := range []market.ProductID{"1", "2", "3"} {
				w.price(p, "lamp", 9000)
			}
			w.heard("a", "firing ") // the incident is about no product
			w.restart()
			w.price("3", "lamp", 10000)
			for range 3 {
				w.wait(24 * time.Hour)
				w.heard("a")
			}
			if r := w.deliver(); r.Waiting != 0 {
				t.Errorf("%d wait", r.Waiting)
			}
			w.see(sick, 0)
			w.heard("a", "firing 1", "firing 2")
		})
	}
}

// TestSilenced holds that nobody is told while a silence lasts, but channels that it is not for; that what holds when it ends
// is told then, and what only happened meanwhile is not.
func TestSilenced(t *testing.T) {
	w := newWorld(t, []string{"a", "b"}, cheaper(t), configured(t, "moves", "price_change", `{}`))
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9500)
	w.heard("a", "firing 1")
	w.ears["b"].take()
	w.silences = []calm.Silence{{Matcher: calm.Matcher{Source: "lamp", Channel: "a"}, At: w.now, Until: w.now.Add(72 * time.Hour)}}
	w.price("2", "us", 10000)
	w.price("2", "lamp", 9000)
	w.price("1", "lamp", 8000) // a move, and as much cheaper as before
	w.heard("a")
	if d := cmp.Diff([]string{"firing 1", "firing 2"}, told(w.ears["b"].take())); d != "" {
		t.Error(d)
	}
	w.wait(71 * time.Hour)
	w.restart()
	w.heard("a")
	w.wait(time.Hour)
	w.heard("a", "firing 2")
	w.wait(time.Hour)
	w.heard("a")
}

// TestWhatHappenedIsToldAsOfNow holds that a move of a price that waited for the end of an incident is told with what we ask
// when it is told, and not with what was known when it moved.
func TestWhatHappenedIsToldAsOfNow(t *testing.T) {
	w := newWorld(t, []string{"a"}, configured(t, "moves", "price_change", `{}`), configured(t, "blind", "source_blind", `{}`))
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9500)
	w.see("us", 3*time.Hour)
	w.price("1", "lamp", 9000)
	w.heard("a", "firing ")
	w.wait(time.Hour)
	w.price("1", "us", 9200)
	w.see("us", 0)
	w.tick()
	w.deliver()
	heard := w.ears["a"].take()
	if len(heard) != 1 || len(heard[0].Firing) != 1 {
		t.Fatalf("%v", told(heard))
	}
	f := heard[0].Firing[0].Facts
	if f.Before != euros(9500) || f.Theirs.Price != euros(9000) || f.Ours.Price != euros(9200) || f.Gap != euros(-200) {
		t.Errorf("from %s to %s, ours %s, gap %s", f.Before, f.Theirs.Price, f.Ours.Price, f.Gap)
	}
}

// TestIncidentWithoutAWatch ends an incident of a shop that its rule, or sources.yaml, does not name any more: nobody would ever say that
// it is over, and it would hold for ever what is said of products there.
func TestIncidentWithoutAWatch(t *testing.T) {
	blind := configured(t, "blind", "source_blind", `{}`)
	w := newWorld(t, []string{"a"}, cheaper(t), blind)
	w.price("1", "us", 10000)
	w.see("lamp", 3*time.Hour)
	w.see("gone", 3*time.Hour)
	w.price("1", "lamp", 9000)
	w.rules[1].Rule = rule.Scoped(blind.Rule, rule.Scope{Sources: []string{"licht"}}, nil)
	w.restart()
	w.see("lamp", 3*time.Hour)
	w.heard("a", "firing 1")
	for a, err := range w.box.Alerts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if a.Rule == "blind" && a.State != market.AlertInactive {
			t.Errorf("the incident of %s is %s", a.Topic.Source, a.State)
		}
	}
}
