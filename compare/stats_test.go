package compare

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pricegap/market"
	"pricegap/market/money"
)

// plainStats is what Stats and LowestSince mean, hour by hour, for points that are seen on the hour.
func plainStats(points []market.Observation, from, to time.Time) (s Stats, lowest money.Amount) {
	var kept []market.Observation
	for _, p := range points {
		switch within := !p.SeenAt.Before(from) && p.SeenAt.Before(to); {
		case within && p.Trust.State != market.Trusted:
			s.Held++
		case p.SeenAt.Before(to) && p.Trust.State == market.Trusted && p.Offer.Price.Known():
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 || kept[len(kept)-1].SeenAt.Before(from) {
		return s, lowest
	}
	currency := kept[len(kept)-1].Offer.Price.Currency()
	kept = slices.DeleteFunc(kept, func(p market.Observation) bool { return p.Offer.Price.Currency() != currency })
	stood := map[money.Amount]time.Duration{}
	var at, first, steps int64
	var now, before money.Amount
	for h := kept[0].SeenAt; h.Before(to); h = h.Add(time.Hour) {
		seen := len(kept) > 0 && kept[0].SeenAt.Equal(h)
		if seen {
			now, kept = kept[0].Offer.Price, kept[1:]
		}
		if h.Before(from) {
			continue
		}
		if c, err := now.Cmp(lowest); err != nil || c < 0 {
			lowest = now
		}
		if seen {
			if s.Seen++; s.Seen == 1 {
				first = h.Unix()
			} else if now != before {
				s.Changes++
				step, _ := now.BasisPoints(before)
				steps += max(step, -step)
			}
			before, at = now, h.Unix()
			s.Last, s.LastAt = now, h
		}
		if s.Seen > 0 {
			stood[now] += time.Hour
		}
	}
	if s.Changes > 0 {
		s.Step = market.CountOf((2*steps + int64(s.Changes)) / int64(2*s.Changes))
	}
	if span := at - first; span > 0 {
		s.PerMonth = market.CountOf((2*int64(s.Changes)*100*30*86_400 + span) / (2 * span))
	}
	for price, d := range stood {
		s.Levels = append(s.Levels, Level{price, d})
	}
	return s, lowest
}

// TestStats holds the figures of any history against their plain meaning.
func TestStats(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var points []market.Observation
		at := noon
		for range rapid.IntRange(0, 12).Draw(t, "points") {
			at = at.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "hours")) * time.Hour)
			p := market.Observation{SeenAt: at, Trust: market.Trust{State: rapid.SampledFrom([]market.TrustState{market.Trusted, market.Trusted, market.Quarantined, market.Refused}).Draw(t, "trust")}}
			if rapid.IntRange(0, 5).Draw(t, "known") > 0 {
				p.Offer.Price = money.New(rapid.Int64Range(1, 4).Draw(t, "price")*1_500_000, rapid.SampledFrom([]money.Currency{"EUR", "EUR", "EUR", "USD"}).Draw(t, "currency"))
			}
			points = append(points, p)
		}
		from := noon.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "from")) * time.Hour)
		if len(points) > 0 && rapid.Bool().Draw(t, "from a point on") {
			from = rapid.SampledFrom(points).Draw(t, "point").SeenAt
		}
		to := from.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "for")) * time.Hour)
		want, lowest := plainStats(points, from, to)
		got := Summarise(points, from, to)
		for _, l := range want.Levels {
			if !slices.Contains(got.Levels, l) {
				t.Fatalf("levels %v, want %v among them", got.Levels, l)
			}
		}
		for i, l := range got.Levels[:max(len(got.Levels), 1)-1] {
			if l.For < got.Levels[i+1].For {
				t.Fatalf("levels %v are not longest first", got.Levels)
			}
		}
		if got.Seen != want.Seen || got.Changes != want.Changes || got.Held != want.Held || got.Last != want.Last || !got.LastAt.Equal(want.LastAt) ||
			got.Step != want.Step || got.PerMonth != want.PerMonth || len(got.Levels) != len(want.Levels) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		if low := LowestSince(points, from, to); low != lowest {
			t.Fatalf("lowest %v, want %v", low, lowest)
		}
	})
}

// TestNoStats holds that nothing becomes of nothing.
func TestNoStats(t *testing.T) {
	if s, low := Summarise(nil, time.Time{}, time.Time{}), LowestSince(nil, noon, time.Time{}); s.Step.Known() || s.PerMonth.Known() || low.Known() {
		t.Errorf("%+v, %v", s, low)
	}
	once := []market.Observation{{SeenAt: noon, Offer: market.Offer{Price: money.New(1, "EUR")}, Trust: market.Trust{State: market.Trusted}}}
	if s, low := Summarise(once, time.Time{}, time.Time{}), LowestSince(once, noon.Add(1), time.Time{}); s.Step.Known() || s.PerMonth.Known() || low.Known() {
		t.Errorf("seen once, before: %+v, %v", s, low)
	}
}
