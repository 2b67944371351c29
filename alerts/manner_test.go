package alerts_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/market"
)

func span(t *testing.T, s string) calm.Span {
	t.Helper()
	var out calm.Span
	if err := out.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return out
}

// manner makes a world of one rule with channels a and b, where a wants to be told so.
func manner(t *testing.T, m calm.Manner) *world {
	t.Helper()
	w := newWorld(t, []string{"a", "b"}, cheaper(t))
	w.manners = map[string]calm.Manner{"a": m}
	w.restart()
	for _, p := range []market.ProductID{"1", "2", "3", "4"} {
		w.price(p, "us", 10000)
	}
	return w
}

// TestHours holds that a closed channel is told when it opens, of what holds by then, however long that took; another one
// waits for nothing.
func TestHours(t *testing.T) {
	w := manner(t, calm.Manner{Hours: calm.Hours{Spans: []calm.Span{span(t, "mon-fri 08:30-18:00")}, Holidays: []string{"2026-03-09"}}})
	w.wait(4*24*time.Hour + 10*time.Hour) // Friday, seven in the evening
	w.price("1", "lamp", 9000)
	w.price("2", "lamp", 9000)
	w.heard("a")
	if d := cmp.Diff([]string{"firing 1", "firing 2"}, told(w.ears["b"].take())); d != "" {
		t.Error(d)
	}
	w.price("2", "lamp", 10000)
	for range 85 { // to Tuesday, eight o'clock: Monday is a holiday
		w.wait(time.Hour)
		w.heard("a")
		w.restart()
	}
	w.wait(time.Hour)
	w.heard("a", "firing 1")
	w.wait(10 * time.Minute)
	w.heard("a")
}

// TestDigests holds that a channel with a digest is told then, once, and that what a budget leaves over waits for it.
func TestDigests(t *testing.T) {
	for _, budget := range []int{0, 1} {
		w := manner(t, calm.Manner{Digest: market.Schedule{Expr: "0 * * * *"}, Budget: budget})
		w.deliver() // it begins here: nothing is due from before
		w.wait(10 * time.Minute)
		w.price("1", "lamp", 9000)
		if budget == 0 {
			w.heard("a")
		} else {
			w.heard("a", "firing 1")
		}
		w.price("2", "lamp", 9000)
		w.heard("a")
		w.restart()
		w.wait(50 * time.Minute)
		w.tick()
		w.deliver()
		ms := w.ears["a"].take()
		want := []string{"firing 1", "firing 2"}[budget:]
		if d := cmp.Diff(want, told(ms)); d != "" || !ms[0].Digest {
			t.Fatalf("budget %d: %s", budget, d)
		}
		w.price("3", "lamp", 9000)
		w.heard("a") // the hour was served
		w.wait(2 * time.Hour)
		w.heard("a", "firing 3")
		w.wait(time.Hour)
		w.heard("a") // nothing to tell, and served all the same
		w.price("4", "lamp", 9000)
		w.heard("a")
	}
}

// TestBudget holds that a channel is sent as many messages a day as it wants, and the rest the next day in one.
func TestBudget(t *testing.T) {
	w := manner(t, calm.Manner{Budget: 2})
	for i, want := range [][]string{{"firing 1"}, {"firing 2"}, nil, nil} {
		w.wait(time.Minute)
		w.price(market.ProductID(string(rune('1'+i))), "lamp", 9000)
		w.restart()
		w.heard("a", want...)
	}
	w.wait(24 * time.Hour)
	w.heard("a", "firing 4", "firing 3") // the newest first
}

// TestPace holds that a channel that was told often is told once a minute, and loses nothing.
func TestPace(t *testing.T) {
	w := manner(t, calm.Manner{})
	sent, cents := 0, int64(9000)
	for range 300 {
		w.wait(time.Second)
		w.price("1", "lamp", cents)
		cents = 19000 - cents
		w.tick()
		w.deliver()
		sent += len(w.ears["a"].take())
	}
	if sent < 11 || sent > 10+5 {
		t.Errorf("%d messages in five minutes", sent)
	}
}

// TestOrder holds that what matters most stands first, what is not known last, and that it is said.
func TestOrder(t *testing.T) {
	w := manner(t, calm.Manner{GroupBy: calm.Grouping{By: calm.ByCompetitor}, Spell: 2})
	w.products = map[market.ProductID]market.Product{
		"1": {ID: "1", Cost: euros(9500)}, "2": {ID: "2", Cost: euros(5000)}, "3": {ID: "3", Rank: market.CountOf(1)},
	}
	for _, p := range []market.ProductID{"1", "2", "3", "4"} {
		w.price(p, "lamp", 9000)
	}
	w.price("1", "licht", 8000)
	w.tick()
	w.deliver()
	a, b := w.ears["a"].take(), w.ears["b"].take()
	if d := cmp.Diff([]string{"firing 2", "firing 1", "firing 3", "firing 4", "firing 1"}, told(a)); d != "" {
		t.Error("by competitor:", d)
	}
	if d := cmp.Diff([]string{"firing 2", "firing 1", "firing 1", "firing 3", "firing 4"}, told(b)); d != "" {
		t.Error("by margin, rank and gap:", d)
	}
	if a[0].Unknown != 2 || a[0].Spell != 2 || a[0].GroupBy.By != calm.ByCompetitor || b[0].GroupBy.By != "" {
		t.Errorf("%d unknown, %d spelled out, by %q", a[0].Unknown, a[0].Spell, a[0].GroupBy.By)
	}
	if b[0].Firing[1].Topic.Source != "licht" {
		t.Error("of one margin the wider gap comes first")
	}
}

