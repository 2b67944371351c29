package alerts_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/alerts/rule"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// memory is a Box that keeps JSON, so that nothing is shared with the desk by accident.
type memory struct {
	mu     sync.Mutex
	alerts map[string][]byte
	cursor map[string]uint64
	state  map[string][]byte
	fail   func(as []market.Alert) error
	lose   error // returned after a write that succeeds all the same
}

func newMemory() *memory {
	return &memory{alerts: map[string][]byte{}, cursor: map[string]uint64{}, state: map[string][]byte{}}
}

// copy is what a crash at this moment would leave.
func (m *memory) copy() *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &memory{alerts: maps.Clone(m.alerts), cursor: maps.Clone(m.cursor), state: maps.Clone(m.state)}
}

func (m *memory) GetState(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state[key], nil
}

func (m *memory) PutState(_ context.Context, key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state[key] = value
	return nil
}

func (m *memory) PutAlerts(_ context.Context, name string, seq uint64, as ...market.Alert) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		if err := m.fail(as); err != nil {
			return err
		}
	}
	for _, a := range as {
		b, err := json.Marshal(a)
		if err != nil {
			return err
		}
		m.alerts[a.ID] = b
	}
	if name != "" {
		m.cursor[name] = max(m.cursor[name], seq)
	}
	return m.lose
}

func (m *memory) Alerts(context.Context) iter.Seq2[market.Alert, error] {
	c := m.copy()
	return func(yield func(market.Alert, error) bool) {
		for _, id := range slices.Sorted(maps.Keys(c.alerts)) {
			var a market.Alert
			err := json.Unmarshal(c.alerts[id], &a)
			if !yield(a, err) {
				return
			}
		}
	}
}

func (m *memory) Cursor(_ context.Context, name string) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cursor[name], nil
}

// only returns the one alert of the box.
func (m *memory) only(t *testing.T) market.Alert {
	t.Helper()
	var out []market.Alert
	for a, err := range m.Alerts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	if len(out) != 1 {
		t.Fatalf("the box has %d alerts, want 1", len(out))
	}
	return out[0]
}

// ear is a channel that keeps what it is told and fails on demand.
type ear struct {
	mu     sync.Mutex
	heard  []alerts.Message
	answer func(ctx context.Context, m alerts.Message) error
}

// errLost says that the message was heard and the answer to it was lost.
var errLost = fmt.Errorf("%w: heard all the same", alerts.ErrUnanswered)

func (e *ear) Notify(ctx context.Context, m alerts.Message) (_ string, err error) {
	e.mu.Lock()
	answer := e.answer
	e.mu.Unlock()
	if answer != nil {
		err = answer(ctx, m)
	}
	if err != nil && !errors.Is(err, errLost) {
		return "", err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, m)
	if err != nil {
		return "", err
	}
	return "ref-" + m.ID, nil
}

func (e *ear) answers(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answer = func(context.Context, alerts.Message) error { return err }
	if err == nil {
		e.answer = nil
	}
}

// take returns what was heard since the last call.
func (e *ear) take() []alerts.Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	h := e.heard
	e.heard = nil
	return h
}

var errDown = errors.New("the channel is down")

// world is a desk with its surroundings: products, prices by source, a clock.
type world struct {
	advise func(context.Context, market.ProductID, market.SourceID) (market.Verdict, error)
	t      testing.TB
	now    time.Time
	seq    uint64
	box    *memory
	ears   map[string]*ear
	rules  []alerts.Configured
	route  []calm.Route
	desk   *alerts.Desk
	// prices in cents by product and source; "us" is ours. A price of nought is not known.
	prices map[market.ProductID]map[market.SourceID]int64
	stale  map[market.SourceID]bool
	// silences are those that the desk is told of.
	silences []calm.Silence
	// manners are how channels want to be told, products what is known of ours.
	manners  map[string]calm.Manner
	products map[market.ProductID]market.Product
}

var shops = []compare.Shop{
	{
		ID: "us", Name: "Onze Winkel", Own: true,
		Formula: market.Formula{Points: []market.SellingPoint{{Kind: market.PointWarranty, Words: map[string]string{"en": "5 years of warranty"}, Amount: market.CountOf(60)}}},
	},
	{ID: "lamp", Name: "Lampenhuis"},
	{ID: "licht", Name: "Licht & Zo"},
}

func newWorld(t testing.TB, channels []string, rules ...alerts.Configured) *world {
	w := &world{
		t: t, now: start, box: newMemory(), ears: map[string]*ear{}, rules: rules,
		prices: map[market.ProductID]map[market.SourceID]int64{}, stale: map[market.SourceID]bool{},
	}
	for _, c := range channels {
		w.ears[c] = &ear{}
	}
	w.restart()
	return w
}

