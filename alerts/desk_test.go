package alerts_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/market"
)

func cheaper(t testing.TB) alerts.Configured {
	return configured(t, "cheaper", "undercut", `{"amount":"5.00 EUR","clear_amount":"2.00 EUR"}`)
}

// told returns what the messages say as "firing PRODUCT" and "resolved PRODUCT", in order.
func told(ms []alerts.Message) (out []string) {
	for _, m := range ms {
		for _, a := range m.Firing {
			out = append(out, "firing "+string(a.Topic.Product))
		}
		for _, a := range m.Resolved {
			out = append(out, "resolved "+string(a.Topic.Product))
		}
	}
	return out
}

func TestOneMessageAChannel(t *testing.T) {
	w := newWorld(t, []string{"a", "b"}, cheaper(t))
	for i := range 7 {
		p := market.ProductID(fmt.Sprint(i))
		w.price(p, "us", 10000)
		w.price(p, "lamp", 9000-int64(i)*100)
	}
	r := w.deliver()
	if want := (alerts.Report{Messages: 2, Alerts: 14}); !cmp.Equal(r, want) {
		t.Error(cmp.Diff(want, r))
	}
	for name, e := range w.ears {
		ms := e.take()
		if len(ms) != 1 || len(ms[0].Firing) != 7 {
			t.Fatalf("%s heard %d messages", name, len(ms))
		}
		m := ms[0]
		if m.Firing[0].Topic.Product != "6" || m.Repeat || m.Channel != name || m.Formula.Name == "" || m.At != w.now {
			t.Errorf("message: %+v", m)
		}
		if f := m.Firing[0].Facts; f.Gap != euros(-1600) || f.Ours.Price != euros(10000) || len(f.Advantages) != 1 {
			t.Errorf("facts: %+v", f)
		}
	}
	for _, again := range []func(){func() {}, w.tick, w.restart, func() { w.restart(); w.tick() }} {
		again()
		if r := w.deliver(); r.Messages != 0 || r.Waiting != 0 {
			t.Errorf("told again: %+v", r)
		}
	}
}

