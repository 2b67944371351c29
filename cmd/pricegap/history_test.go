package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/watch"
)

// shelved answers for one product from a history in memory, and notes how much of it was read.
type shelved struct {
	watch.Asker
	series []watch.Series
	read   int
}

func (s *shelved) History(_ context.Context, _ market.ProductID, from, to time.Time) (out []watch.Series, err error) {
	for _, x := range s.series {
		x.Points = slices.DeleteFunc(slices.Clone(x.Points), func(o market.Observation) bool {
			return o.SeenAt.Before(from) || !to.IsZero() && !o.SeenAt.Before(to)
		})
		s.read += len(x.Points)
		out = append(out, x)
	}
	return out, nil
}

// TestHistoryReadsWhatIsAsked: the figures of the last days do not need all that ever was, and yet what stood when they began counts,
// however long before it was seen last with a price that is trusted.
func TestHistoryReadsWhatIsAsked(t *testing.T) {
	now := time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	seen := func(daysAgo int, cents int64, state market.TrustState) market.Observation {
		o := market.Observation{SeenAt: now.AddDate(0, 0, -daysAgo), Trust: market.Trust{State: state}}
		if cents > 0 {
			o.Offer.Price = money.New(cents*10_000, "EUR")
		}
		return o
	}
	every := func(from, to int, cents int64) (out []market.Observation) {
		for d := from; d >= to; d-- {
			out = append(out, seen(d, cents, market.Trusted))
		}
		return out
	}
	for name, tt := range map[string]struct {
		points []market.Observation
		most   int // how many are read
		lowest money.Amount
	}{
		"seen every day": {every(2000, 0, 500), 70, money.New(5_000_000, "EUR")},
		"cheaper before": {append(every(2000, 40, 300), every(39, 0, 500)...), 70, money.New(5_000_000, "EUR")},
		"held for long": {
			append(append(every(2000, 200, 300), seen(199, 100, market.Quarantined), seen(100, 0, market.Trusted)), every(5, 0, 500)...), 700, money.New(3_000_000, "EUR"),
		},
		"young":            {every(5, 0, 500), 6, money.New(5_000_000, "EUR")},
		"not seen of late": {every(2000, 40, 300), 0, money.Amount{}},
	} {
		t.Run(name, func(t *testing.T) {
			svc := &shelved{series: []watch.Series{{Source: "them", Match: market.Match{Listing: "them/1"}, Points: tt.points}}}
			a := &app{clock: func() time.Time { return now }}
			told, err := a.told(t.Context(), svc, "1", now.AddDate(0, 0, -1), time.Time{}, 30)
			if err != nil || len(told) != 1 || told[0].LowestRecent != tt.lowest || svc.read > tt.most {
				t.Errorf("%+v, %v: %d were read, want %s and at most %d", told, err, svc.read, tt.lowest, tt.most)
			}
			for _, s := range told {
				if slices.ContainsFunc(s.Points, func(o market.Observation) bool { return o.SeenAt.Before(now.AddDate(0, 0, -1)) }) {
					t.Errorf("points from before: %v", s.Points)
				}
			}
		})
	}
}
