package compare

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"pricegap/market"
	"pricegap/market/money"
)

// anyOffer draws an observation of a listing under one of several keys.
func anyOffer(t *rapid.T, source market.SourceID, l market.ListingID) market.Observation {
	price := money.New(rapid.Int64Range(-1, 3_000).Draw(t, "price")*1_000_000, rapid.SampledFrom([]money.Currency{"EUR", "EUR", "EUR", "USD"}).Draw(t, "currency"))
	if rapid.IntRange(0, 9).Draw(t, "unknown") == 0 {
		price = money.Amount{}
	}
	return market.Observation{
		Source: source, Listing: l,
		SeenAt: noon.Add(-rapid.SampledFrom([]time.Duration{0, time.Hour, 60 * time.Hour, 300 * time.Hour}).Draw(t, "age")),
		Trust:  market.Trust{State: rapid.SampledFrom([]market.TrustState{market.Trusted, market.Trusted, market.Quarantined, market.Refused}).Draw(t, "trust")},
		Offer: market.Offer{
			Price:     price,
			VAT:       rapid.SampledFrom([]money.VAT{"", "", money.VATIncluded, money.VATExcluded}).Draw(t, "vat"),
			Condition: rapid.SampledFrom([]market.Condition{"", market.ConditionNew, market.ConditionUsed}).Draw(t, "condition"),
		},
	}
}

// TestNeverAcrossKeys holds for any market: only trusted, fresh, exact values of one currency, VAT basis and
// condition are compared; rank and index stay within their bounds; the lowest is the lowest.
func TestNeverAcrossKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := shops()
		b := NewBoard(all, anyMatches(t), noon, Options{VATBasisPoints: rapid.SampledFrom([]int64{0, 2100}).Draw(t, "rate")})
		for _, s := range all {
			for _, l := range []string{"1", "2"} {
				b.See(new(anyOffer(t, s.ID, market.ListingID(string(s.ID)+l))))
			}
		}
		s := b.Standing(market.Product{ID: "p"})
		comparable := int64(0)
		for _, r := range append([]Position{s.Ours}, s.Rivals...) {
			if !r.Comparable {
				if r.Gap.Known() || r.GapBasisPoints.Known() || r.NotBecause == "" {
					t.Fatalf("%s is not comparable, yet has gap %s, reason %q", r.Source, r.Gap, r.NotBecause)
				}
				continue
			}
			o := r.Seen.Offer
			switch {
			case r.Seen.Trust.State != market.Trusted, r.Stale, r.Age > 7*24*time.Hour, !r.Match.Exact,
				r.Match.Decision != market.Accept, o.Condition == market.ConditionUsed, !r.Price.Known(), r.Price.Sign() <= 0:
				t.Fatalf("%s is compared: %+v", r.Source, r)
			case s.Ours.Comparable && r.Price.Currency() != s.Ours.Price.Currency():
				t.Fatalf("%s is compared with %s", r.Price, s.Ours.Price)
			case b.opts.VATBasisPoints == 0 && s.Ours.Comparable && vatOf(&o, &all[b.index[r.Source]]) != vatOf(&s.Ours.Seen.Offer, &all[0]):
				t.Fatalf("%s is compared across VAT bases", r.Source)
			case s.LowestPrice.Currency() != r.Price.Currency() || s.LowestPrice.Micros() > r.Price.Micros():
				t.Fatalf("lowest is %s, yet %s asks %s", s.LowestPrice, r.Source, r.Price)
			}
			comparable++
		}
		if n, ok := s.Rank.Get(); ok && (n < 1 || n > comparable || !s.Ours.Comparable) {
			t.Fatalf("rank %d among %d", n, comparable)
		}
		if s.Ours.Comparable && comparable > 1 && (!s.Rank.Known() || !s.Index.Known()) {
			t.Fatalf("no rank or index among %d", comparable)
		}
	})
}

func anyMatches(t *rapid.T) []market.Match {
	var ms []market.Match
	for _, s := range shops() {
		for _, l := range []string{"1", "2"} {
			m := accepted(s.ID, market.ListingID(string(s.ID)+l))
			m.Exact = rapid.IntRange(0, 5).Draw(t, "exact") > 0
			m.Decision = rapid.SampledFrom([]market.Decision{market.Accept, market.Accept, market.Review, market.Reject}).Draw(t, "decision")
			ms = append(ms, m)
		}
	}
	return ms
}

// TestGapAntisymmetry holds that what we are to them they are to us.
func TestGapAntisymmetry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := money.New(rapid.Int64Range(1, 1<<50).Draw(t, "x"), "EUR")
		y := money.New(rapid.Int64Range(1, 1<<50).Draw(t, "y"), "EUR")
		gap := func(ours, theirs money.Amount) (money.Amount, market.Count) {
			s := standing(Options{}, []market.Match{accepted("ours", "o1"), accepted("a", "a1")}, seen("ours", "o1", ours), seen("a", "a1", theirs))
			return s.Rivals[0].Gap, s.Rank
		}
		there, rank := gap(x, y)
		back, rankBack := gap(y, x)
		if there.Micros() != -back.Micros() {
			t.Fatalf("gap %s one way, %s the other", there, back)
		}
		r, _ := rank.Get()
		q, _ := rankBack.Get()
		if x == y && (r != 1 || q != 1) || x != y && r+q != 3 {
			t.Fatalf("ranks %d and %d", r, q)
		}
	})
}
