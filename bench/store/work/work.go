// Package work makes the observations that those that keep price histories are measured with, and says what they must
// answer.
package work

import (
	"iter"
	"math/rand/v2"
	"strconv"
	"time"

	"pricegap/market"
)

const (
	// Competitors is how many shops there are.
	Competitors = 6
	// BatchSize is how many observations are acknowledged at once.
	BatchSize = 1000
	// Of 65,536 observations so many have another price, another availability and another text than the one before:
	// 3 %, 1 % and 0.1 %.
	priceChanges, stockChanges, textChanges = 1966, 655, 66
)

// epoch is when the first run begins.
var epoch = time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC)

// Work is what every contestant keeps: runs over all listings that six competitors have of so many products.
type Work struct {
	Name                   string
	Products, Series, Runs int
	// Every is the time from run to run, Pause that from page to page, each of which
	// comes late by up to half of it.
	Every, Pause time.Duration
}

// All are the works.
var All = []Work{
	{Name: "60 daily crawls", Products: 50_000, Series: 179_519, Runs: 60, Every: 24 * time.Hour, Pause: 1400 * time.Millisecond},
	{Name: "336 hourly crawls", Products: 8_900, Series: 32_000, Runs: 336, Every: time.Hour, Pause: 500 * time.Millisecond},
}

// Scaled is the work with fewer products, and as many runs.
func (w Work) Scaled(by float64) Work {
	w.Products = max(1, int(float64(w.Products)*by))
	w.Series = max(1, int(float64(w.Series)*by))
	return w
}

// Listing is what does not change of a series.
type Listing struct {
	ID      market.ListingID
	Product uint32
	place   uint32 // in the order in which its source is crawled
	source  uint8
}

// state is what does change: prices in cents; run is when something changed last.
type state struct {
	price, former, usual uint32
	run                  uint16
	text                 uint8
	out                  bool
}

// span is a batch of each run: the listings of a source from ≤ number < to.
type span struct {
	source   int
	from, to uint32
	last     bool // of its source
}

// Feed makes the observations of a work, always the same ones. Listings are numbered in the order of the first run, in
// which the sources take turns.
type Feed struct {
	Work
	Listings []Listing
	Rivals   [][]uint32 // numbers by product
	titles   []market.Text
	plan     []span
	now      []state
	next     int // the batch that comes next
}

// New makes the feed of a work, at its beginning.
func New(w Work) *Feed {
	f := &Feed{Work: w, Listings: make([]Listing, 0, w.Series), Rivals: make([][]uint32, w.Products), now: make([]state, w.Series)}
	for p := range w.Products {
		f.titles = append(f.titles, title(p))
	}
	sold := assortments(w)
	for place, more := 0, true; more; place += BatchSize {
		more = false
		for s, products := range sold {
			if place >= len(products) {
				continue
			}
			end := min(place+BatchSize, len(products))
			from := uint32(len(f.Listings))
			for i, p := range products[place:end] {
				f.Rivals[p] = append(f.Rivals[p], from+uint32(i))
				id := market.Identify(Source(s), "", market.Offer{SKU: sku(p, s)})
				f.Listings = append(f.Listings, Listing{ID: id, Product: p, place: uint32(place + i), source: uint8(s)})
			}
			f.plan = append(f.plan, span{s, from, uint32(len(f.Listings)), end == len(products)})
			more = true
		}
	}
	return f
}

// assortments is which products each competitor sells, in the order in which it is crawled.
func assortments(w Work) (sold [Competitors][]uint32) {
	rng := rand.New(rand.NewPCG(1, 2))
	left, pairs := w.Series, w.Products*Competitors
	for p := range w.Products { // exactly so many pairs, each with the same chance
		for s := range sold {
			if rng.IntN(pairs) < left {
				sold[s] = append(sold[s], uint32(p))
				left--
			}
			pairs--
		}
	}
	for _, products := range sold {
		rng.Shuffle(len(products), func(i, j int) { products[i], products[j] = products[j], products[i] })
	}
	return sold
}

// Source is the id of a competitor, counted from nought.
func Source(s int) market.SourceID { return market.SourceID("shop-" + strconv.Itoa(s+1)) }

// sku is the number that a shop has for a product: seven digits, in no order.
func sku(product uint32, source int) string {
	return strconv.FormatUint(1_000_000+(uint64(product)*2_654_435_761+uint64(source)*314_159)%9_000_000, 10)
}

