package alerts_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// sight is a desk before shops that are seen well, badly, or not at all, as the store would tell it.
type sight struct {
	*world
	rt   *rapid.T
	seen map[market.SourceID][]market.Observation
	told int
}

// sightInterval is how often shops are looked at: what is older than twice that is stale.
const sightInterval = time.Hour

// standing is product 1 now, out of what was seen.
func (s *sight) standing(market.ProductID) (compare.Standing, error) { return s.at(s.now), nil }

func (s *sight) at(now time.Time) compare.Standing {
	looked := slices.Clone(shops)
	var matches []market.Match
	for i := range looked {
		looked[i].Interval = sightInterval
		matches = append(matches, market.Match{Product: "1", Source: looked[i].ID, Listing: market.ListingID(looked[i].ID), Decision: market.Accept, Exact: true})
	}
	b := compare.NewBoard(looked, matches, now, compare.Options{})
	for _, os := range s.seen {
		for _, o := range os {
			b.See(&o)
		}
	}
	return b.Standing(market.Product{ID: "1", Title: market.NewText("Lamp 1")})
}

// newest is the last observation of a source, of those that are trusted where that is asked.
func (s *sight) newest(id market.SourceID, trusted bool) (o market.Observation, ok bool) {
	for _, x := range s.seen[id] {
		if !trusted || x.Trust.State == market.Trusted {
			o, ok = x, true
		}
	}
	return o, ok
}

// look sees an offer at a shop. The price of what is held back, or refused, ends in a cent, that of what is trusted never.
func (s *sight) look() {
	id := rapid.SampledFrom([]market.SourceID{"us", "lamp", "lamp", "licht"}).Draw(s.rt, "shop")
	price := rapid.SampledFrom([]int64{7000, 9000, 10000, 10500}).Draw(s.rt, "cents")
	o := market.Observation{Source: id, Listing: market.ListingID(id), SeenAt: s.now, Trust: market.Trust{State: market.Trusted}}
	o.Offer.Stock = rapid.SampledFrom([]market.Stock{market.StockIn, market.StockOut, market.StockUnknown}).Draw(s.rt, "stock")
	o.Offer.Seller = market.NewText(rapid.SampledFrom([]string{"Shop", "Somebody"}).Draw(s.rt, "seller"))
	switch rapid.IntRange(0, 5).Draw(s.rt, "trust") {
	case 0, 1:
		price, o.Trust = price+1, market.Trust{State: market.Quarantined, Reason: "jump", Needs: 1}
		o.Offer.Seller = market.NewText("Held")
	case 2:
		price, o.Trust = price+1, market.Trust{State: market.Refused, Reason: "jump"}
		o.Offer.Seller = market.NewText("Held")
	}
	o.Offer.Price = euros(price)
	o.Offer.Reference = euros(rapid.SampledFrom([]int64{0, 12000}).Draw(s.rt, "reference"))
	before, _ := s.newest(id, false)
	previous := market.Observation{}
	if before.Trust.State != market.Trusted {
		previous, _ = s.newest(id, true)
	}
	past := slices.Clone(s.seen[id])
	s.seen[id] = append(s.seen[id], o)
	s.seq++
	e := alerts.Event{Now: s.now, Change: &market.Change{Seq: s.seq, Before: before, After: o}, Previous: previous, Past: past, Familiar: true, Standing: s.at(s.now)}
	if err := s.desk.Judge(s.t.Context(), s.seq, e); err != nil {
		s.rt.Fatal(err)
	}
}

// deliver tells, and holds what is told against what was seen.
func (s *sight) deliver() {
	if err := s.desk.Tick(s.t.Context(), s.now, each(s.standing)); err != nil {
		s.rt.Fatal(err)
	}
	s.world.deliver()
	for _, m := range s.ears["a"].take() {
		for _, a := range m.Firing {
			s.told++
			s.check(a, a.Facts.Theirs)
			if !a.Once { // beside what happened at a rival we stand with our age
				s.check(a, a.Facts.Ours)
			}
		}
	}
}

// check holds one side of what is told against what was seen of it.
func (s *sight) check(a market.Alert, side market.Side) {
	held := func(p money.Amount) bool { return p.Known() && p.Micros()%100_000 != 0 }
	if held(side.Price) || held(a.Facts.Before) || held(a.Facts.Lowest) {
		s.rt.Fatalf("%s tells of a price that is held back: %s, %s before", a.Rule, side.Price, a.Facts.Before)
	}
	if side.Source == "" || side.SeenAt.IsZero() {
		return
	}
	now, _ := s.newest(side.Source, true)
	if age := s.now.Sub(now.SeenAt); age > 2*sightInterval {
		s.rt.Fatalf("%s tells of %s, which is %s old", a.Rule, side.Source, age)
	}
	if !a.Once && side.Price.Known() && side.Price != now.Offer.Price {
		s.rt.Fatalf("%s tells of %s at %s, which asks %s", a.Rule, side.Source, side.Price, now.Offer.Price)
	}
}

// TestOnlyWhatIsSeenIsNews lets shops be seen well, badly or not at all in 10,000 random histories: no rule tells of a price that
// is held back or refused, or of one that nobody saw for two intervals, and none of one that is another by then (AL8).
func TestOnlyWhatIsSeenIsNews(t *testing.T) {
	rules := []alerts.Configured{cheaper(t)}
	for kind, options := range map[string]string{
		"price_change": `{}`, "stock": `{}`, "promotion": `{}`, "rank": `{}`, "seller_changed": `{}`, "new_lowest": `{"days":1}`, "gap": `{"against":"lowest"}`,
		"index": `{"above":"110%"}`, "reference_inflated": `{}`, "expression": `{"when":"gap < 0","clear":"gap >= 0"}`, "new_listing": `{}`, "unstable": `{}`,
	} {
		r := configured(t, kind, kind, options)
		r.Damp = 0
		rules = append(rules, r)
	}
	slices.SortFunc(rules, func(x, y alerts.Configured) int { return strings.Compare(x.Name, y.Name) })
	told := 0
	histories(t, 10_000, func(rt *rapid.T) {
		s := &sight{world: newWorld(t, []string{"a"}, rules...), rt: rt, seen: map[market.SourceID][]market.Observation{}}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			s.wait(time.Duration(rapid.SampledFrom([]int{1, 10, 60, 130}).Draw(rt, "minutes")) * time.Minute)
			switch rapid.IntRange(0, 4).Draw(rt, "what") {
			case 0, 1, 2:
				s.look()
			case 3:
				s.deliver()
			case 4:
				s.restart()
			}
		}
		s.deliver()
		told += s.told
	})
	if told == 0 {
		t.Error("nobody was told anything: the histories prove nothing")
	}
	t.Logf("%d alerts were told", told)
}
