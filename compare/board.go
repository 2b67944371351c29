package compare

import (
	"cmp"
	"slices"
	"time"

	"pricegap/market"
)

// defaultTooOld is Options.TooOld where none is given.
const defaultTooOld = 7 * 24 * time.Hour

// Board holds what is known at one moment and gives the standing of any product at it. Fill it with See,
// then ask for standings; asking is safe for concurrent use once nothing is added any more.
type Board struct {
	at       time.Time
	opts     Options
	shops    []Shop
	index    map[market.SourceID]int // place in shops
	byID     map[market.ListingID]*listing
	products map[market.ProductID][]link
}

// listing is what the board knows of one listing: the newest trusted observation and a newer one that is held.
type listing struct {
	seen, held market.Observation
}

// link is one accepted match of a product.
type link struct {
	match market.Match
	shop  int
	of    *listing
}

// NewBoard returns a board for that moment with the accepted ones among the matches; the others tie
// nothing. A match with a source that is not among the shops is left out.
func NewBoard(shops []Shop, matches []market.Match, at time.Time, o Options) *Board {
	if o.Basis == "" {
		o.Basis = Shelf
	}
	if o.TooOld <= 0 {
		o.TooOld = defaultTooOld
	}
	if o.Condition == "" {
		o.Condition = market.ConditionNew
	}
	b := &Board{
		at: at, opts: o, shops: shops,
		index:    make(map[market.SourceID]int, len(shops)),
		byID:     make(map[market.ListingID]*listing, len(matches)),
		products: make(map[market.ProductID][]link, len(matches)),
	}
	for i, s := range shops {
		b.index[s.ID] = i
	}
	for _, m := range matches {
		shop, ok := b.index[m.Source]
		if m.Decision != market.Accept || !ok {
			continue
		}
		l := b.byID[m.Listing]
		if l == nil {
			l = new(listing)
			b.byID[m.Listing] = l
		}
		b.products[m.Product] = append(b.products[m.Product], link{m, shop, l})
	}
	for _, ls := range b.products {
		slices.SortFunc(ls, func(x, y link) int {
			return cmp.Or(cmp.Compare(x.shop, y.shop), cmp.Compare(x.match.Listing, y.match.Listing))
		})
	}
	return b
}

// See tells the board of an observation, in any order. Of each listing the newest trusted one counts, and
// the newest quarantined one is shown as held where it is newer than that. What was seen after the board's
// moment, and listings that no accepted match ties to a product, are passed over.
func (b *Board) See(o market.Observation) {
	l := b.byID[o.Listing]
	if l == nil || o.SeenAt.After(b.at) {
		return
	}
	switch o.Trust.State {
	case market.Trusted:
		if l.seen.Listing == "" || o.SeenAt.After(l.seen.SeenAt) {
			l.seen = o
		}
	case market.Quarantined:
		if l.held.Listing == "" || o.SeenAt.After(l.held.SeenAt) {
			l.held = o
		}
	}
}

// Standing returns how p stands at the board's moment.
func (b *Board) Standing(p market.Product) Standing {
	p.Cost, p.Floor = Standing{}.Product.Cost, Standing{}.Product.Floor
	s := Standing{Product: p, At: b.at, Basis: b.opts.Basis}
	links := b.products[p.ID]
	own := b.ours(&s, links)
	k := b.keyOf(&s.Ours, links)
	if own >= 0 {
		b.price(&s.Ours, own, k)
	}
	s.Rivals = make([]Position, 0, len(b.shops))
	for i := range b.shops {
		if b.shops[i].Own {
			continue
		}
		var mine []link
		mine, links = b.of(i, links)
		s.Rivals = append(s.Rivals, b.best(i, mine, k))
	}
	s.judge()
	if b.opts.Advantages && own >= 0 && s.Ours.Seen.Listing != "" {
		for i := range s.Rivals {
			r := &s.Rivals[i]
			if r.Seen.Listing != "" {
				r.Advantages = Advantages(b.shops[own], b.shops[b.index[r.Source]], s.Ours.Seen, r.Seen)
			}
		}
	}
	return s
}

// of splits the links of shop i off the front of links, which are sorted by shop; those of shops before i
// were not asked for and fall away.
func (b *Board) of(i int, links []link) (mine, rest []link) {
	for len(links) > 0 && links[0].shop < i {
		links = links[1:]
	}
	n := 0
	for n < len(links) && links[n].shop == i {
		n++
	}
	return links[:n], links[n:]
}

// ours fills in our own position from all shops of ours, each judged on its own terms, and returns the
// place of its shop; -1 when no shop is ours.
func (b *Board) ours(s *Standing, links []link) int {
	at := -1
	for i := range b.shops {
		if !b.shops[i].Own {
			continue
		}
		var mine []link
		mine, links = b.of(i, links)
		p := b.best(i, mine, b.ownKey(i, mine))
		if at < 0 || b.better(&p, &s.Ours) {
			s.Ours, at = p, i
		}
	}
	return at
}

// best returns the position of shop i: of its listings the cheapest comparable one, else the one that
// comes nearest to it, else an empty position. Equal ones go by listing, so the choice never wavers.
func (b *Board) best(i int, links []link, k key) Position {
	shop := &b.shops[i]
	best := Position{Source: shop.ID, Name: shop.Name, NotBecause: NoOffer}
	for n, l := range links {
		p := Position{
			Source: shop.ID, Name: shop.Name, Listing: l.match.Listing,
			Match: l.match, Seen: l.of.seen,
		}
		if l.of.held.Listing != "" && l.of.held.SeenAt.After(l.of.seen.SeenAt) {
			p.Held = &l.of.held
		}
		b.price(&p, i, k)
		if n == 0 || b.better(&p, &best) {
			best = p
		}
	}
	return best
}

// better reports whether x rather than y speaks for a shop.
func (b *Board) better(x, y *Position) bool {
	if x.Comparable != y.Comparable {
		return x.Comparable
	}
	if x.Comparable {
		c, err := x.On(b.opts.Basis).Cmp(y.On(b.opts.Basis))
		return err == nil && c < 0
	}
	if seenX, seenY := x.Seen.Listing != "", y.Seen.Listing != ""; seenX != seenY {
		return seenX
	}
	if x.Match.Exact != y.Match.Exact {
		return x.Match.Exact
	}
	if known := x.Price.Known(); known != y.Price.Known() {
		return known
	}
	return x.Seen.SeenAt.After(y.Seen.SeenAt)
}
