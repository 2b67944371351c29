package alerts_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
)

// unsayable refuses every message that tells of one of those products.
func unsayable(sent *[]int, products ...string) func(context.Context, alerts.Message) error {
	return func(_ context.Context, m alerts.Message) error {
		*sent = append(*sent, len(m.Firing)+len(m.Resolved))
		for _, a := range append(slices.Clone(m.Firing), m.Resolved...) {
			if slices.Contains(products, string(a.Topic.Product)) {
				return fmt.Errorf("%w: %w: invalid_blocks", alerts.ErrPermanent, alerts.ErrContent)
			}
		}
		return nil
	}
}

// TestOneBadAlert lets a channel refuse what one alert says: the others are told, that one is set aside.
func TestOneBadAlert(t *testing.T) {
	w := newWorld(t, []string{"a", "b"}, cheaper(t))
	var want []string
	for i := range 20 {
		p := market.ProductID(fmt.Sprint(i))
		w.price(p, "us", 10000)
		w.price(p, "lamp", 9000)
		if i != 13 {
			want = append(want, "firing "+string(p))
		}
	}
	var sent []int
	w.ears["a"].answer = unsayable(&sent, "13")
	r := w.deliver()
	got := told(w.ears["a"].take())
	slices.Sort(got)
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(sent) > 12 || r.Waiting != 1 || !strings.Contains(r.Errors["a"], "invalid_blocks") || r.Errors["b"] != "" {
		t.Errorf("sent %v, %+v", sent, r)
	}
	for range 20 {
		w.wait(time.Hour / 4)
		w.deliver()
	}
	if len(sent) > 20 {
		t.Errorf("the bad one was tried again and again: %v", sent)
	}
}

// TestAllBad bounds what a channel is asked that refuses everything.
func TestAllBad(t *testing.T) {
	w := newWorld(t, []string{"a"}, cheaper(t))
	var bad []string
	for i := range 300 {
		p := market.ProductID(fmt.Sprint(i))
		w.price(p, "us", 10000)
		w.price(p, "lamp", 9000)
		bad = append(bad, string(p))
	}
	var sent []int
	w.ears["a"].answer = unsayable(&sent, bad...)
	if r := w.deliver(); len(sent) > 60 || r.Waiting != 300 || r.Messages != 0 {
		t.Errorf("%d messages, %d wait", len(sent), r.Waiting)
	}
	if w.deliver(); len(sent) > 60 {
		t.Errorf("%d messages", len(sent))
	}
}

// TestKilledInHalves stops while the halves of a refused message are told: each is known again by its own id.
func TestKilledInHalves(t *testing.T) {
	w := newWorld(t, []string{"a"}, cheaper(t))
	for _, p := range []market.ProductID{"1", "2", "3", "4"} {
		w.price(p, "us", 10000)
		w.price(p, "lamp", 9000)
	}
	var sent []int
	var killed *memory
	bad := unsayable(&sent, "4")
	w.ears["a"].answer = func(ctx context.Context, m alerts.Message) error {
		err := bad(ctx, m)
		if err == nil && killed == nil {
			killed = w.box.copy()
		}
		return err
	}
	w.deliver()
	first := w.ears["a"].take()[0]
	w.box = killed
	w.restart()
	w.deliver()
	again := w.ears["a"].take()
	i := slices.IndexFunc(again, func(m alerts.Message) bool { return m.Repeat })
	if i < 0 || again[i].ID != first.ID || again[i].FirstAt.IsZero() || !cmp.Equal(told(again[i:i+1]), told([]alerts.Message{first})) {
		t.Errorf("told %v, then %v", told([]alerts.Message{first}), told(again))
	}
	for j, m := range again {
		if j != i && (m.Repeat || slices.Contains(told([]alerts.Message{m}), told([]alerts.Message{first})[0])) {
			t.Errorf("told twice: %v", told(again))
		}
	}
}

// TestLate lets a channel be away for more than a day: what began before is listed and mentioned once, what begins
// anew is told.
func TestLate(t *testing.T) {
	r := cheaper(t)
	r.TellResolved = true
	w := newWorld(t, []string{"a", "b"}, r)
	for _, p := range []market.ProductID{"known", "old", "fresh"} {
		w.price(p, "us", 10000)
	}
	w.price("known", "lamp", 9000)
	w.deliver()
	w.ears["a"].take()
	w.ears["a"].answers(errDown)
	w.price("old", "lamp", 9000)
	w.price("known", "lamp", 10000) // its end comes too late as well
	w.deliver()
	w.wait(25 * time.Hour)
	w.tick()
	if rep := w.deliver(); rep.Waiting != 0 || rep.Errors["a"] == "" {
		t.Errorf("while away: %+v", rep)
	}
	w.ears["a"].answers(nil)
	w.restart()
	w.tick()
	if rep := w.deliver(); rep.Messages != 0 {
		t.Errorf("told of what is old: %+v", rep)
	}
	w.price("fresh", "lamp", 9000)
	w.deliver()
	ms := w.ears["a"].take()
	if d := cmp.Diff([]string{"firing fresh"}, told(ms)); d != "" || ms[0].Late != 1 {
		t.Fatalf("%s, %d too late", d, ms[0].Late)
	}
	w.price("fresh", "lamp", 10000)
	w.deliver()
	if ms = w.ears["a"].take(); len(ms) != 1 || ms[0].Late != 0 {
		t.Errorf("mentioned again what is late: %+v", ms)
	}
	w.price("old", "lamp", 10000)
	w.price("old", "lamp", 8000) // the second firing is news, and so is that of what was once known
	w.price("known", "lamp", 8000)
	for a := range w.box.Alerts(t.Context()) {
		if a.Told["a"].Late {
			t.Errorf("%s is news and still counts as late", a.Topic.Product)
		}
	}
	if rep := w.deliver(); rep.Waiting != 0 || rep.Errors != nil {
		t.Errorf("report: %+v", rep)
	}
	ms = w.ears["a"].take()
	if got := told(ms); len(got) != 2 || ms[0].Late != 0 {
		t.Errorf("told %v, %d too late", got, ms[0].Late)
	}
}