// TestByStore holds that alerts stand under the stores whose channels hear of them, and last what none of those hears of.
func TestByStore(t *testing.T) {
	g := calm.Grouping{By: calm.ByStore, Stores: map[string]string{"noord": "Assen", "zuid": "Weert"}}
	var as []market.Alert
	for i, channels := range [][]string{{"all"}, {"zuid", "all", "noord"}, {"noord"}, {}, {"all", "noord"}} {
		as = append(as, market.Alert{ID: string(rune('a' + i)), Topic: market.Topic{Product: "1"}, Channels: channels})
	}
	calm.Order(as, g, nil)
	var got []string
	for _, a := range as {
		heading, _ := g.Of(a)
		got = append(got, a.ID+" "+heading)
	}
	if d := cmp.Diff([]string{"b Assen, Weert", "c Assen", "e Assen", "a ", "d "}, got); d != "" {
		t.Error(d)
	}
}

// TestEscalation holds that another channel is told of what nobody takes on, once, and of nothing that somebody did.
func TestEscalation(t *testing.T) {
	r := cheaper(t)
	r.Channels = []string{"a"}
	w := newWorld(t, []string{"a", "b"}, r)
	w.manners = map[string]calm.Manner{"a": {Escalate: calm.Escalation{After: 2 * time.Hour, To: []string{"b"}}}}
	w.restart()
	for _, p := range []market.ProductID{"1", "2", "3"} {
		w.price(p, "us", 10000)
		w.price(p, "lamp", 9000)
	}
	w.heard("a", "firing 1", "firing 2", "firing 3")
	id := alerts.ID("cheaper", market.Topic{Product: "2", Source: "lamp"})
	as, err := w.desk.Acknowledge(t.Context(), alerts.Acknowledgement{IDs: []string{id}, By: market.NewText("anna")})
	if err != nil || len(as) != 1 || as[0].Acked.By.Plain() != "anna" || !as[0].Acked.At.Equal(w.now) {
		t.Errorf("acknowledged %+v, %v", as, err)
	}
	w.price("3", "lamp", 10000)
	if _, err := w.desk.Acknowledge(t.Context(), alerts.Acknowledgement{IDs: []string{"ffff"}}); !errors.Is(err, alerts.ErrNotFiring) {
		t.Errorf("an alert that nobody knows: %v", err)
	}
	w.wait(time.Hour)
	w.heard("b")
	w.wait(time.Hour)
	w.restart()
	w.tick()
	w.deliver()
	ms := w.ears["b"].take()
	if d := cmp.Diff([]string{"firing 1"}, told(ms)); d != "" {
		t.Fatal(d)
	}
	if ms[0].Escalated != 1 {
		t.Errorf("%d escalated", ms[0].Escalated)
	}
	w.wait(5 * time.Hour)
	w.heard("b")
}

// TestHeartbeat holds that a channel that asks for it has its digest also when there is nothing to tell, once, and is left
// alone for a while where it does not take it.
func TestHeartbeat(t *testing.T) {
	w := manner(t, calm.Manner{Digest: market.Schedule{Expr: "0 * * * *"}, Heartbeat: true})
	w.deliver()
	w.wait(time.Hour)
	w.ears["a"].answers(errDown)
	if r := w.deliver(); r.Messages != 0 || r.Waiting != 0 {
		t.Errorf("while it is down: %+v", r)
	}
	w.ears["a"].answers(nil)
	w.wait(10 * time.Second)
	if r := w.deliver(); r.Messages != 0 {
		t.Error("it was asked again at once")
	}
	w.wait(20 * time.Second)
	w.deliver()
	ms := w.ears["a"].take()
	if len(ms) != 1 || !ms[0].Digest || len(ms[0].Firing)+len(ms[0].Resolved) > 0 {
		t.Fatalf("heard %+v", ms)
	}
	w.restart()
	w.wait(20 * time.Minute)
	w.heard("a")
	w.wait(time.Hour)
	w.deliver()
	if again := w.ears["a"].take(); len(again) != 1 || again[0].ID == ms[0].ID {
		t.Errorf("the next time: %+v", again)
	}
}
