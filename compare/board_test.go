package compare

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
	"pricegap/market/money"
)

var noon = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

func eur(t testing.TB, s string) money.Amount {
	t.Helper()
	a, err := money.FromDecimal(s, "EUR")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// shops are ours and three rivals.
func shops() []Shop {
	hour := time.Hour
	return []Shop{
		{ID: "ours", Name: "Ours", Own: true, VAT: money.VATIncluded, Interval: 24 * hour},
		{ID: "a", Name: "A", VAT: money.VATIncluded, Interval: 24 * hour},
		{ID: "b", Name: "B", VAT: money.VATIncluded, Interval: 24 * hour, Shipping: market.Shipping{
			Fee: money.New(5_950_000, "EUR"), FreeFrom: money.New(100_000_000, "EUR"),
		}},
		{ID: "c", Name: "C", VAT: money.VATExcluded, Interval: time.Hour},
	}
}

func accepted(source market.SourceID, l market.ListingID) market.Match {
	return market.Match{Product: "p", Source: source, Listing: l, Exact: true, Method: "gtin", ScoreBasisPoints: 9990, Decision: market.Accept}
}

func seen(source market.SourceID, l market.ListingID, price money.Amount) market.Observation {
	return market.Observation{
		Source: source, Listing: l, SeenAt: noon.Add(-30 * time.Minute), Trust: market.Trust{State: market.Trusted},
		Offer: market.Offer{Price: price},
	}
}

// standing compares product p.
func standing(o Options, ms []market.Match, obs ...market.Observation) Standing {
	b := NewBoard(shops(), ms, noon, o)
	for _, o := range obs {
		b.See(&o)
	}
	return b.Standing(market.Product{ID: "p"})
}

func TestStanding(t *testing.T) {
	ms := []market.Match{accepted("ours", "o1"), accepted("a", "a1"), accepted("b", "b1")}
	s := standing(Options{}, ms, seen("ours", "o1", eur(t, "100.00")), seen("a", "a1", eur(t, "95.00")), seen("b", "b1", eur(t, "110.00")))

	if n, ok := s.Rank.Get(); n != 2 || !ok {
		t.Errorf("rank %v %v, want 2", n, ok)
	}
	if s.Lowest != "a" || s.LowestPrice != eur(t, "95.00") {
		t.Errorf("lowest %s %s", s.Lowest, s.LowestPrice)
	}
	if n, _ := s.Index.Get(); n != 9756 { // 100 / 102.50
		t.Errorf("index %d, want 9756", n)
	}
	if len(s.Rivals) != 3 {
		t.Fatalf("%d rivals, want all 3", len(s.Rivals))
	}
	for i, want := range []struct {
		gap    string
		points int64
		reason Reason
	}{{"-5.00", -500, ""}, {"10.00", 1000, ""}, {"", 0, NoOffer}} {
		r := s.Rivals[i]
		points, _ := r.GapBasisPoints.Get()
		if r.Gap.Decimal() != want.gap || points != want.points || r.NotBecause != want.reason || r.Comparable != (want.reason == "") {
			t.Errorf("%s: gap %q %d, %q; want %q %d, %q", r.Source, r.Gap.Decimal(), points, r.NotBecause, want.gap, want.points, want.reason)
		}
	}
}

// TestReasons holds what keeps a rival's price from being compared, and that it is shown all the same.
func TestReasons(t *testing.T) {
	price := eur(t, "90.00")
	tests := []struct {
		name   string
		source market.SourceID
		o      Options
		change func(*market.Observation, *market.Match)
		want   Reason
		price  string // shown
	}{
		{"fresh", "a", Options{}, nil, "", "90.00"},
		{"range", "a", Options{}, func(o *market.Observation, _ *market.Match) {
			o.Offer.Low, o.Offer.Price = price, money.Amount{}
		}, Range, ""},
		{"no price", "a", Options{}, func(o *market.Observation, _ *market.Match) { o.Offer.Price = money.Amount{} }, NoPrice, ""},
		{"nought", "a", Options{}, func(o *market.Observation, _ *market.Match) { o.Offer.Price = money.New(0, "EUR") }, NoPrice, "0.00"},
		{"currency", "a", Options{}, func(o *market.Observation, _ *market.Match) { o.Offer.Price = money.New(90e6, "USD") }, Currency, "90.00"},
		{"VAT of the shop", "c", Options{}, nil, VAT, ""},
		{"VAT of the page", "a", Options{}, func(o *market.Observation, _ *market.Match) { o.Offer.VAT = money.VATExcluded }, VAT, ""},
		{"VAT brought onto ours", "c", Options{VATBasisPoints: 2100}, nil, "", "108.90"},
		{"VAT rounded down", "a", Options{VATBasisPoints: 2100}, func(o *market.Observation, _ *market.Match) {
			o.Offer.Price, o.Offer.VAT = eur(t, "0.77"), money.VATExcluded
		}, "", "0.93"}, // 0.9317
		{"VAT rounded up", "a", Options{VATBasisPoints: 2100}, func(o *market.Observation, _ *market.Match) {
			o.Offer.Price, o.Offer.VAT = eur(t, "0.08"), money.VATExcluded
		}, "", "0.10"}, // 0.0968
		{"used", "a", Options{}, func(o *market.Observation, _ *market.Match) { o.Offer.Condition = market.ConditionUsed }, Condition, "90.00"},
		{"used, as we are", "a", Options{Condition: market.ConditionUsed}, func(o *market.Observation, _ *market.Match) { o.Offer.Condition = market.ConditionUsed }, "", "90.00"},
		{"variant by brand and MPN", "a", Options{}, func(o *market.Observation, m *market.Match) {
			o.Offer.Variant, m.Method = market.NewText("red"), "brand_mpn"
		}, Variant, "90.00"},
		{"variant by GTIN", "a", Options{}, func(o *market.Observation, _ *market.Match) { o.Offer.Variant = market.NewText("red") }, "", "90.00"},
		{"equivalent", "a", Options{}, func(_ *market.Observation, m *market.Match) { m.Exact = false }, Equivalent, "90.00"},
		{"at twice the interval", "a", Options{}, func(o *market.Observation, _ *market.Match) { o.SeenAt = noon.Add(-48 * time.Hour) }, "", "90.00"},
		{"stale", "a", Options{}, func(o *market.Observation, _ *market.Match) { o.SeenAt = noon.Add(-49 * time.Hour) }, Stale, "90.00"},
		{"too old", "a", Options{}, func(o *market.Observation, _ *market.Match) { o.SeenAt = noon.Add(-169 * time.Hour) }, TooOld, "90.00"},
		{"shipping unknown", "a", Options{Basis: Delivered}, nil, NoShipping, "90.00"},
		{"for review", "a", Options{}, func(_ *market.Observation, m *market.Match) { m.Decision = market.Review }, NoOffer, ""},
		{"rejected", "a", Options{}, func(_ *market.Observation, m *market.Match) { m.Decision = market.Reject }, NoOffer, ""},
		{"quarantined", "a", Options{}, func(o *market.Observation, _ *market.Match) { o.Trust.State = market.Quarantined }, NoOffer, ""},
		{"refused", "a", Options{}, func(o *market.Observation, _ *market.Match) { o.Trust.State = market.Refused }, NoOffer, ""},
		{"later", "a", Options{}, func(o *market.Observation, _ *market.Match) { o.SeenAt = noon.Add(time.Second) }, NoOffer, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mine := seen("ours", "o1", eur(t, "100.00"))
			mine.Offer.Variant, mine.Offer.Shipping = market.NewText("blue"), money.New(0, "EUR")
			o, m := seen(tt.source, "x", price), accepted(tt.source, "x")
			if tt.change != nil {
				tt.change(&o, &m)
			}
			s := standing(tt.o, []market.Match{accepted("ours", "o1"), m}, mine, o)
			i := map[market.SourceID]int{"a": 0, "c": 2}[tt.source]
			r := s.Rivals[i]
			if r.NotBecause != tt.want || r.Comparable != (tt.want == "") {
				t.Errorf("not because %q, comparable %v; want %q", r.NotBecause, r.Comparable, tt.want)
			}
			if r.Price.Decimal() != tt.price {
				t.Errorf("price %q, want %q", r.Price.Decimal(), tt.price)
			}
			if r.Gap.Known() != r.Comparable || r.GapBasisPoints.Known() != r.Comparable || s.Rank.Known() != r.Comparable {
				t.Errorf("gap %s, rank %v, though comparable is %v", r.Gap, s.Rank, r.Comparable)
			}
			if want := tt.name == "stale" || tt.name == "too old"; r.Stale != want {
				t.Errorf("stale %v", r.Stale)
			}
		})
	}
}

