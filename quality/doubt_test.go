package quality

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pricegap/market"
	"pricegap/market/money"
)

// of is an observation with more to it than a price.
func of(minutes int, price string, edit func(*market.Offer)) market.Observation {
	o := eur(minutes, price)
	o.Trust.State = market.Trusted
	edit(&o.Offer)
	return o
}

func named(title, gtin, mpn string) func(*market.Offer) {
	return func(o *market.Offer) { o.Title, o.GTIN, o.MPN = market.NewText(title), gtin, mpn }
}

func unit(u string, vat money.VAT) func(*market.Offer) {
	return func(o *market.Offer) { o.Unit, o.VAT = market.NewText(u), vat }
}

// TestSameThing: a price is believed beside one of the same thing, on the same terms.
func TestSameThing(t *testing.T) {
	for name, tt := range map[string]struct {
		before, after func(*market.Offer)
		reason        string
		needs         int
	}{
		"the same":                            {named("Waterkoker Nova 1,7 l", "", ""), named("Waterkoker Nova 1,7 l", "", ""), "", 0},
		"said with more words":                {named("Waterkoker Nova", "", ""), named("ACTIE: Zwiepa waterkoker NOVA (wit)", "", ""), "", 0},
		"another name":                        {named("Waterkoker Nova 1,7 l", "", ""), named("Stofzuiger Turbo 900", "", ""), Identity, 0},
		"another name, the same barcode":      {named("Waterkoker Nova", "9521234567890", ""), named("Bouilloire", "09521234567890", ""), "", 0},
		"another name, the same maker's code": {named("Waterkoker Nova", "", "ZW-1"), named("Bouilloire", "", "zw-1"), "", 0},
		"another barcode under the same name": {named("Waterkoker Nova", "9521234567890", ""), named("Waterkoker Nova", "9521234567906", ""), Identity, 2},
		"another barcode under another name":  {named("Waterkoker Nova", "9521234567890", ""), named("Stofzuiger", "9521234567906", ""), Identity, 0},
		"a name where there was none":         {named("", "", ""), named("Stofzuiger", "", ""), "", 0},
		"another unit":                        {unit("kg", ""), unit("100 g", ""), Unit, 2},
		"the unit in other letters":           {unit("KG", ""), unit("kg.", ""), "", 0},
		"no unit any more":                    {unit("kg", ""), unit("", ""), "", 0},
		"with VAT, then without":              {unit("", money.VATIncluded), unit("", money.VATExcluded), VATBasis, 2},
		"nothing said of VAT, then with":      {unit("", ""), unit("", money.VATIncluded), "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			trusted := of(0, "49.95", tt.before)
			for _, price := range []string{"49.95", "48.00"} {
				want := market.Trust{State: market.Trusted}
				if tt.reason != "" {
					want = market.Trust{State: market.Quarantined, Reason: tt.reason, Needs: tt.needs}
				}
				if got := Judge(of(60, price, tt.after), Past{Trusted: trusted}, Policy{}).Trust; got != want {
					t.Errorf("at %s: %+v, want %+v", price, got, want)
				}
			}
		})
	}
}

// TestIdentityLasts: the page of another thing is not believed however often it is seen, until it is of the first again.
func TestIdentityLasts(t *testing.T) {
	history := []market.Observation{of(0, "49.95", named("Waterkoker Nova", "", ""))}
	for i := range 5 {
		o := of(60*(i+1), "49.95", named("Stofzuiger Turbo", "", ""))
		past := Past{}
		past.Trusted, past.Held = Baseline(history)
		if o.Trust = Judge(o, past, Policy{}).Trust; o.Trust.Reason != Identity {
			t.Fatalf("look %d: %+v", i, o.Trust)
		}
		history = append(history, o)
	}
	past := Past{}
	past.Trusted, past.Held = Baseline(history)
	if v := Judge(of(400, "49.95", named("Waterkoker Nova", "", "")), past, Policy{}); v.Trust.State != market.Trusted || len(v.Refused) != 5 {
		t.Errorf("the first thing again: %+v", v)
	}
}

