package quality

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pricegap/market"
	"pricegap/market/money"
)

var noon = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

// at is an observation at that many minutes after noon; "" is an unknown price.
func at(minutes int, price string, c money.Currency) market.Observation {
	o := market.Observation{Source: "a", Listing: "a1", SeenAt: noon.Add(time.Duration(minutes) * time.Minute)}
	if price != "" {
		a, err := money.FromDecimal(price, c)
		if err != nil {
			panic(err)
		}
		o.Offer.Price = a
	}
	return o
}

func eur(minutes int, price string) market.Observation { return at(minutes, price, "EUR") }

func TestJudge(t *testing.T) {
	none, held := market.Observation{}, func(os ...market.Observation) []market.Observation { return os }
	tests := []struct {
		name    string
		obs     market.Observation
		trusted market.Observation
		held    []market.Observation
		reason  string // "" is trusted
		needs   int
		refused int
	}{
		{"first sight", eur(0, "12.99"), none, nil, "", 0, 0},
		{"no price, nothing to doubt", eur(9, ""), eur(0, "12.99"), held(eur(3, "129.90")), "", 0, 0},
		{"nought at first sight", eur(0, "0.00"), none, nil, Zero, 0, 0},
		{"nought again and again", eur(60, "0.00"), eur(0, "12.99"), held(eur(20, "0.00"), eur(40, "0.00")), Zero, 0, 0},
		{"below nought", eur(0, "-5"), eur(0, "12.99"), nil, Negative, 0, 0},
		{"placeholder", eur(0, "0.01"), none, nil, Placeholder, 0, 0},
		{"one yen is a price", at(0, "1", "JPY"), none, nil, "", 0, 0},
		{"two cents are a price", eur(0, "0.02"), none, nil, "", 0, 0},
		{"price after a held placeholder", eur(20, "12.99"), none, held(eur(0, "0.01")), "", 0, 1},

		{"29.9 % up", eur(9, "129.90"), eur(0, "100"), nil, "", 0, 0},
		{"30 % up", eur(9, "130.00"), eur(0, "100"), nil, Jump, 1, 0},
		{"29.9 % down", eur(9, "70.10"), eur(0, "100"), nil, "", 0, 0},
		{"30 % down", eur(9, "70.00"), eur(0, "100"), nil, Jump, 1, 0},
		{"a jump seen again", eur(20, "130.00"), eur(0, "100"), held(eur(10, "130.00")), "", 0, 0},
		{"a jump seen again too soon", eur(12, "130.00"), eur(0, "100"), held(eur(10, "130.00")), Jump, 1, 0},
		{"another jump", eur(20, "140.00"), eur(0, "100"), held(eur(10, "130.00")), Jump, 1, 0},
		{"a jump seen again after another", eur(30, "140.00"), eur(0, "100"), held(eur(10, "130.00"), eur(20, "140.00")), "", 0, 1},
		{"a jump seen again, but not in a row", eur(30, "130.00"), eur(0, "100"), held(eur(10, "130.00"), eur(20, "140.00")), Jump, 1, 0},
		{"back to the old price", eur(20, "100.00"), eur(0, "100"), held(eur(10, "130.00")), "", 0, 1},
		{"back near the old price", eur(20, "101.00"), eur(0, "100"), held(eur(5, "130.00"), eur(10, "130.00")), "", 0, 2},

		{"lost decimal sign", eur(9, "1299"), eur(0, "12.99"), nil, Factor100, 2, 0},
		{"lost decimal sign, once more", eur(30, "1299"), eur(0, "12.99"), held(eur(9, "1299")), Factor100, 1, 0},
		{"lost decimal sign, twice more", eur(60, "1299"), eur(0, "12.99"), held(eur(9, "1299"), eur(30, "1299")), "", 0, 0},
		{"× 10", eur(9, "129.90"), eur(0, "12.99"), nil, Factor10, 2, 0},
		{"× 10 within 0.2 %", eur(9, "130.15"), eur(0, "12.99"), nil, Factor10, 2, 0},
		{"× 10 beyond 0.2 %", eur(9, "130.25"), eur(0, "12.99"), nil, Jump, 1, 0},
		{"× 1000", eur(9, "1299"), eur(0, "1.299"), nil, Factor1000, 2, 0},
		{"/ 10", eur(9, "1.30"), eur(0, "12.99"), nil, Factor10, 2, 0},
		{"/ 100", eur(9, "12.99"), eur(0, "1299"), nil, Factor100, 2, 0},
		{"/ 1000", eur(9, "1.299"), eur(0, "1299"), nil, Factor1000, 2, 0},
		{"a fifth", eur(9, "20.00"), eur(0, "100"), nil, Collapse, 2, 0},
		{"more than a fifth", eur(9, "20.10"), eur(0, "100"), nil, Jump, 1, 0},
		{"beyond the range of arithmetic", eur(9, "9000000000000"), eur(0, "0.03"), nil, Jump, 1, 0},

		{"currency flips, the number stays", at(9, "12.99", "USD"), eur(0, "12.99"), nil, GeoVariant, 2, 0},
		{"currency and number change", at(9, "14.20", "USD"), eur(0, "12.99"), nil, Currency, 2, 0},
		{"the new currency stays", at(60, "14.20", "USD"), eur(0, "12.99"), held(at(9, "14.20", "USD"), at(30, "14.20", "USD")), "", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := Judge(tt.obs, Past{Trusted: tt.trusted, Held: tt.held}, Policy{})
			want := market.Trust{State: market.Trusted}
			if tt.reason != "" {
				want = market.Trust{State: market.Quarantined, Reason: tt.reason, Needs: tt.needs}
			}
			if v.Trust != want {
				t.Errorf("trust %+v, want %+v", v.Trust, want)
			}
			if len(v.Refused) != tt.refused {
				t.Errorf("%d refused, want %d", len(v.Refused), tt.refused)
			}
		})
	}
}

