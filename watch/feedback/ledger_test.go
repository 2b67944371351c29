package feedback_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store"
	"pricegap/watch/feedback"
	"pricegap/watch/referee"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func eur(cents int64) money.Amount { return money.New(cents*10_000, "EUR") }

// world is a ledger over a real store with one product at 100 euro, which a asks 96 for and b is not seen with.
type world struct {
	t       *testing.T
	store   store.Store
	now     time.Time
	verdict policy.Verdict
	took    [][]string
	*feedback.Ledger
}

func newWorld(t *testing.T) *world {
	t.Helper()
	st, err := store.Open(t.Context(), "bolt:"+filepath.Join(t.TempDir(), "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	w := &world{t: t, store: st, now: time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)}
	w.verdict = policy.Verdict{Source: "a", Outcome: policy.Match, Price: eur(96_00), Discount: eur(4_00)}
	w.see(96_00)
	w.open(st)
	return w
}

func (w *world) clock() time.Time { return w.now }

// open makes the ledger anew, as a restart does.
func (w *world) open(st feedback.Store) {
	w.Ledger = feedback.NewLedger(feedback.Options{Store: st, Standing: w.standing, Judge: w, Quieter: calm.NewBook(w.store, w.clock), Taker: w, Clock: w.clock})
}

func (w *world) see(cents int64) {
	w.t.Helper()
	_, err := w.store.Record(w.t.Context(), market.Observation{
		Source: "a", Listing: "a/1", SeenAt: w.now.Add(-time.Hour), Offer: market.Offer{Price: eur(cents)}, Trust: market.Trust{State: market.Trusted},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) standing(ctx context.Context, id market.ProductID, _, at time.Time) (compare.Standing, error) {
	s := compare.Standing{At: at, Ours: compare.Position{Source: "own", Price: eur(100_00)}}
	if id == "1" {
		s.Product.ID = id
	}
	for o, err := range w.store.Latest(ctx, store.Query{}) {
		if err != nil {
			return s, err
		}
		s.Rivals = append(s.Rivals, compare.Position{Source: o.Source, Price: o.Offer.Price, Seen: o})
	}
	s.Rivals = append(s.Rivals, compare.Position{Source: "b"})
	return s, nil
}

func (w *world) Verdicts(_ context.Context, q referee.Query) ([]policy.Verdict, error) {
	if q.Sources[0] != w.verdict.Source {
		return nil, nil
	}
	return []policy.Verdict{w.verdict}, nil
}

func (w *world) Backtest(context.Context, referee.BacktestQuery) (policy.Trial, error) {
	return policy.Trial{}, errors.ErrUnsupported
}

func (w *world) Acknowledge(_ context.Context, k alerts.Acknowledgement) ([]market.Alert, error) {
	if slices.Contains(k.IDs, "over") {
		return nil, alerts.ErrNotFiring
	}
	w.took = append(w.took, k.IDs)
	return nil, nil
}

func (w *world) say(word feedback.Word) feedback.Entry {
	w.t.Helper()
	if word.By.ID == "" {
		word.By = feedback.By{ID: "U1", Role: policy.Staff, Store: "utrecht"}
	}
	e, err := w.Say(w.t.Context(), word)
	if err != nil {
		w.t.Fatalf("%+v: %v", word, err)
	}
	return e
}

func (w *world) entries(q feedback.Query) (out []feedback.Entry) {
	w.t.Helper()
	for e, err := range w.Said(w.t.Context(), q) {
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// TestWords: what each word comes to, and why not.
func TestWords(t *testing.T) {
	staff, lead := feedback.By{ID: "U1", Role: policy.Staff, Store: "utrecht"}, feedback.By{ID: "U2", Role: policy.ShiftLead}
	refer := policy.Verdict{Source: "a", Outcome: policy.Refer, To: policy.Manager, Price: eur(96_00)}
	for name, tt := range map[string]struct {
		word    feedback.Word
		verdict policy.Verdict
		want    feedback.Refusal
		to      policy.Role
	}{
		"taken on":            {word: feedback.Word{Verb: feedback.Acknowledge, Alerts: []string{"1"}}},
		"of what is sold off": {word: feedback.Word{Verb: feedback.Acknowledge, Alerts: []string{"1"}, Product: "gone"}},
		"over":                {word: feedback.Word{Verb: feedback.Acknowledge, Alerts: []string{"over"}}, want: feedback.NotFiring},
		"wrong":               {word: feedback.Word{Verb: feedback.Wrong, Product: "1", Source: "a"}},
		"wrong, never seen":   {word: feedback.Word{Verb: feedback.Wrong, Product: "1", Source: "b"}, want: feedback.Unknown},
		"wrong, no product":   {word: feedback.Word{Verb: feedback.Wrong, Product: "2", Source: "a"}, want: feedback.Unknown},
		"lower":               {word: feedback.Word{Verb: feedback.Lower, Product: "1", Where: market.NewText("market stall"), Price: eur(80_00)}},
		"lost":                {word: feedback.Word{Verb: feedback.Lost, Product: "1", Source: "a"}},
		"share":               {word: feedback.Word{Verb: feedback.Share, Product: "1"}},
		"matched":             {word: feedback.Word{Verb: feedback.Matched, Product: "1", Source: "a", Price: eur(97_00)}},
		"matched below":       {word: feedback.Word{Verb: feedback.Matched, Product: "1", Source: "a", Price: eur(95_99)}, want: feedback.Below},
		"matched in dollars":  {word: feedback.Word{Verb: feedback.Matched, Product: "1", Source: "a", Price: money.New(97_000_000, "USD")}, want: feedback.NotLower},
		"matched at ours":     {word: feedback.Word{Verb: feedback.Matched, Product: "1", Source: "a", Price: eur(100_00)}, want: feedback.NotLower},
		"matched nobody":      {word: feedback.Word{Verb: feedback.Matched, Product: "1", Source: "b", Price: eur(97_00)}, want: feedback.NoVerdict},
		"matched, referred":   {word: feedback.Word{Verb: feedback.Matched, Product: "1", Source: "a", Price: eur(97_00)}, verdict: refer, want: feedback.Authority, to: policy.Manager},
		"matched, declined":   {word: feedback.Word{Verb: feedback.Matched, Product: "1", Source: "a", Price: eur(97_00)}, verdict: policy.Verdict{Source: "a", Outcome: policy.Decline}, want: feedback.Declined},
		"silence by staff":    {word: feedback.Word{Verb: feedback.Silence, By: staff, Product: "1"}, want: feedback.NotRole, to: policy.ShiftLead},
		"silence in the past": {word: feedback.Word{Verb: feedback.Silence, By: lead, Product: "1", Reason: market.NewText("x")}, want: feedback.NoSilence},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tt.verdict.Outcome != "" {
				w.verdict = tt.verdict
			}
			e := w.say(tt.word)
			if e.Refused != tt.want || e.To != tt.to || !e.At.Equal(w.now) {
				t.Errorf("%+v, want %q to %q", e, tt.want, tt.to)
			}
			if kept := w.entries(feedback.Query{}); len(kept) != 1 || kept[0].Refused != tt.want || kept[0].By.ID == "" {
				t.Errorf("kept: %+v", kept)
			}
		})
	}
}

// TestNoWord: who says nothing, or nobody, is not kept.
func TestNoWord(t *testing.T) {
	w := newWorld(t)
	by := feedback.By{ID: "U1", Role: policy.Buyer}
	for _, word := range []feedback.Word{
		{},
		{Verb: feedback.Lost, Product: "1"},
		{Verb: "buy", By: by},
		{Verb: feedback.Wrong, By: by, Product: "1"},
		{Verb: feedback.Matched, By: by, Product: "1", Source: "a"},
		{Verb: feedback.Acknowledge, By: by},
		{Verb: feedback.Lost, By: by},
		{Verb: feedback.Lost, By: feedback.By{ID: "Jan Jansen", Role: policy.Staff}, Product: "1"},
	} {
		if e, err := w.Say(t.Context(), word); !errors.Is(err, feedback.ErrWord) {
			t.Errorf("%+v: %+v, %v", word, e, err)
		}
	}
	if n := len(w.entries(feedback.Query{})); n != 0 {
		t.Errorf("%d entries", n)
	}
}

// TestOnce: a press that comes again, at once from several sides or after a restart, has one effect (AL10).
func TestOnce(t *testing.T) {
	w := newWorld(t)
	word := feedback.Word{Key: "press", Verb: feedback.Acknowledge, By: feedback.By{ID: "U1", Role: policy.Staff}, Alerts: []string{"1"}}
	var g sync.WaitGroup
	for range 3 {
		g.Go(func() {
			if _, err := w.Say(t.Context(), word); err != nil {
				t.Error(err)
			}
		})
	}
	g.Wait()
	w.open(w.store)
	if e := w.say(word); !e.Again {
		t.Errorf("after a restart: %+v", e)
	}
	w.now = w.now.Add(23 * time.Hour)
	w.say(word)
	if n := len(w.entries(feedback.Query{})); len(w.took) != 1 || n != 1 {
		t.Errorf("%d effects, %d entries", len(w.took), n)
	}
	w.now = w.now.Add(time.Hour)
	w.say(word)
	word.Key = ""
	w.say(word)
	w.say(word)
	if len(w.took) != 4 {
		t.Errorf("%d effects", len(w.took))
	}
}

// TestDispute: the doubt is kept behind the newest look, in one transaction with the entry.
func TestDispute(t *testing.T) {
	w := newWorld(t)
	w.say(feedback.Word{Verb: feedback.Wrong, Product: "1", Source: "a"})
	var got []string
	for o, err := range w.store.History(t.Context(), "a/1", time.Time{}, time.Time{}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(o.Offer.Price, " ", o.Trust.State, " ", o.Trust.Reason, " ", o.Trust.By.Plain(), " ", w.now.Sub(o.SeenAt)))
	}
	if d := cmp.Diff([]string{"96.00 EUR trusted   1h0m0s", "96.00 EUR quarantined disputed U1 59m59s"}, got); d != "" {
		t.Error(d)
	}
}

// overtaken is a store in which a run sees the listing anew, at that price, before each batch.
type overtaken struct {
	store.Store
	w     *world
	cents int64
	times int
}

func (o *overtaken) Keep(ctx context.Context, b store.Batch) ([]market.Change, error) {
	if o.times--; o.times >= 0 {
		o.w.now = o.w.now.Add(time.Minute)
		o.w.see(o.cents)
	}
	return o.Store.Keep(ctx, b)
}

// TestDisputeInARun: a run that sees the price anew meanwhile does not bring it back; another price is another matter.
func TestDisputeInARun(t *testing.T) {
	for _, tt := range []struct {
		cents int64
		want  market.TrustState
	}{{96_00, market.Quarantined}, {98_00, market.Trusted}} {
		w := newWorld(t)
		w.open(&overtaken{w.store, w, tt.cents, 2})
		w.say(feedback.Word{Verb: feedback.Wrong, Product: "1", Source: "a"})
		for o, err := range w.store.Latest(t.Context(), store.Query{}) {
			if err != nil || o.Trust.State != tt.want {
				t.Errorf("seen at %d meanwhile: %+v, %v", tt.cents, o.Trust, err)
			}
		}
		if n := len(w.entries(feedback.Query{})); n != 1 {
			t.Errorf("%d entries", n)
		}
	}
}

// full is a store that refuses.
type full struct {
	store.Store
	refuse bool
}

func (f *full) Keep(ctx context.Context, b store.Batch) ([]market.Change, error) {
	if f.refuse {
		return nil, store.ErrFull
	}
	return f.Store.Keep(ctx, b)
}

// TestFull: what could not be kept was not said, and may be said again.
func TestFull(t *testing.T) {
	w := newWorld(t)
	f := &full{w.store, true}
	w.open(f)
	word := feedback.Word{Key: "press", Verb: feedback.Lost, By: feedback.By{ID: "U1", Role: policy.Staff}, Product: "1", Source: "a"}
	if _, err := w.Say(t.Context(), word); !errors.Is(err, store.ErrFull) {
		t.Fatal(err)
	}
	f.refuse = false
	if e := w.say(word); e.Again || len(w.entries(feedback.Query{})) != 1 {
		t.Errorf("%+v", e)
	}
}

// TestSilence: the same silence asked for anew is the one that is there.
func TestSilence(t *testing.T) {
	w := newWorld(t)
	word := feedback.Word{
		Verb: feedback.Silence, By: feedback.By{ID: "U2", Role: policy.Manager}, Product: "1", Source: "a", Until: w.now.Add(time.Hour), Reason: market.NewText("ours"),
	}
	first, second := w.say(word), w.say(word)
	ss, err := calm.NewBook(w.store, w.clock).Silences(t.Context())
	if err != nil || len(ss) != 1 || first.Effect != ss[0].ID || second.Effect != ss[0].ID || ss[0].By.Plain() != "U2" {
		t.Errorf("%+v and %+v made %+v, %v", first, second, ss, err)
	}
}

// TestKept: entries are told in order however many there are, and for two years.
func TestKept(t *testing.T) {
	w := newWorld(t)
	start := w.now
	for range 350 {
		w.now = w.now.Add(time.Minute)
		w.say(feedback.Word{Verb: feedback.Share, Product: "1"})
	}
	es := w.entries(feedback.Query{})
	if len(es) != 350 || !slices.IsSortedFunc(es, func(a, b feedback.Entry) int { return a.At.Compare(b.At) }) {
		t.Fatalf("%d entries", len(es))
	}
	if n := len(w.entries(feedback.Query{From: start.Add(10 * time.Minute), To: start.Add(20 * time.Minute)})); n != 10 {
		t.Errorf("%d entries of ten minutes", n)
	}
	if n := len(w.entries(feedback.Query{Verbs: []feedback.Verb{feedback.Lost}})); n != 0 {
		t.Errorf("%d lost sales", n)
	}
	w.now = w.now.AddDate(3, 0, 0)
	for range 400 {
		w.say(feedback.Word{Verb: feedback.Share, Product: "1"})
	}
	if es := w.entries(feedback.Query{To: start.AddDate(1, 0, 0)}); len(es) != 0 {
		t.Errorf("%d entries are older than two years", len(es))
	}
}

func TestReports(t *testing.T) {
	word := func(v feedback.Verb, store string, r policy.Role, s market.SourceID) feedback.Entry {
		return feedback.Entry{Word: feedback.Word{Verb: v, By: feedback.By{ID: "U1", Role: r, Store: store}, Source: s}, Ours: eur(100_00)}
	}
	lost := func(s market.SourceID, theirs, paid int64) feedback.Entry {
		e := word(feedback.Lost, "utrecht", policy.Staff, s)
		if theirs > 0 {
			e.Theirs = eur(theirs)
		}
		if paid > 0 {
			e.Price = eur(paid)
		}
		return e
	}
	stall := lost("", 0, 80_00)
	stall.Where = market.NewText("market stall")
	got := feedback.Losses([]feedback.Entry{lost("a", 96_00, 0), lost("a", 96_00, 90_00), lost("a", 99_00, 0), lost("b", 0, 0), stall, word(feedback.Lower, "", policy.Staff, "a")})
	want := []feedback.LostTo{
		{Source: "a", Sales: 3, Widest: market.CountOf(-1000), Median: market.CountOf(-400), Narrowest: market.CountOf(-100)},
		{Where: market.NewText("market stall"), Sales: 1, Widest: market.CountOf(-2000), Median: market.CountOf(-2000), Narrowest: market.CountOf(-2000)},
		{Source: "b", Sales: 1},
	}
	opts := cmp.AllowUnexported(market.Text{}, market.Count{}, money.Amount{})
	if d := cmp.Diff(want, got, opts); d != "" {
		t.Error(d)
	}
	grant := func(store string, r policy.Role, less int64) feedback.Entry {
		e := word(feedback.Matched, store, r, "a")
		e.Discount = eur(less)
		return e
	}
	refused := grant("zwolle", policy.Staff, 9_00)
	refused.Refused = feedback.Authority
	grants := feedback.Grants([]feedback.Entry{grant("zwolle", policy.Manager, 9_00), grant("utrecht", policy.Manager, 5_00), grant("utrecht", policy.Staff, 1_00), grant("utrecht", policy.Staff, 2_00), refused})
	if d := cmp.Diff([]feedback.Granted{
		{Store: "utrecht", Role: policy.Staff, Matches: 2, Cost: []money.Amount{eur(3_00)}},
		{Store: "utrecht", Role: policy.Manager, Matches: 1, Cost: []money.Amount{eur(5_00)}},
		{Store: "zwolle", Role: policy.Manager, Matches: 1, Cost: []money.Amount{eur(9_00)}},
	}, grants, opts); d != "" {
		t.Error(d)
	}
}