// restart makes a new desk over the same box.
func (w *world) restart() {
	o := alerts.Options{
		Box: w.box, Rules: w.rules, Routes: w.route, Shops: shops, Formula: market.Formula{Name: "Onze Winkel"},
		Clock:    func() time.Time { return w.now },
		Due:      hourly,
		Advise:   w.advise,
		Products: func(_ context.Context, ids ...market.ProductID) iter.Seq2[market.Product, error] { return w.known(ids) },
		Silences: func(context.Context) ([]calm.Silence, error) { return w.silences, nil },
	}
	for _, name := range slices.Sorted(maps.Keys(w.ears)) {
		o.Channels = append(o.Channels, alerts.Channel{Name: name, Language: "en", Notifier: w.ears[name], Manner: w.manners[name]})
	}
	w.desk = alerts.NewDesk(o)
}

// hourly is due at every full hour.
func hourly(_ market.Schedule, after time.Time) (time.Time, error) {
	return after.Truncate(time.Hour).Add(time.Hour), nil
}

func (w *world) known(ids []market.ProductID) iter.Seq2[market.Product, error] {
	return func(yield func(market.Product, error) bool) {
		for _, id := range ids {
			if p, ok := w.products[id]; ok && !yield(p, nil) {
				return
			}
		}
	}
}

func euros(cents int64) money.Amount {
	if cents == 0 {
		return money.Amount{}
	}
	return money.New(cents*10_000, "EUR")
}

func (w *world) observation(p market.ProductID, s market.SourceID, cents int64) market.Observation {
	return market.Observation{
		Source: s, Listing: market.ListingID(string(s) + "/" + string(p)), SeenAt: w.now,
		Offer: market.Offer{Price: euros(cents), Stock: market.StockIn}, Trust: market.Trust{State: market.Trusted},
	}
}

func (w *world) position(p market.ProductID, s compare.Shop) compare.Position {
	cents := w.prices[p][s.ID]
	if cents == 0 {
		return compare.Position{Source: s.ID, Name: s.Name, NotBecause: compare.NoOffer}
	}
	o := w.observation(p, s.ID, cents)
	pos := compare.Position{Source: s.ID, Name: s.Name, Listing: o.Listing, Seen: o, Price: o.Offer.Price, Comparable: true}
	if w.stale[s.ID] {
		pos.Stale, pos.Comparable, pos.NotBecause = true, false, compare.Stale
	}
	return pos
}

func (w *world) standing(p market.ProductID) (compare.Standing, error) {
	if _, ok := w.prices[p]; !ok {
		return compare.Standing{}, nil
	}
	s := compare.Standing{Product: market.Product{ID: p, Title: market.NewText("Lamp " + string(p))}, At: w.now, Ours: w.position(p, shops[0])}
	for _, x := range shops[1:] {
		s.Rivals = append(s.Rivals, w.position(p, x))
	}
	return s, nil
}

// each looks products up one by one.
func each(one func(market.ProductID) (compare.Standing, error)) func([]market.ProductID) ([]compare.Standing, error) {
	return func(ids []market.ProductID) (out []compare.Standing, err error) {
		for _, id := range ids {
			s, err := one(id)
			if err != nil {
				return nil, err
			}
			out = append(out, s)
		}
		return out, nil
	}
}

// event moves a price and returns the change that the log would have.
func (w *world) event(p market.ProductID, s market.SourceID, cents int64) alerts.Event {
	if w.prices[p] == nil {
		w.prices[p] = map[market.SourceID]int64{}
	}
	var before market.Observation
	if old := w.prices[p][s]; old != 0 {
		before = w.observation(p, s, old)
	}
	w.prices[p][s] = cents
	w.seq++
	st, _ := w.standing(p)
	return alerts.Event{Now: w.now, Standing: st, Change: &market.Change{Seq: w.seq, Before: before, After: w.observation(p, s, cents)}}
}

// price moves a price and lets the desk judge it.
func (w *world) price(p market.ProductID, s market.SourceID, cents int64) {
	w.t.Helper()
	e := w.event(p, s, cents)
	if err := w.desk.Judge(context.Background(), w.seq, e); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) tick() {
	w.t.Helper()
	if err := w.desk.Tick(context.Background(), w.now, each(w.standing)); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) deliver() alerts.Report {
	w.t.Helper()
	r, err := w.desk.Deliver(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) wait(d time.Duration) { w.now = w.now.Add(d) }

// configured makes a rule from options in JSON.
func configured(t testing.TB, name, kind, options string) alerts.Configured {
	t.Helper()
	r, err := rule.New(kind, func(v any) error { return json.Unmarshal([]byte(options), v) })
	if err != nil {
		t.Fatal(err)
	}
	return alerts.Configured{Name: name, Kind: kind, Rule: r}
}