func TestHeld(t *testing.T) {
	ms := []market.Match{accepted("ours", "o1"), accepted("a", "a1")}
	good, held := seen("a", "a1", eur(t, "95.00")), seen("a", "a1", eur(t, "9.50"))
	held.SeenAt, held.Trust.State = noon, market.Quarantined
	s := standing(Options{}, ms, held, seen("ours", "o1", eur(t, "100.00")), good)
	r := s.Rivals[0]
	if r.Held == nil || r.Held.Offer.Price != eur(t, "9.50") || r.Price != eur(t, "95.00") || !r.Comparable {
		t.Errorf("held %v, price %s, comparable %v; want the trusted price, and the newer one as held", r.Held, r.Price, r.Comparable)
	}
	good.SeenAt = noon
	held.SeenAt = noon.Add(-time.Hour)
	if s := standing(Options{}, ms, held, good); s.Rivals[0].Held != nil {
		t.Error("a held value that a newer trusted one follows is shown as held")
	}
}

// TestSee holds that the newest trusted observation counts in whatever order they come.
func TestSee(t *testing.T) {
	old, newest := seen("a", "a1", eur(t, "80.00")), seen("a", "a1", eur(t, "95.00"))
	old.SeenAt = noon.Add(-2 * time.Hour)
	for _, obs := range [][]market.Observation{{old, newest}, {newest, old}, {newest, old, newest}} {
		if s := standing(Options{}, []market.Match{accepted("a", "a1")}, obs...); s.Rivals[0].Price != newest.Offer.Price {
			t.Errorf("price %s, want the newest", s.Rivals[0].Price)
		}
	}
}

