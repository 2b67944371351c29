// Package match ties listings to our own products: by our article number, by GTIN, by brand and MPN, and
// by what a person decided. It is pure: products, offers and the matches so far in, new matches out.
package match

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"pricegap/market"
)

// The methods of a match. The strings are a contract.
const (
	Own      = "own"       // our shop's article number is the product's
	GTIN     = "gtin"      // one barcode number, check digit proved, not one for use inside a shop
	BrandMPN = "brand_mpn" // one brand and one number of the maker
	Explicit = "explicit"  // a person or a file says so
)

// The scores, in basis points: how likely both are the same product.
const (
	scoreOwn      = 10_000
	scoreBoth     = 9_999 // GTIN, and brand and MPN agree
	scoreGTIN     = 9_990
	scoreBrandMPN = 9_950
	scoreDoubt    = 6_000 // one of the two witnesses says otherwise
	scoreWeak     = 5_000 // the number could be anybody's, or is several products' of ours
)

// Find returns the matches that the offers add to the existing ones or change in them, by product and
// listing: what Index.Find says of each. own are our own shops.
func Find(products []market.Product, offers []market.Observation, existing []market.Match, own []market.SourceID, now time.Time) []market.Match {
	x := NewIndex(products, existing, own...)
	var out []market.Match
	for i := range offers {
		out = append(out, x.Find(&offers[i], now)...)
	}
	slices.SortFunc(out, func(a, b market.Match) int {
		return cmp.Or(cmp.Compare(a.Product, b.Product), cmp.Compare(a.Listing, b.Listing))
	})
	return out
}

// pair names a product and a listing.
type pair struct {
	product market.ProductID
	listing market.ListingID
}

// Index finds the products of offers. It learns from what it finds, so an offer that is asked again adds
// nothing. It is not safe for concurrent use.
type Index struct {
	products []market.Product
	numbers  []string // GTIN-14 of each product, "" where it has none that may be shared
	byID     map[market.ProductID]int
	byGTIN   map[string][]int
	byMPN    map[string][]int
	own      map[market.SourceID]bool
	pairs    map[pair]market.Match
	listings map[market.ListingID][]market.ProductID // every product ever paired with a listing
}

// NewIndex returns an index of our products and the matches so far; own are our own shops.
func NewIndex(products []market.Product, existing []market.Match, own ...market.SourceID) *Index {
	x := &Index{
		products: products,
		numbers:  make([]string, len(products)),
		byID:     make(map[market.ProductID]int, len(products)),
		byGTIN:   make(map[string][]int, len(products)),
		byMPN:    make(map[string][]int, len(products)),
		own:      make(map[market.SourceID]bool, len(own)),
		pairs:    make(map[pair]market.Match, len(existing)),
		listings: make(map[market.ListingID][]market.ProductID, len(existing)),
	}
	for _, s := range own {
		x.own[s] = true
	}
	for i := range products {
		p := &products[i]
		x.byID[p.ID] = i
		if g := number(p.GTIN); g != "" {
			x.numbers[i] = g
			x.byGTIN[g] = append(x.byGTIN[g], i)
		}
		if m := plain(p.MPN); m != "" && p.Brand.Known() {
			x.byMPN[m] = append(x.byMPN[m], i)
		}
	}
	for _, m := range existing {
		x.keep(m)
	}
	return x
}

// Load returns the index of what it is given, up to the first error.
func Load(products iter.Seq2[market.Product, error], existing iter.Seq2[market.Match, error], own ...market.SourceID) (*Index, error) {
	var ps []market.Product
	for p, err := range products {
		if err != nil {
			return nil, err
		}
		ps = append(ps, p)
	}
	var ms []market.Match
	for m, err := range existing {
		if err != nil {
			return nil, err
		}
		ms = append(ms, m)
	}
	return NewIndex(ps, ms, own...), nil
}

// Empty reports whether there is nothing that an offer could be tied to.
func (x *Index) Empty() bool { return len(x.products) == 0 && len(x.pairs) == 0 }

func (x *Index) keep(m market.Match) {
	k := pair{m.Product, m.Listing}
	if _, ok := x.pairs[k]; !ok {
		x.listings[m.Listing] = append(x.listings[m.Listing], m.Product)
	}
	x.pairs[k] = m
}

// decided reports whether a person or a file has the last word on m.
func decided(m market.Match) bool {
	return m.Method == Explicit || m.DecidedBy.Known() || m.Decision == market.Reject
}

// Find returns the matches of one offer that are new or say something else than before; now becomes their
// DecidedAt. A pair that a person, a file or a rejection has decided is never touched, and a listing that
// such a decision ties exactly to a product is tied to no other; what was found before for others goes back
// to the review list. A listing that now points at another product than the accepted one is for review.
func (x *Index) Find(o *market.Observation, now time.Time) []market.Match {
	var out []market.Match
	put := func(m market.Match) {
		m.Source, m.Listing, m.DecidedAt = o.Source, o.Listing, now
		old, known := x.pairs[pair{m.Product, m.Listing}]
		if known && (decided(old) || same(old, m)) {
			return
		}
		x.keep(m)
		out = append(out, m)
	}
	if by, ok := x.settled(o.Listing); ok {
		for _, id := range x.listings[o.Listing] {
			m := x.pairs[pair{id, o.Listing}]
			if id != by && m.Decision == market.Accept && m.Exact && !decided(m) {
				m.Decision, m.Why = market.Review, append(slices.Clone(m.Why), "it was decided that this is our "+string(by))
				put(m)
			}
		}
		return out
	}
	found := x.candidates(o)
	before := x.accepted(o.Listing)
	for _, m := range found {
		if before != "" && before != m.Product && m.Decision == market.Accept && m.Method != Own {
			m.Decision, m.ScoreBasisPoints = market.Review, scoreDoubt
			m.Why = append(m.Why, "the listing was matched to our "+string(before)+" before")
		}
		put(m)
	}
	return out
}

// settled returns the product that a listing is exactly and finally tied to.
func (x *Index) settled(l market.ListingID) (market.ProductID, bool) {
	for _, id := range x.listings[l] {
		if m := x.pairs[pair{id, l}]; m.Decision == market.Accept && m.Exact && decided(m) {
			return id, true
		}
	}
	return "", false
}

// accepted returns the product that a listing is tied to by an automatic match, or nothing.
func (x *Index) accepted(l market.ListingID) market.ProductID {
	for _, id := range x.listings[l] {
		if m := x.pairs[pair{id, l}]; m.Decision == market.Accept && m.Exact {
			return id
		}
	}
	return ""
}

// same reports whether two matches of one pair say the same.
func same(a, b market.Match) bool {
	return a.Exact == b.Exact && a.Method == b.Method && a.ScoreBasisPoints == b.ScoreBasisPoints &&
		a.Decision == b.Decision && slices.Equal(a.Why, b.Why)
}

// plain returns s as it is compared: compatibility forms resolved, lower case, letters and digits only.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKD.String(s))
}
