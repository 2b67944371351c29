package main

import (
	"iter"
	"math/rand/v2"
	"strconv"
	"time"

	"pricegap/market"
)

const (
	competitors = 6
	// batchSize is how many observations are acknowledged at once.
	batchSize = 1000
	// Of 65,536 observations so many have another price, another availability and another text than the one before:
	// 3 %, 1 % and 0.1 %.
	priceChanges, stockChanges, textChanges = 1966, 655, 66
)

// epoch is when the first run begins.
var epoch = time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC)

// work is what every contestant keeps: runs over all listings that six competitors have of so many products.
type work struct {
	name                   string
	products, series, runs int
	// every is the time from run to run, pause that from page to page, within which each comes at a time of its own.
	every, pause time.Duration
}

var works = []work{
	{name: "60 daily crawls", products: 50_000, series: 179_519, runs: 60, every: 24 * time.Hour, pause: 1500 * time.Millisecond},
	{name: "336 hourly crawls", products: 8_900, series: 32_000, runs: 336, every: time.Hour, pause: 500 * time.Millisecond},
}

// scaled is the work with fewer products, and as many runs.
func (w work) scaled(by float64) work {
	w.products = max(1, int(float64(w.products)*by))
	w.series = max(1, int(float64(w.series)*by))
	return w
}

// listing is what does not change of a series.
type listing struct {
	id             market.ListingID
	product, place uint32 // place in the order in which its source is crawled
	source         uint8
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

// feed makes the observations of a work, always the same ones. Listings are numbered in the order of the first run, in
// which the sources take turns.
type feed struct {
	work
	listings []listing
	rivals   [][]uint32 // numbers by product
	titles   []market.Text
	plan     []span
	now      []state
	next     int // the batch that comes next
}

func newFeed(w work) *feed {
	f := &feed{work: w, listings: make([]listing, 0, w.series), rivals: make([][]uint32, w.products), now: make([]state, w.series)}
	for p := range w.products {
		f.titles = append(f.titles, title(p))
	}
	sold := assortments(w)
	for place, more := 0, true; more; place += batchSize {
		more = false
		for s, products := range sold {
			if place >= len(products) {
				continue
			}
			end := min(place+batchSize, len(products))
			from := uint32(len(f.listings))
			for i, p := range products[place:end] {
				f.rivals[p] = append(f.rivals[p], from+uint32(i))
				id := market.Identify(sourceID(s), "", market.Offer{SKU: sku(p, s)})
				f.listings = append(f.listings, listing{id: id, product: p, place: uint32(place + i), source: uint8(s)})
			}
			f.plan = append(f.plan, span{s, from, uint32(len(f.listings)), end == len(products)})
			more = true
		}
	}
	return f
}

// assortments is which products each competitor sells, in the order in which it is crawled.
func assortments(w work) (sold [competitors][]uint32) {
	rng := rand.New(rand.NewPCG(1, 2))
	left, pairs := w.series, w.products*competitors
	for p := range w.products { // exactly so many pairs, each with the same chance
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

func sourceID(s int) market.SourceID { return market.SourceID("shop-" + strconv.Itoa(s+1)) }

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
func (f *feed) step(n uint32, run int, s *state) bool {
	h := mix(uint64(n), uint64(run))
	if run == 0 {
		l := f.listings[n]
		usual := 500 + mix(uint64(l.product), 1<<40)%30_000
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
func (w work) begins(run int) time.Time { return epoch.Add(time.Duration(run) * w.every) }

// startedAt is when a run of a source begins.
func (f *feed) startedAt(source, run int) time.Time {
	late := time.Duration(mix(uint64(source)+1<<41, uint64(run)) % uint64(f.every/48))
	return f.begins(run).Add(late).Truncate(time.Second)
}

// seenAt is when a run sees a listing, in Unix seconds.
func (f *feed) seenAt(n uint32, run int) int64 {
	l := f.listings[n]
	jitter := time.Duration(mix(uint64(n)+1<<42, uint64(run)) % uint64(f.pause))
	return f.startedAt(int(l.source), run).Add(time.Duration(l.place)*f.pause + jitter).Unix()
}

// row is one observation. One that is another than the one before, or the first of its listing, has all of it in obs.
type row struct {
	series uint32
	at     int64 // Unix seconds
	price  int64 // micros
	stock  market.Stock
	text   string
	// changed says that something is another than before, texted that the text is.
	changed, texted bool
	obs             market.Observation
}

// batch is what is acknowledged at once: successive observations of a run of a source.
type batch struct {
	number, run, source int
	rows                []row
	// opens says that it is the first of its run, last that it is the last of its source in the run.
	opens, last bool
}

// read fills b with the next batch.
func (f *feed) read(b *batch) {
	run, sp := f.next/len(f.plan), f.plan[f.next%len(f.plan)]
	*b = batch{number: f.next, run: run, source: sp.source, rows: b.rows[:0], opens: sp.from == 0, last: sp.last}
	for n := sp.from; n < sp.to; n++ {
		s := &f.now[n]
		text := s.text
		r := row{series: n, at: f.seenAt(n, run), changed: f.step(n, run, s)}
		r.price, r.stock, r.text, r.texted = s.micros(), s.stock(), f.text(n, *s).Plain(), run == 0 || s.text != text
		if r.changed {
			r.obs = f.observation(n, *s, run)
		}
		b.rows = append(b.rows, r)
	}
	f.next++
}

// skip passes over so many batches.
func (f *feed) skip(batches int) {
	for range batches {
		run, sp := f.next/len(f.plan), f.plan[f.next%len(f.plan)]
		for n := sp.from; n < sp.to; n++ {
			f.step(n, run, &f.now[n])
		}
		f.next++
	}
}

// numbers yields the numbers of all listings.
func (f *feed) numbers() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for n := range uint32(len(f.listings)) {
			if !yield(n) {
				return
			}
		}
	}
}