func TestVATFactor(t *testing.T) {
	nl, fr := Rates(money.Locale{Language: "nl", Currency: "EUR"}), Rates(money.Locale{Language: "fr-FR", Currency: "EUR"})
	for _, tt := range []struct {
		old, price string
		rates      []market.Percent
		want       string
	}{
		{"120.99", "99.99", nl, VATFactor},
		{"99.99", "120.99", nl, VATFactor},
		{"1299.00", "1073.55", nl, VATFactor},
		{"109.00", "100.00", nl, VATFactor},
		{"120.99", "100.05", nl, ""},
		{"120.99", "99.95", nl, ""},
		{"120.00", "100.00", fr, VATFactor},
		{"120.00", "100.00", nl, ""},
		{"105.50", "100.00", fr, VATFactor},
		{"121", "100", nil, ""},
	} {
		if got := Judge(eur(9, tt.price), Past{Trusted: eur(0, tt.old)}, Policy{VAT: tt.rates}).Trust.Reason; got != tt.want {
			t.Errorf("%s to %s: %q, want %q", tt.old, tt.price, got, tt.want)
		}
	}
	for _, tt := range []struct {
		l    money.Locale
		want market.Percent
	}{
		{money.Locale{Language: "nl-BE"}, 2100},
		{money.Locale{Language: "de-AT"}, 2000},
		{money.Locale{Language: "de"}, 1900},
		{money.Locale{Language: "en", Currency: "GBP"}, 2000},
		{money.Locale{Language: "de", Currency: "CHF"}, 810},
	} {
		if r := Rates(tt.l); len(r) == 0 || r[0] != tt.want {
			t.Errorf("%+v: %v, want %v first", tt.l, r, tt.want)
		}
	}
	if r := Rates(money.Locale{Language: "en", Currency: "EUR"}); r != nil {
		t.Errorf("nobody knows which country: %v", r)
	}
}

// trustedAt are trusted looks, so many hours apart.
func trustedAt(hours int, prices ...string) []market.Observation {
	var out []market.Observation
	for i, p := range prices {
		o := eur(60*hours*i, p)
		o.Trust.State = market.Trusted
		out = append(out, o)
	}
	return out
}

func TestSpread(t *testing.T) {
	steady := []string{"100", "100", "100", "100", "100", "100", "100", "100", "100"}
	moving := []string{"100", "101", "99", "100", "102", "98", "100", "101", "100"}
	for _, tt := range []struct {
		past  []string
		price string
		want  string
	}{
		{moving, "106", ""},
		{moving, "112", Spread},
		{moving, "88", Spread},
		{moving, "94", ""},
		{steady, "112", ""},
		{moving[2:], "112", ""}, // nothing to measure by
	} {
		recent := trustedAt(24, tt.past...)
		o := eur(60*24*len(recent), tt.price)
		if got := Judge(o, Past{Trusted: recent[len(recent)-1], Recent: recent}, Policy{}).Trust.Reason; got != tt.want {
			t.Errorf("%v to %s: %q, want %q", tt.past, tt.price, got, tt.want)
		}
	}
	old := trustedAt(24, moving...)
	o := eur(60*24*35, "112")
	if got := Judge(o, Past{Trusted: old[8], Recent: old}, Policy{}).Trust; got.State != market.Trusted {
		t.Errorf("ups and downs of more than 30 days ago: %+v", got)
	}
}

// TestUnstable: two prices that take turns within a day are held until one of them stays.
func TestUnstable(t *testing.T) {
	var history []market.Observation
	see := func(minutes int, price string) market.Trust {
		past := Past{Recent: history}
		past.Trusted, past.Held = Baseline(history)
		o := eur(minutes, price)
		o.Trust = Judge(o, past, Policy{}).Trust
		history = append(history, o)
		return o.Trust
	}
	for i, tt := range []struct {
		hour   int
		price  string
		reason string
	}{
		{0, "100", ""},
		{2, "90", ""},
		{4, "100", ""},
		{6, "90", Unstable},
		{8, "100", ""},
		{10, "90", Unstable},
		{20, "90", Unstable},
		{33, "90", ""}, // the turns are a day old
		{60, "100", ""},
		{84, "90", ""},
		{110, "100", ""}, // slowly
		{112, "95", ""},
		{114, "90", ""},
		{116, "95", ""}, // three prices, then one turn too few
	} {
		if got := see(60*tt.hour, tt.price); got.Reason != tt.reason || (got.State == market.Trusted) != (tt.reason == "") {
			t.Errorf("step %d, %s at hour %d: %+v, want %q", i, tt.price, tt.hour, got, tt.reason)
		}
	}
}

