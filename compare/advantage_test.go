package compare

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
	"pricegap/market/money"
)

func point(k market.PointKind, n int64, nl string) market.SellingPoint {
	p := market.SellingPoint{Kind: k}
	if n > 0 {
		p.Amount = market.CountOf(n)
	}
	if nl != "" {
		p.Words = map[string]string{"nl": nl}
	}
	return p
}

func TestAdvantages(t *testing.T) {
	formula := func(ps ...market.SellingPoint) Shop { return Shop{Formula: market.Formula{Points: ps}} }
	tests := []struct {
		name         string
		ours, theirs Shop
		o, t         market.Offer
		want         []string // "ours | theirs" in Dutch
	}{
		{
			"theirs from the page", formula(point(market.PointWarranty, 36, "3 jaar garantie")), formula(point(market.PointWarranty, 48, "")),
			market.Offer{},
			market.Offer{WarrantyMonths: market.CountOf(24)},
			[]string{"3 jaar garantie | 24 maanden garantie"},
		},
		{
			"theirs from their formula", formula(point(market.PointReturns, 60, "60 dagen")), formula(point(market.PointReturns, 14, "veertien dagen")),
			market.Offer{},
			market.Offer{},
			[]string{"60 dagen | veertien dagen"},
		},
		{"theirs unknown", formula(point(market.PointReturns, 60, "60 dagen")), formula(), market.Offer{}, market.Offer{}, []string{"60 dagen | "}},
		{"equal", formula(point(market.PointDelivery, 1, "morgen")), formula(), market.Offer{}, market.Offer{DeliveryDays: market.CountOf(1)}, nil},
		{"equal warranty", formula(point(market.PointWarranty, 24, "2 jaar")), formula(point(market.PointWarranty, 24, "")), market.Offer{}, market.Offer{}, nil},
		{"theirs better", formula(point(market.PointWarranty, 24, "2 jaar")), formula(point(market.PointWarranty, 36, "")), market.Offer{}, market.Offer{}, nil},
		{
			"faster is better", formula(point(market.PointDelivery, 1, "morgen in huis")), formula(),
			market.Offer{},
			market.Offer{DeliveryDays: market.CountOf(5)},
			[]string{"morgen in huis | binnen 5 dagen bezorgd"},
		},
		{
			"this article takes longer than our formula says", formula(point(market.PointDelivery, 1, "morgen in huis")), formula(),
			market.Offer{DeliveryDays: market.CountOf(3)},
			market.Offer{DeliveryDays: market.CountOf(5)},
			[]string{"binnen 3 dagen bezorgd | binnen 5 dagen bezorgd"},
		},
		{
			"no delivery of what we do not have", formula(point(market.PointDelivery, 1, "morgen"), point(market.PointPickup, 1, "direct mee"), point(market.PointReturns, 30, "30 dagen")), formula(),
			market.Offer{Stock: market.StockOut},
			market.Offer{},
			[]string{"30 dagen | "},
		},
		{
			"pick-up they do not have", formula(point(market.PointPickup, 1, "over een uur af te halen")), formula(),
			market.Offer{},
			market.Offer{Pickup: market.AnswerNo},
			[]string{"over een uur af te halen | geen afhalen"},
		},
		{"pick-up both have", formula(point(market.PointPickup, 1, "direct mee")), formula(), market.Offer{}, market.Offer{Pickup: market.AnswerYes}, nil},
		{"no number of ours against theirs", formula(point(market.PointWarranty, 0, "ruime garantie")), formula(), market.Offer{}, market.Offer{WarrantyMonths: market.CountOf(24)}, nil},
		{
			"a service they do not state", formula(point(market.PointService, 0, "Gratis installatie"), point(market.PointService, 0, "Inruil")), formula(point(market.PointService, 0, "Inruil van uw oude toestel")),
			market.Offer{},
			market.Offer{},
			[]string{"Gratis installatie | niet bij hen"},
		},
		{
			"a service on their page", formula(point(market.PointService, 0, "Gratis installatie")), formula(),
			market.Offer{},
			market.Offer{Services: []market.Text{market.NewText("gratis installatie!")}},
			nil,
		},
		{
			"a number without words", formula(point(market.PointWarranty, 12, "")), formula(),
			market.Offer{},
			market.Offer{WarrantyMonths: market.CountOf(1)},
			[]string{"12 maanden garantie | 1 maand garantie"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, a := range Advantages(tt.ours, tt.theirs, market.Observation{Offer: tt.o}, market.Observation{Offer: tt.t}) {
				got = append(got, Words(a.Ours, "nl-NL")+" | "+Words(a.Theirs, "nl"))
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAdvantagesInStanding(t *testing.T) {
	all := shops()
	all[0].Formula.Points = []market.SellingPoint{point(market.PointReturns, 60, "60 dagen")}
	ms := []market.Match{accepted("ours", "o1"), accepted("a", "a1")}
	for _, ask := range []bool{false, true} {
		b := NewBoard(all, ms, noon, Options{Advantages: ask})
		b.See(new(seen("ours", "o1", eur(t, "100.00"))))
		b.See(new(seen("a", "a1", eur(t, "90.00"))))
		s := b.Standing(market.Product{ID: "p"})
		if got := len(s.Rivals[0].Advantages) == 1; got != ask {
			t.Errorf("asked %v, told %v", ask, s.Rivals[0].Advantages)
		}
		if len(s.Rivals[1].Advantages) != 0 {
			t.Error("advantages over a shop that has no offer")
		}
	}
}

func TestWords(t *testing.T) {
	by := map[string]string{"nl": "ja", "en": "yes", "fr": "oui"}
	for lang, want := range map[string]string{"nl": "ja", "nl-BE": "ja", "de": "yes", "": "yes"} {
		if got := Words(by, lang); got != want {
			t.Errorf("%q: %q, want %q", lang, got, want)
		}
	}
	if got := Words(map[string]string{"fr": "oui", "de": "ja"}, "nl"); got != "ja" {
		t.Errorf("without English: %q, want the first by name", got)
	}
	if got := Words(nil, "nl"); got != "" {
		t.Errorf("without any: %q", got)
	}
}

func TestSummarise(t *testing.T) {
	at := func(hours int, price string, state market.TrustState) market.Observation {
		o := market.Observation{Listing: "l", SeenAt: noon.Add(time.Duration(hours) * time.Hour), Trust: market.Trust{State: state}}
		if price != "" {
			o.Offer.Price = eur(t, price)
		}
		return o
	}
	points := []market.Observation{
		at(-50, "1.00", market.Trusted), // before the time
		at(0, "100.00", market.Trusted),
		at(1, "100.00", market.Trusted),
		at(5, "80.00", market.Trusted),
		at(6, "8.00", market.Quarantined),
		at(7, "", market.Trusted),
		at(8, "100.00", market.Trusted),
		at(10, "2.00", market.Trusted), // at the end, which is open
	}
	got := Summarise(points, noon, noon.Add(10*time.Hour))
	want := Stats{
		Lowest: eur(t, "80.00"), LowestAt: noon.Add(5 * time.Hour),
		Highest: eur(t, "100.00"), HighestAt: noon,
		Last: eur(t, "100.00"), LastAt: noon.Add(8 * time.Hour),
		Seen: 4, Changes: 2, Held: 1, PerMonth: market.CountOf(180_00), Step: market.CountOf(22_50),
		Levels: []Level{{eur(t, "100.00"), 7 * time.Hour}, {eur(t, "80.00"), 3 * time.Hour}},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(money.Amount{}, market.Count{})); d != "" {
		t.Error(d)
	}
	if price, share := got.Usual(); price != eur(t, "100.00") || share != market.CountOf(70_00) {
		t.Errorf("usual %v for %v", price, share)
	}
	if got := Summarise(nil, noon, noon); got.Seen != 0 || got.Lowest.Known() {
		t.Errorf("of nothing: %+v", got)
	}
}