// mix makes random bits of two numbers (the finaliser of SplitMix64).
func mix(a, b uint64) uint64 {
	z := a*0x9E3779B97F4A7C15 + b*0xD1B54A32D192ED03 + 0x2545F4914F6CDD1D
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// step takes the state of a listing from the run before to this one, and reports whether anything changed.
func (f *Feed) step(n uint32, run int, s *state) bool {
	h := mix(uint64(n), uint64(run))
	if run == 0 {
		l := f.Listings[n]
		usual := 500 + mix(uint64(l.Product), 1<<40)%30_000
		usual = usual * (90 + h%21) / 100
		*s = state{price: uint32(usual/10*10 + 9), out: h>>16%20 == 0}
		s.usual = s.price
		return true
	}
	changed := false
	if h&0xFFFF < priceChanges {
		was := s.price
		if s.former != 0 && h>>48%5 < 2 { // two of five changes take back the one before
			s.price = s.former
		} else {
			s.price = s.usual*uint32(75+h>>50%51)/100/10*10 + 9
		}
		if s.price == was {
			s.price += 10
		}
		s.former, changed = was, true
	}
	if h>>16&0xFFFF < stockChanges {
		s.out, changed = !s.out, true
	}
	if h>>32&0xFFFF < textChanges {
		s.text, changed = s.text+1, true
	}
	if changed {
		s.run = uint16(run)
	}
	return changed
}

// begins is the moment from which on the sources are crawled in a run, each somewhat later.
func (w Work) begins(run int) time.Time { return epoch.Add(time.Duration(run) * w.Every) }

// StartedAt is when a run of a source begins.
func (f *Feed) StartedAt(source, run int) time.Time {
	late := time.Duration(mix(uint64(source)+1<<41, uint64(run)) % uint64(f.Every/48))
	return f.begins(run).Add(late).Truncate(time.Second)
}

// seenAt is when a run sees a listing, in Unix seconds.
func (f *Feed) seenAt(n uint32, run int) int64 {
	l := f.Listings[n]
	jitter := time.Duration(mix(uint64(n)+1<<42, uint64(run)) % uint64(f.Pause/2))
	return f.StartedAt(int(l.source), run).Add(time.Duration(l.place)*f.Pause + jitter).Unix()
}

// Row is one observation. One that is another than the one before, or the first of its listing, has all of it in Obs.
type Row struct {
	Series uint32
	At     int64 // Unix seconds
	Price  int64 // micros
	Stock  market.Stock
	Text   string
	// Changed says that something is another than before, Texted that the text is.
	Changed, Texted bool
	Obs             market.Observation
}

// Batch is what is acknowledged at once: successive observations of a run of a source.
type Batch struct {
	Number, Run, Source int
	Rows                []Row
	// Opens says that it is the first of its run, Last that it is the last of its source in the run.
	Opens, Last bool
}

// Read fills b with the next batch.
func (f *Feed) Read(b *Batch) {
	run, sp := f.next/len(f.plan), f.plan[f.next%len(f.plan)]
	*b = Batch{Number: f.next, Run: run, Source: sp.source, Rows: b.Rows[:0], Opens: sp.from == 0, Last: sp.last}
	for n := sp.from; n < sp.to; n++ {
		s := &f.now[n]
		text := s.text
		r := Row{Series: n, At: f.seenAt(n, run), Changed: f.step(n, run, s)}
		r.Price, r.Stock, r.Text, r.Texted = s.micros(), s.stock(), f.text(n, *s).Plain(), run == 0 || s.text != text
		if r.Changed {
			r.Obs = f.observation(n, *s, run)
		}
		b.Rows = append(b.Rows, r)
	}
	f.next++
}

// Skip passes over so many batches.
func (f *Feed) Skip(batches int) {
	for range batches {
		run, sp := f.next/len(f.plan), f.plan[f.next%len(f.plan)]
		for n := sp.from; n < sp.to; n++ {
			f.step(n, run, &f.now[n])
		}
		f.next++
	}
}

// Numbers yields the numbers of all listings.
func (f *Feed) Numbers() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for n := range uint32(len(f.Listings)) {
			if !yield(n) {
				return
			}
		}
	}
}