// TestDisagree: what readers of the page contradict each other about is held, but for the price that a person accepted last.
func TestDisagree(t *testing.T) {
	accepted := eur(0, "12.00")
	accepted.Trust = Accept(market.NewText("anna"), noon)
	for _, c := range []struct {
		name, price string
		past        Past
		want        market.Trust
	}{
		{"at first sight", "12.00", Past{}, market.Trust{State: market.Quarantined, Reason: Disagree}},
		{"the trusted price", "12.00", Past{Trusted: eur(0, "12.00")}, market.Trust{State: market.Quarantined, Reason: Disagree}},
		{"again", "12.00", Past{Trusted: eur(0, "11.00"), Held: []market.Observation{eur(20, "12.00"), eur(40, "12.00")}}, market.Trust{State: market.Quarantined, Reason: Disagree}},
		{"the accepted price", "12.00", Past{Trusted: accepted}, accepted.Trust},
		{"another than the accepted price", "11.00", Past{Trusted: accepted}, market.Trust{State: market.Quarantined, Reason: Disagree}},
		{"nought", "0.00", Past{}, market.Trust{State: market.Quarantined, Reason: Zero}},
	} {
		obs := eur(90, c.price)
		obs.Trust.Reason = Disagree
		if got := Judge(obs, c.past, Policy{}).Trust; got != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	if Release(market.Trust{State: market.Quarantined, Reason: Disagree}, Policy{}) == "a person" {
		t.Error("nothing is said about the page")
	}
	other, named := accepted, eur(90, "12.00")
	other.Offer.Title, named.Offer.Title, named.Trust.Reason = market.NewText("Hamer Kolibri"), market.NewText("Zaag Merel"), Disagree
	if got := Judge(named, Past{Trusted: other}, Policy{}).Trust; got.Reason != Disagree {
		t.Errorf("the accepted price of another thing: %+v", got)
	}
	disputed := eur(20, "18.00")
	disputed.Trust = market.Trust{State: market.Quarantined, Reason: Disagree}
	past := Past{Trusted: eur(0, "12.00"), Held: []market.Observation{disputed}}
	if got := Judge(eur(90, "18.00"), past, Policy{}).Trust; got.State != market.Quarantined || got.Reason != Jump || got.Needs != 1 {
		t.Errorf("behind a page that contradicts itself: %+v", got)
	}
}

func TestPolicy(t *testing.T) {
	p := Policy{Jump: 500, ConfirmAfter: time.Hour}
	if v := Judge(eur(0, "105"), Past{Trusted: eur(-9, "100")}, p); v.Trust.Reason != Jump {
		t.Errorf("5 %% at a limit of 5 %%: %+v", v.Trust)
	}
	if v := Judge(eur(29, "105"), Past{Trusted: eur(-9, "100"), Held: []market.Observation{eur(0, "105")}}, p); v.Trust.State != market.Quarantined {
		t.Errorf("confirmed after 29 of 60 minutes: %+v", v.Trust)
	}
	if v := Judge(eur(30, "105"), Past{Trusted: eur(-9, "100"), Held: []market.Observation{eur(0, "105")}}, p); v.Trust.State != market.Trusted {
		t.Errorf("not confirmed after 30 of 60 minutes: %+v", v.Trust)
	}
}

// feed judges prices one after another, as the crawl loop does, and returns the history. With memory the listing's own
// ups and downs are known, and the rates of VAT.
func feed(prices []market.Observation, memory bool) []market.Observation {
	var history []market.Observation
	for _, o := range prices {
		past, p := Past{}, Policy{}
		past.Trusted, past.Held = Baseline(history)
		if memory {
			past.Recent, p.VAT = history, rates["NL"]
		}
		o.Trust = Judge(o, past, p).Trust
		history = append(history, o)
	}
	return history
}

// TestSingleGlitch holds that a wrong price that one fetch brings is never trusted, whatever it is, as long
// as it is not the first and differs enough to matter; and that the true prices around it are.
func TestSingleGlitch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.Int64Range(100, 500_000).Draw(t, "cents") // 1.00 to 5,000.00
		var prices []market.Observation
		glitches, last := map[int]bool{}, false
		for i := range rapid.IntRange(2, 30).Draw(t, "fetches") {
			o := eur(i*60, "")
			cents := base
			switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
			case kind == 0 && i > 0 && !last:
				glitches[i] = true
				cents = rapid.SampledFrom([]int64{0, 1, -base, base * 10, base * 100, base * 1000, base / 10, base/100 + 2, base * 2, base * 17 / 10, base / 2}).Draw(t, "glitch")
			case kind == 1:
				base += rapid.Int64Range(-base/10, base/10).Draw(t, "move")
				cents = base
			case kind == 2 && i > 0:
				prices = append(prices, o) // a page without a price
				continue
			}
			last = glitches[i]
			o.Offer.Price = money.New(cents*10_000, "EUR")
			prices = append(prices, o)
		}
		for i, o := range feed(prices, false) {
			if want := !glitches[i]; (o.Trust.State == market.Trusted) != want {
				t.Fatalf("observation %d at %s: %+v, want trusted %v", i, o.Offer.Price, o.Trust, want)
			}
		}
		for i, o := range feed(prices, true) {
			if glitches[i] && o.Trust.State == market.Trusted {
				t.Fatalf("observation %d at %s is trusted by who knows more", i, o.Offer.Price)
			}
		}
	})
}

