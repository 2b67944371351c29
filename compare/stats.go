package compare

import (
	"cmp"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

// Level is a price and how long it stood.
type Level struct {
	Price money.Amount  `json:"price"`
	For   time.Duration `json:"for"`
}

// Stats are the figures of one listing's price over a time.
type Stats struct {
	// Lowest, Highest and Last are prices of trusted observations; unknown where there was none.
	Lowest  money.Amount `json:"lowest,omitzero"`
	Highest money.Amount `json:"highest,omitzero"`
	Last    money.Amount `json:"last,omitzero"`
	// LowestAt and HighestAt are when these were first seen, LastAt when Last was last seen.
	LowestAt  time.Time `json:"lowest_at,omitzero"`
	HighestAt time.Time `json:"highest_at,omitzero"`
	LastAt    time.Time `json:"last_at,omitzero"`
	// Seen counts the observations with a price, Changes the steps from one price to another, Held the
	// observations that were not trusted.
	Seen    int `json:"seen"`
	Changes int `json:"changes"`
	Held    int `json:"held,omitzero"`
	// Levels are the prices by how long each stood, longest first; a price stands until another is seen,
	// the last one until the end of the time.
	Levels []Level `json:"levels,omitzero"`
}

// Summarise returns the figures of points, which are in order of time, for from ≤ SeenAt < to. Only trusted
// prices in the currency of the newest one count. A zero from or to is the first or last point.
func Summarise(points []market.Observation, from, to time.Time) Stats {
	var s Stats
	var kept []market.Observation
	for _, p := range points {
		if p.SeenAt.Before(from) || !to.IsZero() && !p.SeenAt.Before(to) {
			continue
		}
		if p.Trust.State != market.Trusted {
			s.Held++
		} else if p.Offer.Price.Known() {
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 {
		return s
	}
	last := kept[len(kept)-1]
	s.Last, s.LastAt = last.Offer.Price, last.SeenAt
	stood := map[money.Amount]time.Duration{}
	var current money.Amount
	var since time.Time
	for _, p := range kept {
		price := p.Offer.Price
		if price.Currency() != s.Last.Currency() {
			continue
		}
		s.Seen++
		if c, err := price.Cmp(s.Lowest); err != nil || c < 0 {
			s.Lowest, s.LowestAt = price, p.SeenAt
		}
		if c, err := price.Cmp(s.Highest); err != nil || c > 0 {
			s.Highest, s.HighestAt = price, p.SeenAt
		}
		if price == current {
			continue
		}
		if current.Known() {
			s.Changes++
			stood[current] += p.SeenAt.Sub(since)
		}
		current, since = price, p.SeenAt
	}
	end := to
	if end.IsZero() {
		end = s.LastAt
	}
	stood[current] += end.Sub(since)
	for price, d := range stood {
		s.Levels = append(s.Levels, Level{price, d})
	}
	slices.SortFunc(s.Levels, func(x, y Level) int {
		return cmp.Or(cmp.Compare(y.For, x.For), cmp.Compare(x.Price.Micros(), y.Price.Micros()))
	})
	return s
}
