package alerts_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/alerts/calm"
	"pricegap/market"
)

// TestNewChannel holds that a channel that is added hears, once, of what fires already and would go to it: of what began more than a
// day ago by a count, and of what happened before it was there not at all.
func TestNewChannel(t *testing.T) {
	private := configured(t, "private", "undercut", `{"amount":"1.00 EUR"}`)
	private.Channels = []string{"a"}
	w := newWorld(t, []string{"a"}, cheaper(t), private, configured(t, "moves", "price_change", `{}`))
	sell := func(p market.ProductID, theirs ...int64) {
		w.price(p, "us", 10000)
		for _, cents := range theirs {
			w.price(p, "lamp", cents)
		}
	}
	sell("old", 9000)
	w.heard("a", "firing old", "firing old")
	w.wait(25 * time.Hour)
	sell("new", 12000, 9000) // cheaper, cheaper in private, and a move
	sell("over", 9000)
	w.price("over", "lamp", 20000)
	w.tick()
	w.deliver()
	w.ears["a"].take()

	w.ears["b"] = &ear{}
	w.restart()
	w.tick()
	w.deliver()
	ms := w.ears["b"].take()
	if d := cmp.Diff([]string{"firing new"}, told(ms)); d != "" {
		t.Fatalf("the new channel: %s", d)
	}
	if ms[0].Firing[0].Rule != "cheaper" || ms[0].Late != 1 {
		t.Errorf("told of %s, and of %d that are old", ms[0].Firing[0].Rule, ms[0].Late)
	}
	w.restart()
	w.heard("b")
	w.heard("a")
	w.price("new", "lamp", 20000) // a move, which both hear
	w.heard("b", "firing new")
}

// TestNewDigest keeps what fires already for the first digest of a channel that is told by schedule.
func TestNewDigest(t *testing.T) {
	w := newWorld(t, []string{"a"}, cheaper(t))
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	w.heard("a", "firing 1")
	w.ears["b"] = &ear{}
	w.manners = map[string]calm.Manner{"b": {Digest: market.Schedule{Expr: "0 * * * *"}}}
	w.restart()
	w.heard("b")
	w.wait(time.Hour)
	w.heard("b", "firing 1")
}
