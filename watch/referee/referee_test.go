package referee_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store"
	"pricegap/watch/referee"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)

func eur(cents int64) money.Amount { return money.New(cents*10_000, "EUR") }

// world is a store with one product of ours at 100 euro and a floor of 70, and a referee at noon.
type world struct {
	t     *testing.T
	store store.Store
	judge *referee.Referee
}

var plain = policy.Policy{
	Name: "plain", InStock: true, MaxAge: 30 * time.Hour,
	Tiers: []policy.Tier{{Role: policy.Staff, Bound: policy.Bound{Amount: eur(5_00)}}, {Role: policy.Manager, Bound: policy.Bound{Amount: eur(40_00)}}},
}

func newWorld(t *testing.T, p *policy.Policy) *world {
	t.Helper()
	st, err := store.Open(t.Context(), "bolt:"+filepath.Join(t.TempDir(), "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	shops := []compare.Shop{{ID: "own", Name: "Us", Own: true, Interval: 24 * time.Hour}, {ID: "a", Name: "A", Interval: 24 * time.Hour}, {ID: "b", Name: "B", Interval: 24 * time.Hour}}
	w := &world{t, st, referee.New(st, p, shops, compare.Options{}, func() time.Time { return noon })}
	must(t, st.PutProducts(t.Context(), market.Product{ID: "1", GTIN: "09501101530003", Category: market.NewText("Lampen"), Floor: eur(70_00)}))
	for _, s := range shops {
		must(t, st.PutMatches(t.Context(), market.Match{
			Product: "1", Source: s.ID, Listing: market.ListingID(s.ID + "/1"), Exact: true, Method: "gtin", Decision: market.Accept, DecidedAt: noon.AddDate(0, -2, 0),
		}))
	}
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// see records a look of some days before noon.
func (w *world) see(source market.SourceID, days int, cents int64, turn ...func(*market.Observation)) {
	w.t.Helper()
	o := market.Observation{
		Source: source, Listing: market.ListingID(source + "/1"), SeenAt: noon.AddDate(0, 0, -days).Add(-time.Hour),
		Offer: market.Offer{
			GTIN: "9501101530003", Price: eur(cents), Stock: market.StockIn,
			Evidence: map[market.Field]market.Evidence{market.FieldPrice: {Reader: "json-ld"}},
		},
		Trust: market.Trust{State: market.Trusted},
	}
	for _, f := range turn {
		f(&o)
	}
	_, err := w.store.Record(w.t.Context(), o)
	must(w.t, err)
}

func (w *world) verdicts(q referee.Query) []policy.Verdict {
	w.t.Helper()
	q.Product = "1"
	vs, err := w.judge.Verdicts(w.t.Context(), q)
	must(w.t, err)
	return vs
}

// TestVerdictsAreOfTheirTime: what is seen later changes no verdict of before.
func TestVerdictsAreOfTheirTime(t *testing.T) {
	w := newWorld(t, &plain)
	w.see("own", 2, 100_00)
	w.see("a", 2, 96_00)
	then := referee.Query{AsOf: noon.AddDate(0, 0, -2), Role: policy.Staff}
	before := w.verdicts(then)
	if len(before) != 1 || before[0].Outcome != policy.Match || before[0].Price != eur(96_00) {
		t.Fatalf("%+v", before)
	}
	w.see("own", 0, 99_00)
	w.see("a", 0, 60_00)
	w.see("b", 0, 95_00)
	if d := cmp.Diff(before, w.verdicts(then), cmp.AllowUnexported(market.Text{}, money.Amount{}, market.Count{})); d != "" {
		t.Errorf("the verdict of before:\n%s", d)
	}
	now := w.verdicts(referee.Query{Role: policy.Staff})
	if len(now) != 2 || now[0].Outcome != policy.Decline || now[1].Outcome != policy.Match {
		t.Errorf("now: %+v", now)
	}
	if some := w.verdicts(referee.Query{Role: policy.Staff, Sources: []market.SourceID{"b"}}); len(some) != 1 || some[0].Source != "b" {
		t.Errorf("of b alone: %+v", some)
	}
	if vs, err := w.judge.Verdicts(t.Context(), referee.Query{Product: "nothing"}); err != nil || vs != nil {
		t.Errorf("of nothing: %v, %v", vs, err)
	}
}

// TestHeldGrantsNothing: while a newer price is held back, the older one is matched by nobody.
func TestHeldGrantsNothing(t *testing.T) {
	w := newWorld(t, &plain)
	w.see("own", 0, 100_00)
	w.see("a", 1, 96_00)
	w.see("a", 0, 9_60, func(o *market.Observation) { o.Trust = market.Trust{State: market.Quarantined, Reason: "factor_10"} })
	vs := w.verdicts(referee.Query{Role: policy.Buyer})
	if len(vs) != 1 || vs[0].Outcome != policy.Refer || !cmp.Equal(vs[0].Missed(), []policy.Rule{policy.RuleEvidence}) {
		t.Errorf("%+v", vs)
	}
	w.see("b", 0, 96_00, func(o *market.Observation) { o.Trust = market.Trust{State: market.Quarantined, Reason: "limit"} })
	if vs := w.verdicts(referee.Query{Role: policy.Buyer}); len(vs) != 2 || vs[1].Outcome != policy.Refer || vs[1].Price.Known() {
		t.Errorf("nothing but held: %+v", vs)
	}
}

// TestAdvise: what staff are told of one rival; none of what is nobody's.
func TestAdvise(t *testing.T) {
	w := newWorld(t, &plain)
	w.see("own", 0, 100_00)
	w.see("a", 0, 60_00)
	w.see("b", 0, 96_00)
	for source, want := range map[market.SourceID]market.Verdict{
		"a": w.verdicts(referee.Query{Role: policy.Staff})[0].Brief(),
		"b": {Outcome: "MATCH", Price: eur(96_00), At: noon},
		"c": {},
	} {
		v, err := w.judge.Advise(t.Context(), "1", source)
		if must(t, err); !cmp.Equal(v, want, cmp.AllowUnexported(money.Amount{})) {
			t.Errorf("%s: %+v, want %+v", source, v, want)
		}
	}
}

func TestNoPolicy(t *testing.T) {
	w := newWorld(t, nil)
	w.see("own", 0, 100_00)
	w.see("a", 0, 96_00)
	if vs := w.verdicts(referee.Query{Role: policy.Staff}); vs != nil {
		t.Errorf("%+v", vs)
	}
	if trial, err := w.judge.Backtest(t.Context(), referee.BacktestQuery{Since: noon.AddDate(0, 0, -2)}); err != nil || trial.Days != 0 {
		t.Errorf("%+v, %v", trial, err)
	}
}

// TestTry counts a day at a time: what staff would have given, what a manager, what is doubted and what declined.
func TestTry(t *testing.T) {
	w := newWorld(t, &plain)
	for day, theirs := range map[int]int64{6: 101_00, 5: 96_00, 4: 95_00, 3: 80_00, 2: 60_00, 1: 97_00} {
		w.see("own", day, 100_00)
		w.see("a", day, theirs)
	}
	w.see("own", 0, 100_00)
	w.see("a", 0, 90_00, func(o *market.Observation) { o.Offer.Stock = market.StockUnknown })
	w.see("b", 5, 97_00) // which is dearer than a is, and then stale
	try := func(q referee.BacktestQuery) policy.Trial {
		t.Helper()
		q.Since = noon.AddDate(0, 0, -6)
		trial, err := w.judge.Backtest(t.Context(), q)
		must(t, err)
		return trial
	}
	want := policy.Trial{
		Policy: "plain", Print: plain.Print(), From: noon.AddDate(0, 0, -6), To: noon, Days: 7, Asked: 6, Products: 1,
		Granted: []policy.Grant{
			{Role: policy.Staff, Matches: 3, Cost: []money.Amount{eur(12_00)}},
			{Role: policy.Manager, Matches: 1, Cost: []money.Amount{eur(20_00)}},
		},
		Doubted: policy.Grant{Matches: 1, Cost: []money.Amount{eur(10_00)}}, Declined: 1,
		Rivals: []policy.RivalCount{{Source: "a", Name: "A", Granted: 4, Doubted: 1, Declined: 1, Cost: []money.Amount{eur(32_00)}}},
		Rules:  []policy.RuleCount{{Rule: policy.RuleStock, Unknown: 1}, {Rule: policy.RuleFloor, Failed: 1}},
	}
	got := try(referee.BacktestQuery{})
	if d := cmp.Diff(want, got, cmp.AllowUnexported(money.Amount{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	other := plain
	other.Cap = policy.Bound{Amount: eur(3_00)}
	if trial := try(referee.BacktestQuery{Policy: &other}); len(trial.Granted) != 1 || trial.Granted[0].Matches != 3 || trial.Print == got.Print {
		t.Errorf("another policy: %+v", trial)
	}
	for _, q := range []referee.BacktestQuery{{Category: "wassen"}, {Brand: "Maker"}, {Sources: []market.SourceID{"none"}}} {
		if trial := try(q); trial.Asked != 0 {
			t.Errorf("%+v: %+v", q, trial)
		}
	}
	if trial := try(referee.BacktestQuery{Sources: []market.SourceID{"b"}}); trial.Asked != 2 { // two days, and stale from then on
		t.Errorf("of b alone: %+v", trial)
	}
	if trial := try(referee.BacktestQuery{Category: "LAMP", Sources: []market.SourceID{"a"}}); trial.Asked != 6 {
		t.Errorf("lamps: %+v", trial)
	}
}
