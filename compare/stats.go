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
	// PerMonth is how often the price changes, in hundredths of changes in 30 days, from the first observation with a price to the
	// last; unknown within an hour.
	PerMonth market.Count `json:"changes_per_30_days_hundredths,omitzero"`
	// Step is how far it moves: the mean step from one price to the next, up or down, in basis points of the price before;
	// unknown where it never changed.
	Step market.Count `json:"step_basis_points,omitzero"`
	// Levels are the prices by how long each stood, longest first; a price stands until another is seen,
	// the last one until the end of the time.
	Levels []Level `json:"levels,omitzero"`
}

// Summarise returns the figures of points, which are in order of time, for from ≤ SeenAt < to. Only trusted
// prices in the currency of the newest one count. A zero from or to is the first or last point.
func Summarise(points []market.Observation, from, to time.Time) Stats {
	var s Stats
	kept, held := priced(points, from, to)
	s.Held = held
	if len(kept) == 0 {
		return s
	}
	last := kept[len(kept)-1]
	s.Last, s.LastAt = last.Offer.Price, last.SeenAt
	stood := map[money.Amount]time.Duration{}
	var current money.Amount
	var since, first time.Time
	var steps int64
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
			if step, err := price.BasisPoints(current); err == nil {
				steps += max(step, -step)
			}
		} else {
			first = p.SeenAt
		}
		current, since = price, p.SeenAt
	}
	if s.Changes > 0 {
		s.Step = market.CountOf(rounded(steps, int64(s.Changes)))
	}
	if over := s.LastAt.Sub(first); over >= time.Hour {
		s.PerMonth = market.CountOf(rounded(int64(s.Changes)*100*int64(month/time.Second), int64(over/time.Second)))
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

// priced returns the points of from ≤ SeenAt < to that are trusted and have a price, and how many are not trusted.
func priced(points []market.Observation, from, to time.Time) (kept []market.Observation, held int) {
	for _, p := range points {
		switch {
		case p.SeenAt.Before(from), !to.IsZero() && !p.SeenAt.Before(to):
		case p.Trust.State != market.Trusted:
			held++
		case p.Offer.Price.Known():
			kept = append(kept, p)
		}
	}
	return kept, held
}

// Usual returns the price that stood longest, and for what share of the time in basis points; unknown where no price stood for
// any time.
func (s Stats) Usual() (money.Amount, market.Count) {
	var all int64
	for _, l := range s.Levels {
		all += int64(l.For / time.Second)
	}
	if all == 0 {
		return money.Amount{}, market.Count{}
	}
	return s.Levels[0].Price, market.CountOf(rounded(int64(s.Levels[0].For/time.Second)*10_000, all))
}

// month is the time over which changes are counted.
const month = 30 * 24 * time.Hour

// rounded is a/b, both above nought, rounded half up.
func rounded(a, b int64) int64 { return (a + b/2) / b }

// LowestSince returns the lowest price that stood at any moment of since ≤ t < to, of points that are in order of time; a zero to is
// open. A price stands until another is seen, so the one from before since counts, too. Only trusted prices in the currency of
// the newest one count. It is unknown where none was seen in that time: what stood then, nobody knows.
func LowestSince(points []market.Observation, since, to time.Time) money.Amount {
	var lowest money.Amount
	for _, p := range slices.Backward(points) {
		price := p.Offer.Price
		if !to.IsZero() && !p.SeenAt.Before(to) || p.Trust.State != market.Trusted || !price.Known() {
			continue
		}
		if !lowest.Known() {
			if p.SeenAt.Before(since) {
				break
			}
			lowest = price
		}
		c, err := price.Cmp(lowest)
		if err != nil {
			continue // in another currency
		}
		if c < 0 {
			lowest = price
		}
		if !p.SeenAt.After(since) {
			break // what stood before it had ended
		}
	}
	return lowest
}