// TestDelivered holds the sum with the page's shipping, else the shop's fee, else nothing.
func TestDelivered(t *testing.T) {
	tests := []struct {
		name, price, page, want string
	}{
		{"fee", "99.99", "", "105.94"},
		{"free from the threshold", "100.00", "", "100.00"},
		{"the page's word goes first", "150.00", "3.00", "153.00"},
		{"free on the page", "20.00", "0.00", "20.00"},
	}
	for _, tt := range tests {
		o := seen("b", "b1", eur(t, tt.price))
		if tt.page != "" {
			o.Offer.Shipping = eur(t, tt.page)
		}
		s := standing(Options{Basis: Delivered}, []market.Match{accepted("b", "b1")}, o)
		if got := s.Rivals[1].Delivered; got != eur(t, tt.want) {
			t.Errorf("%s: delivered %s, want %s", tt.name, got, tt.want)
		}
	}
	s := standing(Options{}, []market.Match{accepted("a", "a1")}, seen("a", "a1", eur(t, "20.00")))
	if s.Rivals[0].Delivered.Known() || s.Rivals[0].Shipping.Known() {
		t.Errorf("delivered %s without any word on shipping", s.Rivals[0].Delivered)
	}
}

// TestCheapestListing holds that of several listings of one shop the cheapest comparable one speaks for it,
// whatever the order in which they come.
func TestCheapestListing(t *testing.T) {
	used := seen("a", "a0", eur(t, "50.00"))
	used.Offer.Condition = market.ConditionUsed
	obs := []market.Observation{
		used, seen("a", "a3", eur(t, "95.00")), seen("a", "a2", eur(t, "95.00")), seen("a", "a1", eur(t, "99.00")),
		seen("ours", "o1", eur(t, "100.00")),
	}
	ms := []market.Match{accepted("ours", "o1"), accepted("a", "a0"), accepted("a", "a3"), accepted("a", "a1"), accepted("a", "a2")}
	want := standing(Options{}, ms, obs...)
	if want.Rivals[0].Listing != "a2" {
		t.Errorf("listing %s speaks for the shop, want a2", want.Rivals[0].Listing)
	}
	for range obs {
		obs = append(obs[1:], obs[0])
		ms = append(ms[1:], ms[0])
		if d := cmp.Diff(want, standing(Options{}, ms, obs...), cmp.AllowUnexported(money.Amount{}, market.Count{}, market.Text{})); d != "" {
			t.Fatalf("another order, another standing:\n%s", d)
		}
	}
	s := standing(Options{}, ms, used)
	if s.Rivals[0].Listing != "a0" || s.Rivals[0].NotBecause != Condition {
		t.Errorf("the only listing seen is %s (%s), want a0 (condition)", s.Rivals[0].Listing, s.Rivals[0].NotBecause)
	}
}

