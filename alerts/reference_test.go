package alerts_test

import (
	"testing"
	"time"

	"pricegap/market"
)

// TestReferences holds that each alert remembers the message that told it as firing, whatever else a message says: the end of one
// alert and the begin of another, in any order of what matters.
func TestReferences(t *testing.T) {
	for _, tt := range []struct {
		name   string
		theirs int64 // of the alert that begins; that of the one that ends was 9000
	}{{"the end matters more", 9400}, {"the begin matters more", 5000}} {
		t.Run(tt.name, func(t *testing.T) {
			r := cheaper(t)
			r.TellResolved = true
			w := newWorld(t, []string{"a"}, r)
			w.price("1", "us", 10000)
			w.price("1", "lamp", 9000)
			w.deliver()
			first := "ref-" + w.ears["a"].take()[0].ID
			w.wait(time.Hour)
			w.price("1", "lamp", 20000)
			w.price("2", "us", 10000)
			w.price("2", "lamp", tt.theirs)
			w.deliver()
			second := w.ears["a"].take()[0]
			if len(second.Firing) != 1 || len(second.Resolved) != 1 {
				t.Fatalf("the second message: %+v", second)
			}
			want := map[market.ProductID]string{"1": first, "2": "ref-" + second.ID}
			for a, err := range w.box.Alerts(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				if got := a.Told["a"].Reference; got != want[a.Topic.Product] {
					t.Errorf("product %s: told in %s, want %s", a.Topic.Product, got, want[a.Topic.Product])
				}
			}
		})
	}
}

// TestMendedHappenings keeps what happened once, and is told, as it was told in a message that is mended since something else of
// it is over: it did not end.
func TestMendedHappenings(t *testing.T) {
	r := cheaper(t)
	r.TellResolved = true
	w := newWorld(t, []string{"a"}, r, configured(t, "moves", "price_change", `{}`))
	w.price("1", "us", 10000)
	w.price("1", "lamp", 11000)
	w.price("2", "us", 10000)
	w.price("2", "lamp", 30000)
	w.deliver()
	w.ears["a"].take()
	w.wait(time.Hour)
	w.price("1", "lamp", 9000)  // cheaper, and a move
	w.price("2", "lamp", 20000) // a move
	w.deliver()
	if got := told(w.ears["a"].take()); len(got) != 3 {
		t.Fatalf("told: %v", got)
	}
	w.deliver()
	w.wait(time.Hour)
	w.price("1", "us", 8000) // not cheaper any more
	w.deliver()
	ms := w.ears["a"].take()
	if len(ms) == 0 || len(ms[0].Earlier) != 1 {
		t.Fatalf("mended: %+v", ms)
	}
	e := ms[0].Earlier[0]
	for _, a := range e.Resolved {
		if a.Rule != "cheaper" {
			t.Errorf("%s of product %s is said to be over", a.Rule, a.Topic.Product)
		}
	}
	if len(e.Firing) != 2 || len(e.Resolved) != 1 {
		t.Errorf("%d alerts fire and %d are over, want 2 and 1", len(e.Firing), len(e.Resolved))
	}
}