func TestJudgingTwiceIsHarmless(t *testing.T) {
	w := newWorld(t, []string{"a"}, cheaper(t), configured(t, "moves", "price_change", `{}`))
	first := w.event("1", "us", 10000)
	second := w.event("1", "lamp", 9000)
	third := w.event("1", "lamp", 8000)
	ctx := t.Context()
	if err := w.desk.Judge(ctx, 3, first, second, third); err != nil {
		t.Fatal(err)
	}
	w.deliver()
	before := w.box.copy()
	for _, d := range []func(){func() {}, w.restart} {
		d()
		if err := w.desk.Judge(ctx, 3, first, second, third); err != nil {
			t.Fatal(err)
		}
		if err := w.desk.Judge(ctx, 2, second); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(before.alerts, w.box.copy().alerts); d != "" {
		t.Error(d)
	}
	if w.box.cursor["alerts"] != 3 {
		t.Errorf("cursor at %d", w.box.cursor["alerts"])
	}
	// A change that touches no product moves the cursor as well.
	if err := w.desk.Judge(ctx, 4); err != nil || w.box.cursor["alerts"] != 4 {
		t.Errorf("cursor at %d, %v", w.box.cursor["alerts"], err)
	}
}

func TestCameAndWentUntold(t *testing.T) {
	w := newWorld(t, []string{"a"}, func() alerts.Configured { r := cheaper(t); r.TellResolved = true; return r }())
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	w.price("1", "lamp", 10000)
	if r := w.deliver(); r.Messages != 0 || r.Waiting != 0 {
		t.Errorf("told of nothing: %+v", r)
	}
	// And the other way round: over and back again between two deliveries is no news either.
	w.price("1", "lamp", 9000)
	w.deliver()
	w.ears["a"].take()
	w.price("1", "lamp", 10000)
	w.price("1", "lamp", 9000)
	if r := w.deliver(); r.Messages != 0 {
		t.Errorf("told of nothing: %+v", r)
	}
}

func TestLifeAtTheDesk(t *testing.T) {
	r := cheaper(t)
	r.For, r.KeepFiring, r.TellResolved = 10*time.Minute, 10*time.Minute, true
	w := newWorld(t, []string{"a"}, r)
	heard := func(want ...string) {
		t.Helper()
		w.tick()
		w.deliver()
		if d := cmp.Diff(want, told(w.ears["a"].take())); d != "" {
			t.Fatal(d)
		}
	}
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	heard() // pending
	w.wait(9 * time.Minute)
	heard()
	w.wait(time.Minute)
	heard("firing 1") // nothing changed but the time
	w.price("1", "lamp", 9700)
	heard() // between the thresholds
	w.price("1", "lamp", 9900)
	heard() // recovering
	w.wait(5 * time.Minute)
	w.price("1", "lamp", 9400)
	heard() // it never ended
	w.price("1", "lamp", 9900)
	w.wait(10 * time.Minute)
	w.restart()
	heard("resolved 1")
	if a := w.box.only(t); a.State != market.AlertResolved || a.Transition != 2 || a.Facts.Theirs.Price != euros(9900) {
		t.Errorf("alert: %+v", a)
	}
	w.price("1", "lamp", 9000)
	w.wait(10 * time.Minute)
	heard("firing 1")
}

func TestEndUntold(t *testing.T) {
	w := newWorld(t, []string{"a"}, cheaper(t)) // does not tell the end
	w.price("1", "us", 10000)
	for range 3 {
		w.price("1", "lamp", 9000)
		w.deliver()
		w.price("1", "lamp", 10000)
		w.deliver()
	}
	if d := cmp.Diff([]string{"firing 1", "firing 1", "firing 1"}, told(w.ears["a"].take())); d != "" {
		t.Error(d)
	}
}

func TestStaleIsNeverNews(t *testing.T) {
	w := newWorld(t, []string{"a"}, cheaper(t))
	w.stale["lamp"] = true
	w.price("1", "us", 10000)
	w.price("1", "lamp", 5000)
	w.tick()
	if r := w.deliver(); r.Messages+r.Waiting != 0 {
		t.Errorf("told of a stale price: %+v", r)
	}
	// What goes stale while it waits for its time does not fire.
	r := cheaper(t)
	r.For = time.Minute
	w = newWorld(t, []string{"a"}, r)
	w.price("1", "us", 10000)
	w.price("1", "lamp", 5000)
	w.wait(time.Hour)
	w.stale["lamp"] = true
	w.tick()
	if r := w.deliver(); r.Messages+r.Waiting != 0 {
		t.Errorf("fired on a stale price: %+v", r)
	}
}

func TestTopicsThatEnd(t *testing.T) {
	r := cheaper(t)
	r.TellResolved = true
	w := newWorld(t, []string{"a"}, r)
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	w.deliver()
	delete(w.prices, "1") // the product left the catalogue
	w.tick()
	w.deliver()
	ms := w.ears["a"].take()
	if d := cmp.Diff([]string{"firing 1", "resolved 1"}, told(ms)); d != "" {
		t.Fatal(d)
	}
	if f := ms[1].Resolved[0].Facts; f.Gap.Known() || f.Theirs.Price.Known() || !f.Title.Known() {
		t.Errorf("the end tells of prices that nobody knows any more: %+v", f)
	}
	w.price("2", "us", 10000)
	w.price("2", "lamp", 9000)
	w.rules = nil // the rule left sources.yaml
	w.restart()
	w.tick()
	if r := w.deliver(); r.Messages+r.Waiting != 0 {
		t.Errorf("told by a rule that is gone: %+v", r)
	}
}

func TestHappenedOnce(t *testing.T) {
	w := newWorld(t, []string{"a", "b"}, configured(t, "moves", "price_change", `{}`))
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	w.deliver()
	w.price("1", "lamp", 8000)
	w.price("1", "lamp", 8500) // nobody was told: one news, from where it was
	w.deliver()
	for _, e := range w.ears {
		ms := e.take()
		if len(ms) != 1 || ms[0].Firing[0].Facts.Before != euros(9000) || ms[0].Firing[0].Facts.Theirs.Price != euros(8500) {
			t.Fatalf("heard %+v", ms)
		}
	}
	if a := w.box.only(t); a.State != market.AlertInactive || !a.Once || a.Transition != 2 {
		t.Errorf("alert: %s, transition %d", a.State, a.Transition)
	}
	w.price("1", "lamp", 8000)
	w.price("1", "lamp", 8500) // back before anybody was told
	if r := w.deliver(); r.Messages+r.Waiting != 0 {
		t.Errorf("told of nothing: %+v", r)
	}
	w.price("1", "lamp", 8000)
	w.ears["b"].answers(errDown)
	w.deliver()
	w.ears["b"].answers(nil)
	w.wait(time.Hour)
	if d := cmp.Diff([]string{"firing 1"}, told(w.ears["a"].take())); d != "" {
		t.Error(d)
	}
	w.price("1", "lamp", 7000) // a new move for a; for b it is the first it hears
	w.restart()
	w.deliver()
	for name, e := range w.ears {
		if d := cmp.Diff([]string{"firing 1"}, told(e.take())); d != "" {
			t.Error(name, d)
		}
	}
	if r := w.deliver(); r.Messages+r.Waiting != 0 {
		t.Errorf("told again: %+v", r)
	}
}

func TestRoutes(t *testing.T) {
	r := cheaper(t)
	r.Channels = []string{"b"}
	w := newWorld(t, []string{"a", "b", "c"}, r)
	w.route = []calm.Route{
		{Sources: []string{"lamp"}, Rules: []string{"other"}, Channels: []string{"c"}},
		{Sources: []string{"lamp"}, Categories: []string{""}, Rules: []string{"cheaper", "other"}, Channels: []string{"a"}},
		{Brands: []string{"acme"}, Channels: []string{"c"}},
	}
	w.restart()
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	w.price("2", "us", 10000)
	w.price("2", "licht", 9000)
	w.deliver()
	for name, want := range map[string][]string{"a": {"firing 1"}, "b": {"firing 2"}, "c": nil} {
		if d := cmp.Diff(want, told(w.ears[name].take())); d != "" {
			t.Error(name, d)
		}
	}
}

// TestAllReceivers: whoever an alert is for is told, not the first alone.
func TestAllReceivers(t *testing.T) {
	w := newWorld(t, []string{"a", "b", "c", "d"}, cheaper(t))
	w.route = []calm.Route{
		{Sources: []string{"lamp"}, Channels: []string{"a", "b"}, GoOn: true},
		{Sources: []string{"licht"}, Channels: []string{"d"}, GoOn: true},
		{Rules: []string{"cheaper"}, Channels: []string{"b", "c"}},
		{Channels: []string{"d"}},
	}
	w.restart()
	w.ears["a"].answers(errDown)
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	w.deliver()
	w.ears["a"].answers(nil)
	w.wait(time.Minute)
	w.deliver()
	for name, want := range map[string][]string{"a": {"firing 1"}, "b": {"firing 1"}, "c": {"firing 1"}, "d": nil} {
		if d := cmp.Diff(want, told(w.ears[name].take())); d != "" {
			t.Error(name, d)
		}
	}
}

func TestNewRuleDoesNotJudgeHistory(t *testing.T) {
	r := cheaper(t)
	r.Since = start.Add(time.Hour)
	w := newWorld(t, []string{"a"}, r)
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	if r := w.deliver(); r.Messages != 0 {
		t.Errorf("told of history: %+v", r)
	}
	w.wait(time.Hour)
	w.price("1", "lamp", 8900)
	if r := w.deliver(); r.Messages != 1 {
		t.Errorf("not told of news: %+v", r)
	}
}

func TestBoxFails(t *testing.T) {
	full := errors.New("no space left")
	w := newWorld(t, []string{"a"}, cheaper(t))
	w.price("1", "us", 10000)
	w.box.fail = func([]market.Alert) error { return full }
	e := w.event("1", "lamp", 9000)
	if err := w.desk.Judge(t.Context(), w.seq, e); !errors.Is(err, full) {
		t.Fatalf("judge: %v", err)
	}
	w.box.fail = nil
	if err := w.desk.Judge(t.Context(), w.seq, e); err != nil {
		t.Fatal(err)
	}
	w.box.fail = func([]market.Alert) error { return full }
	if _, err := w.desk.Deliver(t.Context()); !errors.Is(err, full) {
		t.Fatalf("deliver: %v", err)
	}
	if len(w.ears["a"].take()) != 0 {
		t.Error("told without a note that it might be")
	}
	// The message leaves, the answer cannot be kept: it is told again, and says so.
	w.box.fail = func(as []market.Alert) error {
		if !as[0].Told["a"].At.IsZero() {
			return full
		}
		return nil
	}
	if _, err := w.desk.Deliver(t.Context()); !errors.Is(err, full) {
		t.Fatalf("deliver: %v", err)
	}
	w.box.fail = nil
	first := w.ears["a"].take()
	w.deliver()
	again := w.ears["a"].take()
	if len(first) != 1 || len(again) != 1 || !again[0].Repeat || first[0].ID != again[0].ID {
		t.Errorf("heard %d, then %d messages", len(first), len(again))
	}
	if r := w.deliver(); r.Messages+r.Waiting != 0 {
		t.Errorf("told a third time: %+v", r)
	}
}

// TestBoxIsAmbiguous lets a write succeed and fail at once: what is on disk counts.
func TestBoxIsAmbiguous(t *testing.T) {
	w := newWorld(t, []string{"a"}, cheaper(t))
	w.price("1", "us", 10000)
	w.box.lose = errors.New("input/output error")
	e := w.event("1", "lamp", 9000)
	if err := w.desk.Judge(t.Context(), w.seq, e); !errors.Is(err, w.box.lose) {
		t.Fatalf("judge: %v", err)
	}
	w.box.lose = nil
	if err := w.desk.Judge(t.Context(), w.seq, e); err != nil {
		t.Fatal(err)
	}
	if r := w.deliver(); r.Messages != 1 {
		t.Errorf("report: %+v", r)
	}
}

func TestNoChannel(t *testing.T) {
	w := newWorld(t, []string{"a"})
	if err := w.desk.Test(context.Background(), "b"); !errors.Is(err, alerts.ErrNoChannel) {
		t.Errorf("got %v", err)
	}
	if err := w.desk.Test(context.Background(), "a"); err != nil || !w.ears["a"].take()[0].Test {
		t.Errorf("got %v", err)
	}
}