// TestTrueChange holds that any price a shop keeps asking is trusted within two repetitions, each later than the
// waiting time, unless no shop asks it.
func TestTrueChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.Int64Range(2, 1<<40).Draw(t, "from"), rapid.Int64Range(2, 1<<40).Draw(t, "to")
		prices := make([]market.Observation, 4)
		for i := range prices {
			prices[i] = eur(i*10, "")
			prices[i].Offer.Price = money.New(to*10_000, "EUR")
		}
		prices[0].Offer.Price = money.New(from*10_000, "EUR")
		if last := feed(prices, true)[3]; last.Trust.State != market.Trusted {
			t.Fatalf("%s to %s, three times: %+v", prices[0].Offer.Price, last.Offer.Price, last.Trust)
		}
	})
}

func TestBaseline(t *testing.T) {
	trust := func(o market.Observation, s market.TrustState) market.Observation {
		o.Trust.State = s
		return o
	}
	history := []market.Observation{
		trust(eur(0, "10"), market.Quarantined), trust(eur(1, "12"), market.Trusted), trust(eur(2, "120"), market.Quarantined),
		trust(eur(3, ""), market.Trusted), trust(eur(4, "1200"), market.Refused), trust(eur(5, "121"), market.Quarantined),
	}
	trusted, held := Baseline(history)
	if trusted.SeenAt != history[1].SeenAt {
		t.Errorf("baseline is of %s, want the newest trusted one with a price", trusted.SeenAt)
	}
	if len(held) != 2 || held[0].SeenAt != history[2].SeenAt || held[1].SeenAt != history[5].SeenAt {
		t.Errorf("held: %v", held)
	}
	if trusted, held := Baseline(nil); trusted.Listing != "" || held != nil {
		t.Error("a baseline of nothing")
	}
}

// TestReasons: what people may name is what there is.
func TestReasons(t *testing.T) {
	in := map[string]bool{}
	f, err := parser.ParseFile(token.NewFileSet(), "quality.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || !strings.HasPrefix(g.Doc.Text(), "The reasons of quarantine") {
			continue
		}
		for _, s := range g.Specs {
			word, err := strconv.Unquote(s.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			in[word] = true
		}
	}
	if got := slices.Sorted(maps.Keys(in)); len(in) < 10 || !slices.Equal(got, slices.Sorted(slices.Values(Reasons))) {
		t.Errorf("the reasons are %q, and named are %q", got, Reasons)
	}
}
