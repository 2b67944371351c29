package work

import (
	"iter"
	"sort"

	"pricegap/market"
)

// Point is an observation as far as it is compared. Who answers by names of its own sets Listing in place of Series.
type Point struct {
	Series  uint32
	Listing market.ListingID
	At      int64 // Unix seconds
	Price   int64 // micros
	Stock   market.Stock
	Text    string
}

// Truth says what a contestant that has kept so many batches must answer.
type Truth struct {
	*Feed
	// Batches is how many are kept.
	Batches int
}

// runsOf is how many runs of a listing are kept.
func (t Truth) runsOf(n uint32) int {
	full, rest := t.Batches/len(t.plan), t.Batches%len(t.plan)
	if sort.Search(len(t.plan), func(i int) bool { return t.plan[i].to > n }) < rest {
		full++
	}
	return full
}

// LastRun is the last run of which anything is kept.
func (t Truth) LastRun() int { return (t.Batches - 1) / len(t.plan) }

// Observations is how many are kept.
func (t Truth) Observations() int {
	kept := t.Batches / len(t.plan) * t.Series
	if rest := t.Batches % len(t.plan); rest > 0 {
		kept += int(t.plan[rest-1].to)
	}
	return kept
}

// states yields the state of a listing in each run, and whether it changed.
func (t Truth) states(n uint32) iter.Seq2[state, bool] {
	return func(yield func(state, bool) bool) {
		var s state
		for run := range t.runsOf(n) {
			if changed := t.step(n, run, &s); !yield(s, changed) {
				return
			}
		}
	}
}

// History is all points of a listing.
func (t Truth) History(n uint32) []Point {
	var out []Point
	for s := range t.states(n) {
		out = append(out, Point{Series: n, At: t.seenAt(n, len(out)), Price: s.micros(), Stock: s.stock(), Text: t.text(n, s).Plain()})
	}
	return out
}

// Last is the newest point of a listing until that second, 0 for now, without its text; the zero Point where there is none.
func (t Truth) Last(n uint32, until int64) (p Point) {
	run := 0
	for s := range t.states(n) {
		at := t.seenAt(n, run)
		if until != 0 && at > until {
			break
		}
		p = Point{Series: n, At: at, Price: s.micros(), Stock: s.stock()}
		run++
	}
	return p
}

// Moved is the point of a listing in the last run where it is another than the one before, in price and stock or, with
// texts, in its text; else the zero Point.
func (t Truth) Moved(n uint32, texts bool) Point {
	if t.runsOf(n) <= t.LastRun() {
		return Point{}
	}
	var before, now state
	for s := range t.states(n) {
		before, now = now, s
	}
	if t.LastRun() > 0 && before.price == now.price && before.out == now.out && (!texts || before.text == now.text) {
		return Point{}
	}
	return Point{Series: n, At: t.seenAt(n, t.LastRun()), Price: now.micros(), Stock: now.stock()}
}

// Since is when the last run begins.
func (t Truth) Since() int64 { return t.begins(t.LastRun()).Unix() }

// Middle is a moment in the midst of a run in the midst of all.
func (t Truth) Middle() int64 { return t.begins((t.LastRun() + 1) / 2).Add(t.Every / 4).Unix() }

// Offers yields all observations of a listing whole, as a store must give them back.
func (t Truth) Offers(n uint32) iter.Seq[market.Observation] {
	return func(yield func(market.Observation) bool) {
		var last state // with the last change: an observation that repeats it differs in its time and run alone
		run := 0
		for s, changed := range t.states(n) {
			if changed {
				last = s
			}
			if !yield(t.observation(n, last, run)) {
				return
			}
			run++
		}
	}
}

// Left reports whether a batch of the work is left to be read.
func (f *Feed) Left() bool { return f.next < f.Runs*len(f.plan) }

// Kept is the truth for who kept all that was read.
func (f *Feed) Kept() Truth { return Truth{f, f.next} }

// Pick chooses a number below n, the i-th of some that are spread evenly.
func Pick(i uint64, n int) uint32 { return uint32(mix(i, 1<<46) % uint64(n)) }