// TestWithoutOurs holds that rivals are compared with each other where we have no price, and that nothing is
// said of our rank then.
func TestWithoutOurs(t *testing.T) {
	ms := []market.Match{accepted("a", "a1"), accepted("b", "b1"), accepted("c", "c1")}
	s := standing(Options{}, ms, seen("a", "a1", eur(t, "95.00")), seen("b", "b1", money.New(80e6, "USD")), seen("c", "c1", eur(t, "1.00")))
	if s.Ours.NotBecause != NoOffer || s.Rank.Known() || s.Index.Known() || s.Rivals[0].Gap.Known() {
		t.Errorf("ours %q, rank %v, index %v, gap %s", s.Ours.NotBecause, s.Rank, s.Index, s.Rivals[0].Gap)
	}
	if s.Lowest != "a" || s.LowestPrice != eur(t, "95.00") {
		t.Errorf("lowest %s %s, want a", s.Lowest, s.LowestPrice)
	}
}

func TestCostStaysHome(t *testing.T) {
	b := NewBoard(shops(), nil, noon, Options{})
	s := b.Standing(market.Product{ID: "p", Cost: eur(t, "50.00"), Floor: eur(t, "60.00")})
	if s.Product.Cost.Known() || s.Product.Floor.Known() {
		t.Errorf("cost %s and floor %s leave with the standing", s.Product.Cost, s.Product.Floor)
	}
}

// TestDisputed: a price that somebody says is wrong is not compared while that is the last that is known of it; what a machine holds
// back, or another price that a person doubts, leaves it as it is.
func TestDisputed(t *testing.T) {
	ms := []market.Match{accepted("ours", "o1"), accepted("a", "a1")}
	for _, tt := range []struct {
		name, price, by string
		after           time.Duration
		want            Reason
	}{
		{"said to be wrong", "95.00", "U1", time.Second, Disputed},
		{"another price", "9.50", "U1", time.Second, ""},
		{"held by a rule", "95.00", "", time.Second, ""},
		{"seen again since", "95.00", "U1", -time.Hour, ""},
	} {
		good, doubted := seen("a", "a1", eur(t, "95.00")), seen("a", "a1", eur(t, tt.price))
		good.SeenAt = noon.Add(-2 * time.Hour)
		doubted.SeenAt = good.SeenAt.Add(tt.after)
		doubted.Trust = market.Trust{State: market.Quarantined, By: market.NewText(tt.by)}
		r := standing(Options{}, ms, seen("ours", "o1", eur(t, "100.00")), good, doubted).Rivals[0]
		if r.NotBecause != tt.want || r.Gap.Known() != (tt.want == "") {
			t.Errorf("%s: %+v", tt.name, r)
		}
	}
}

// TestReplacedSeller: where the page of a listing has since shown the same thing under another seller in its place, the price of
// the former is nobody's any more. What one run sees on several pages, or sees held back, replaces nothing.
func TestReplacedSeller(t *testing.T) {
	const former, later = "a/sku:1|s=ann", "a/sku:1|s=bob"
	for name, tt := range map[string]struct {
		edit func(now *market.Observation)
		want string
	}{
		"replaced":          {func(*market.Observation) {}, "99.00"},
		"the same run":      {func(o *market.Observation) { o.Run = "1" }, "90.00"},
		"no later":          {func(o *market.Observation) { o.SeenAt = noon.Add(-2 * time.Hour) }, "90.00"},
		"another page":      {func(o *market.Observation) { o.Page = "https://a.example/2" }, "90.00"},
		"no page":           {func(o *market.Observation) { o.Page = "" }, "90.00"},
		"held back":         {func(o *market.Observation) { o.Trust.State = market.Quarantined }, "90.00"},
		"a variant":         {func(o *market.Observation) { o.Listing = "a/sku:1|v=red|s=bob" }, "90.00"},
		"two looks, no run": {func(o *market.Observation) { o.Run = "" }, "99.00"},
	} {
		t.Run(name, func(t *testing.T) {
			was, now := seen("a", former, eur(t, "90.00")), seen("a", later, eur(t, "99.00"))
			was.SeenAt, was.Run, was.Page = noon.Add(-time.Hour), "1", "https://a.example/1"
			now.Run, now.Page = "2", was.Page
			tt.edit(&now)
			ms := []market.Match{accepted("ours", "o1"), accepted("a", former), accepted("a", now.Listing)}
			s := standing(Options{}, ms, seen("ours", "o1", eur(t, "100.00")), was, now)
			if got := s.Rivals[0].Price; got != eur(t, tt.want) {
				t.Errorf("the rival asks %s, want %s", got, tt.want)
			}
		})
	}
}
