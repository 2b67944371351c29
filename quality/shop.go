package quality

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pricegap/market"
)

// The kinds of oddities of a whole shop. The strings are a contract.
const (
	OddMoved    = "moved"      // many prices moved by one factor, or to another currency
	OddLost     = "lost_price" // many pages show no price any more
	OddListings = "listings"   // many pages show another article than before
	OddField    = "field"      // a field is missing on more pages than usual
	OddPlace    = "place"      // the price stands at another place, or another reader finds it
	OddSame     = "same_page"  // many addresses bring the same page
)

// When a shop is odd.
const (
	oddOffers     = 10 // offers that move alike, and pages below which coverage says nothing
	oddMoved      = 20 // percent of the offers, that move alike
	oddLost       = 30 // percent of the pages, without their price or with another article
	oddLostLeast  = 5  // pages
	oddFieldShare = 5  // points of coverage
	oddPlace      = 20 // percent of the prices, at a place never seen before
	oddSamePages  = 5  // addresses
	// alikeBasisPoints is how far two factors may lie apart and still be one.
	alikeBasisPoints = 40
	// goodRuns is how many runs Usual remembers.
	goodRuns = 7
	// maxFactors, maxPlaces and maxBodies bound what a Tally holds.
	maxFactors, maxPlaces, maxBodies = 4096, 32, 16
)

// watched are the fields that a template gives to all its pages. A reference price, a stock count and the like come and go.
var watched = []market.Field{
	market.FieldName, market.FieldBrand, market.FieldSKU, market.FieldGTIN, market.FieldMPN, market.FieldCategory, market.FieldCurrency,
	market.FieldVAT, market.FieldAvailability, market.FieldShipping, market.FieldDelivery, market.FieldSeller, market.FieldCondition,
	market.FieldWarranty, market.FieldReturns, market.FieldImage,
}

// fieldCents is counted like a field: a price with cents.
const fieldCents market.Field = "cents"

// other is the place of prices whose own is not remembered.
const other = "other"

// Coverage is what one run found on the pages of products that it read: how many, how many had each field, and at which
// places their prices stood.
type Coverage struct {
	Run    market.RunID         `json:"run"`
	Pages  int                  `json:"pages"`
	Fields map[market.Field]int `json:"fields"`
	Places map[string]int       `json:"places"`
	// Same is how many addresses brought the page that came most often.
	Same int `json:"same,omitzero"`
}

// Usual is what is usual of a shop, kept from run to run.
type Usual struct {
	// Runs are the newest good runs that read enough pages, oldest first.
	Runs []Coverage `json:"runs"`
	// Odd is what is odd since a run in which the shop changed, until it is as before or a person says that it is as it
	// should be.
	Odd []market.Oddity `json:"odd,omitzero"`
}

// Key is under which key the Usual of a source is kept.
func Key(source market.SourceID) string { return "quality/usual/" + string(source) }

// Tally sums up what one run sees of a shop. The zero Tally is empty; it holds a bounded number of counts however large the
// shop is.
type Tally struct {
	Coverage
	factors map[int64]int  // price now in basis points of the price before → offers; 0 for another currency
	bodies  map[uint64]int // page → addresses, the most frequent ones
	paged   int            // pages of known listings
	lost    int            // of which without a price
	swapped int            // of which with other articles
}

// Move counts an offer whose price is another than the trusted one before, which is zero where there is none.
func (t *Tally) Move(before, o market.Offer) {
	if !before.Price.Known() || !o.Price.Known() || o.Price == before.Price {
		return
	}
	if t.factors == nil {
		t.factors = map[int64]int{}
	}
	share, err := o.Price.Share(before.Price)
	if err != nil {
		share = 0
	}
	if _, ok := t.factors[share]; ok || len(t.factors) < maxFactors {
		t.factors[share]++
	}
}