// TestFlapping: whatever two prices take turns within a day, from the fourth look on only one of them is trusted.
func TestFlapping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Int64Range(1_000, 100_000).Draw(t, "a")
		b := a + rapid.Int64Range(1, a/4).Draw(t, "more")
		apart := rapid.IntRange(1, 6*60).Draw(t, "minutes")
		var looks []market.Observation
		for i := range rapid.IntRange(4, 30).Draw(t, "looks") {
			o := eur(i*apart, "")
			o.Offer.Price = money.New([]int64{a, b}[i%2]*10_000, "EUR")
			looks = append(looks, o)
		}
		trusted := map[string]bool{}
		for i, o := range feed(looks, true) {
			if i >= 3 && o.Trust.State == market.Trusted {
				trusted[o.Offer.Price.String()] = true
			}
		}
		if len(trusted) > 1 {
			t.Fatalf("both are trusted: %v", trusted)
		}
	})
}

// TestDecided: what a person said of a value holds when it is seen again, later too, and no other value.
func TestDecided(t *testing.T) {
	by := market.NewText("anna")
	trusted := trustedAt(0, "100")[0]
	rejected := eur(10, "60")
	rejected.Trust = Reject(by, noon)
	later := trustedAt(0, "99")[0]
	later.SeenAt = noon.Add(time.Hour)
	accepted := eur(90, "60")
	accepted.Trust = Accept(by, noon)
	free := eur(90, "0")
	free.Trust = Accept(by, noon)
	for name, tt := range map[string]struct {
		obs  market.Observation
		past Past
		want string
	}{
		"again":                       {eur(60, "60"), Past{Trusted: trusted, Held: []market.Observation{rejected}}, Rejected},
		"again, after the true price": {eur(120, "60"), Past{Trusted: later, Recent: []market.Observation{trusted, rejected, later}}, Rejected},
		"near the true price by now":  {eur(120, "60"), Past{Trusted: eur(100, "61"), Recent: []market.Observation{trusted, rejected}}, Rejected},
		"another value":               {eur(60, "61"), Past{Trusted: trusted, Held: []market.Observation{rejected}}, Jump},
		"accepted":                    {eur(100, "60"), Past{Trusted: accepted, Recent: []market.Observation{trusted, rejected, accepted}}, ""},
		"accepted after it, and back": {eur(300, "60"), Past{Trusted: later, Recent: []market.Observation{trusted, rejected, accepted, later}}, Jump},
		"nought that was accepted":    {eur(300, "0"), Past{Trusted: free}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := Judge(tt.obs, tt.past, Policy{}).Trust
			if got.Reason != tt.want {
				t.Errorf("%+v, want %q", got, tt.want)
			}
			if tt.want == Rejected && (got.By != by || got.DecidedAt != noon) {
				t.Errorf("nobody knows who: %+v", got)
			}
		})
	}
}

func TestRelease(t *testing.T) {
	for want, trust := range map[string]market.Trust{
		"": {State: market.Trusted},
		"1 more look that says the same, 5m0s later or more, or a person": {State: market.Quarantined, Reason: Jump, Needs: 1},
		"2 more looks that say the same, 5m0s apart or more, or a person": {State: market.Quarantined, Reason: Factor10, Needs: 2},
		"a person": {State: market.Quarantined, Reason: Zero},
		"24 hours without another turn, or a person":        {State: market.Quarantined, Reason: Unstable},
		"a run in which the shop is as before, or a person": {State: market.Quarantined, Reason: ShopChanged},
		"nothing but a person who accepts it":               {State: market.Quarantined, Reason: Rejected},
	} {
		if got := Release(trust, Policy{}); got != want {
			t.Errorf("%+v: %q, want %q", trust, got, want)
		}
	}
	if got := fmt.Sprint(Moved(eur(1, "9"), eur(0, "9")), Moved(eur(1, "9"), eur(0, "8")), Moved(eur(1, ""), eur(0, "8")), Moved(eur(1, "9"), market.Observation{})); got != "false true false false" {
		t.Errorf("moved: %s", got)
	}
}

// TestBarcodeMended: another barcode under the same name is believed once two more looks say so.
func TestBarcodeMended(t *testing.T) {
	history := []market.Observation{of(0, "49.95", named("Waterkoker Nova", "9521234567890", ""))}
	for i, want := range []market.Trust{
		{State: market.Quarantined, Reason: Identity, Needs: 2}, {State: market.Quarantined, Reason: Identity, Needs: 1}, {State: market.Trusted},
	} {
		o := of(60*(i+1), "49.95", named("Waterkoker Nova", "9521234567906", ""))
		past := Past{}
		past.Trusted, past.Held = Baseline(history)
		if o.Trust = Judge(o, past, Policy{}).Trust; o.Trust != want {
			t.Errorf("look %d: %+v, want %+v", i, o.Trust, want)
		}
		history = append(history, o)
	}
}