func TestLateHappening(t *testing.T) {
	w := newWorld(t, []string{"a"}, configured(t, "moves", "price_change", `{}`))
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	w.deliver()
	w.ears["a"].answers(refused())
	w.price("1", "lamp", 8000)
	w.deliver()
	w.wait(25 * time.Hour)
	w.deliver()
	if a := w.box.only(t); a.State != market.AlertFiring || !a.Told["a"].Late {
		t.Errorf("it is not listed: %+v", a)
	}
	w.ears["a"].answers(nil)
	if err := w.desk.Test(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	w.ears["a"].take()
	if rep := w.deliver(); rep.Messages != 0 || rep.Errors != nil {
		t.Errorf("report: %+v", rep)
	}
	w.wait(7 * 24 * time.Hour)
	w.deliver()
	if a := w.box.only(t); a.State != market.AlertInactive {
		t.Errorf("it is still listed: %+v", a)
	}
	w.price("1", "lamp", 7000)
	if rep := w.deliver(); rep.Messages != 1 {
		t.Errorf("report: %+v", rep)
	}
}

// TestThrift counts whose standing a tick asks for.
func TestThrift(t *testing.T) {
	r := cheaper(t)
	r.KeepFiring, r.TellResolved = 30*time.Minute, true
	w := newWorld(t, []string{"a"}, r)
	for _, p := range []market.ProductID{"1", "2"} {
		w.price(p, "us", 10000)
		w.price(p, "lamp", 9000)
	}
	asked := func() (out []market.ProductID) {
		t.Helper()
		err := w.desk.Tick(t.Context(), w.now, each(func(p market.ProductID) (compare.Standing, error) {
			out = append(out, p)
			return w.standing(p)
		}))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	expect := func(when string, want ...market.ProductID) {
		t.Helper()
		if d := cmp.Diff(want, asked()); d != "" {
			t.Errorf("%s: %s", when, d)
		}
	}
	both := asked()
	if len(both) != 2 {
		t.Errorf("before they are told: %v", both)
	}
	w.deliver()
	w.wait(time.Minute)
	expect("told, and the log is silent")
	w.price("1", "lamp", 9900)
	w.wait(time.Minute)
	expect("recovering", "1")
	// A price that grew stale holds what was said of it; it is asked for now and then, so that what comes back
	// unchanged, while we moved, is seen.
	w.stale["lamp"] = true
	w.price("2", "us", 9000)
	w.wait(10 * time.Minute)
	if got := asked(); !slices.Contains(got, "2") {
		t.Errorf("a stale price: %v", got)
	}
	w.stale["lamp"] = false
	w.wait(10 * time.Minute)
	asked()
	w.wait(30 * time.Minute)
	asked()
	w.deliver()
	if got := told(w.ears["a"].take()); !slices.Contains(got, "resolved 2") {
		t.Errorf("told %v", got)
	}
}

// TestFormulas checks that the facts tell the formulas of both sides.
func TestFormulas(t *testing.T) {
	old := shops
	defer func() { shops = old }()
	shops = slices.Clone(shops)
	days := func(n int64) market.SellingPoint {
		return market.SellingPoint{Kind: market.PointDelivery, Amount: market.CountOf(n)}
	}
	shops[0].Formula.Points = []market.SellingPoint{
		days(2), {Kind: market.PointService, Words: map[string]string{"en": "we hang it"}},
	}
	shops[1].Formula.Points = []market.SellingPoint{days(1), {Kind: market.PointService, Words: map[string]string{"en": "lamps included"}}}
	w := newWorld(t, []string{"a"}, cheaper(t))
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	w.deliver()
	f := w.ears["a"].take()[0].Firing[0].Facts
	if f.Ours.DeliveryDays != market.CountOf(2) || f.Theirs.DeliveryDays != market.CountOf(1) {
		t.Errorf("delivery: %v, %v", f.Ours.DeliveryDays, f.Theirs.DeliveryDays)
	}
	var say []string
	for _, a := range f.Advantages {
		say = append(say, "ours "+a.Ours["en"]+" / "+a.Theirs["en"])
	}
	for _, a := range f.Drawbacks {
		say = append(say, "theirs "+a.Theirs["en"]+" / "+a.Ours["en"])
	}
	want := []string{
		"ours we hang it / not with them", "theirs delivered within 1 day / delivered within 2 days", "theirs lamps included / not with us",
	}
	if d := cmp.Diff(want, say); d != "" {
		t.Error(d)
	}
	// What is not in stock is not delivered tomorrow.
	w.price("2", "us", 10000)
	e := w.event("2", "lamp", 9000)
	e.Standing.Rivals[0].Seen.Offer.Stock, e.Standing.Ours.Seen.Offer.Stock = market.StockBackorder, market.StockUnknown
	if err := w.desk.Judge(t.Context(), w.seq, e); err != nil {
		t.Fatal(err)
	}
	w.deliver()
	if f := w.ears["a"].take()[0].Firing[0].Facts; f.Ours.DeliveryDays.Known() || f.Theirs.DeliveryDays.Known() {
		t.Errorf("delivery of what is not there: %v, %v", f.Ours.DeliveryDays, f.Theirs.DeliveryDays)
	}
}