// See counts what stands on a page of a product, or in an item of a list as data: what its template gives.
func (t *Tally) See(o market.Offer) {
	if t.Fields == nil {
		t.Fields, t.Places = map[market.Field]int{}, map[string]int{}
	}
	t.Pages++
	for _, f := range watched {
		if _, ok := o.Evidence[f]; ok {
			t.Fields[f]++
		}
	}
	if o.Price.Micros()%1_000_000 != 0 {
		t.Fields[fieldCents]++
	}
	e := o.Evidence[market.FieldPrice]
	place := e.Reader + " " + plain(e.Where)
	if _, ok := t.Places[place]; !ok && len(t.Places) >= maxPlaces {
		place = other
	}
	t.Places[place]++
}

// plain is a place without the numbers in it, which differ from page to page.
func plain(where string) string {
	where = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, where)
	return strings.ToValidUTF8(where[:min(len(where), 100)], "")
}

// Page counts a page of a product that was read, by its hash: whether it was known to show articles with a price, whether
// it shows any of them still, and whether it shows a price at all.
func (t *Tally) Page(body uint64, known, same, priced bool) {
	if t.bodies == nil {
		t.bodies = map[uint64]int{}
	}
	if _, ok := t.bodies[body]; !ok && len(t.bodies) >= maxBodies { // Misra and Gries, 1982: the frequent ones stay
		for b := range t.bodies {
			if t.bodies[b]--; t.bodies[b] == 0 {
				delete(t.bodies, b)
			}
		}
	} else {
		t.bodies[body]++
		t.Same = max(t.Same, t.bodies[body])
	}
	if !known {
		return
	}
	switch t.paged++; {
	case !priced:
		t.lost++
	case !same:
		t.swapped++
	}
}

// Odd says what is odd of a shop of which a run saw so many offers, unchanged ones among them and held ones among those;
// nil for nothing. What was odd before stays so while too little was read to know better, or, where prices moved, more than
// a fifth is held.
func (t *Tally) Odd(u Usual, offers, held int) []market.Oddity {
	var out []market.Oddity
	add := func(kind, what string, n, of int, usual int) {
		if of > 0 {
			out = append(out, market.Oddity{Kind: kind, What: what, Offers: n, Of: of, UsualPercent: usual})
		}
	}
	if n, what := t.alike(); n >= oddOffers && n*100 > oddMoved*offers {
		add(OddMoved, what, n, offers, 0)
	}
	if seen := offers + t.lost; t.lost >= oddLostLeast && t.lost*100 > oddLost*seen {
		add(OddLost, "", t.lost, seen, 0)
	}
	if t.swapped >= oddLostLeast && t.swapped*100 > oddLost*max(offers, t.paged) {
		add(OddListings, "", t.swapped, max(offers, t.paged), 0)
	}
	if t.Same >= oddSamePages && t.Same > 2*u.same() {
		add(OddSame, "", t.Same, max(offers, t.Same), 0)
	}
	if t.Pages >= oddOffers && len(u.Runs) > 0 && !u.few() {
		for _, f := range append(slices.Clone(watched), fieldCents) {
			if usual := u.share(f); t.below(f, usual) {
				add(OddField, string(f), t.Fields[f], t.Pages, usual/100)
			}
		}
		if n, where := t.elsewhere(u); n >= oddLostLeast && n*100 > oddPlace*t.Pages {
			add(OddPlace, where, n, t.Pages, 0)
		}
		if where := t.left(u); where != "" && t.Pages*2 > offers {
			add(OddPlace, where, 0, t.Pages, oddPlace)
		}
	}
	few := t.Pages < oddOffers && t.Pages*2 < offers
	moved := slices.ContainsFunc(u.Odd, func(o market.Oddity) bool { return o.Kind == OddMoved })
	if out == nil && len(u.Odd) > 0 && (few || moved && held*100 > oddMoved*offers) {
		return u.Odd
	}
	return out
}

// alike returns how many offers moved by one factor, and which: "121 %" of the price before.
func (t *Tally) alike() (n int, what string) {
	shares := slices.Sorted(maps.Keys(t.factors))
	first, sum := 0, 0
	for _, s := range shares {
		if s == 0 {
			if n = t.factors[0]; n > 0 {
				what = "currency"
			}
			first = 1
			continue
		}
		for sum += t.factors[s]; (s-shares[first])*10_000 > s*alikeBasisPoints; first++ {
			sum -= t.factors[shares[first]]
		}
		if sum > n {
			n, what = sum, fmt.Sprintf("%d.%02d %%", s/100, s%100)
		}
	}
	return n, what
}

// share is the median of what share of the pages has a field, in basis points.
func (u Usual) share(f market.Field) int {
	var all []int64
	for _, r := range u.Runs {
		all = append(all, int64(r.Fields[f])*10_000/int64(max(r.Pages, 1)))
	}
	return int(median(all))
}

// same is how many addresses of the shop bring one page as it is: a product may have several.
func (u Usual) same() (n int) {
	for _, r := range u.Runs {
		n = max(n, r.Same)
	}
	return n
}

// below reports whether a field is on fewer pages than usual: by more than oddFieldShare points, and by more than chance
// allows, which is three standard deviations and three pages.
func (t *Tally) below(f market.Field, usual int) bool {
	missing := usual*t.Pages/10_000 - t.Fields[f]
	variance := t.Pages * usual / 100 * (10_000 - usual) / 1_000_000
	return missing*100 > oddFieldShare*t.Pages && missing > 3 && (missing-3)*(missing-3) > 9*variance
}

// elsewhere returns how many prices stand at a place where none stood in any of the runs, and the first of those places.
// Where places are another at every load, none is a new one.
func (t *Tally) elsewhere(u Usual) (n int, where string) {
	known := map[string]bool{other: true}
	for _, r := range u.Runs {
		if r.Places[other]*100 > oddPlace*r.Pages {
			return 0, ""
		}
		for p := range r.Places {
			known[p] = true
		}
	}
	for _, p := range slices.Sorted(maps.Keys(t.Places)) {
		if !known[p] {
			n += t.Places[p]
			where = cmp.Or(where, p)
		}
	}
	return n, where
}

// left returns a place at which many prices stood in all runs, and none does now.
func (t *Tally) left(u Usual) string {
	for _, p := range slices.Sorted(maps.Keys(u.Runs[0].Places)) {
		always := !slices.ContainsFunc(u.Runs, func(r Coverage) bool { return r.Places[p]*100 <= oddPlace*r.Pages })
		if p != other && always && t.Places[p] == 0 {
			return p
		}
	}
	return ""
}

// few reports whether what is usual comes from too few pages to say anything of a field or a place.
func (u Usual) few() bool { return len(u.Runs) == 1 && u.Runs[0].Pages < oddOffers }

// Next returns what is usual after a run, and whether that is another Usual. An odd run changes nothing of what is usual,
// nor does one that read few pages, unless it is the first: that one stands until a run reads more.
func (u Usual) Next(t *Tally, run market.RunID, odd []market.Oddity) (next Usual, changed bool) {
	next = Usual{Runs: u.Runs, Odd: odd}
	if len(odd) == 0 && (t.Pages >= oddOffers || t.Pages > 0 && len(u.Runs) == 0) {
		c := t.Coverage
		c.Run = run
		if next.Runs = slices.Clone(u.Runs); u.few() {
			next.Runs = nil
		}
		next.Runs = append(next.Runs, c)
		next.Runs = next.Runs[max(0, len(next.Runs)-goodRuns):]
		changed = true
	}
	return next, changed || !slices.Equal(odd, u.Odd)
}

// Words says an oddity for people.
func Words(o market.Oddity) string {
	n := fmt.Sprintf("%d of %d", o.Offers, o.Of)
	switch o.Kind {
	case OddMoved:
		if o.What == "currency" {
			return n + " prices are in another currency"
		}
		return n + " prices are " + o.What + " of what they were"
	case OddLost:
		return n + " pages show no price any more"
	case OddListings:
		return n + " pages show other articles than before"
	case OddSame:
		return n + " addresses bring the same page"
	case OddField:
		return fmt.Sprintf("%s stands on %s pages, usually on %d %%", o.What, n, o.UsualPercent)
	case OddPlace:
		if o.Offers == 0 {
			return fmt.Sprintf("no price of %d stands at %s, where they usually do", o.Of, o.What)
		}
		return fmt.Sprintf("%s prices stand at a new place: %s", n, o.What)
	}
	return o.Kind + " " + n
}
