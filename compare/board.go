package compare

import (
	"slices"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/market/money"
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
	links    []link
	listings []listing
	byID     map[market.ListingID]int32 // place in listings
	products map[market.ProductID]int32 // place in links of a product's last link
}

// listing is what the board knows of one listing: the newest trusted observation and the newest that is held.
type listing struct {
	seen, held *market.Observation
}

// newest is the newest look at it, trusted or not.
func (l *listing) newest() *market.Observation {
	if l.seen == nil || l.held != nil && l.held.SeenAt.After(l.seen.SeenAt) {
		return l.held
	}
	return l.seen
}

// link is one accepted match of a product.
type link struct {
	match *market.Match
	shop  int32
	of    int32 // place in listings
	next  int32 // place in links of the product's link before, -1 for none
}

// NewBoard returns a board for that moment with the accepted ones among the matches; the others tie
// nothing. A match with a source that is not among the shops is left out. The board keeps shops and matches,
// which must not be changed.
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
		links:    make([]link, 0, len(matches)),
		listings: make([]listing, 0, len(matches)),
		byID:     make(map[market.ListingID]int32, len(matches)),
		products: make(map[market.ProductID]int32, len(matches)/max(1, len(shops))),
	}
	for i, s := range shops {
		b.index[s.ID] = i
	}
	for i := range matches {
		m := &matches[i]
		shop, ok := b.index[m.Source]
		if m.Decision != market.Accept || !ok {
			continue
		}
		l := link{match: m, shop: int32(shop), next: -1}
		if l.of, ok = b.byID[m.Listing]; !ok {
			l.of = int32(len(b.listings))
			b.listings = append(b.listings, listing{})
			b.byID[m.Listing] = l.of
		}
		if last, ok := b.products[m.Product]; ok {
			l.next = last
		}
		b.products[m.Product] = int32(len(b.links))
		b.links = append(b.links, l)
	}
	return b
}

// See tells the board of an observation, in any order. Of each listing the newest trusted one counts, and
// the newest quarantined one is shown as held where it is newer than that. What was seen after the board's
// moment, and listings that no accepted match ties to a product, are passed over. The board keeps o, which must not be changed.
func (b *Board) See(o *market.Observation) {
	i, ok := b.byID[o.Listing]
	if !ok || o.SeenAt.After(b.at) {
		return
	}
	l := &b.listings[i]
	slot := &l.seen
	switch o.Trust.State {
	case market.Trusted:
	case market.Quarantined:
		slot = &l.held
	default:
		return
	}
	if *slot == nil || o.SeenAt.After((*slot).SeenAt) {
		*slot = o
	}
}

// linksOf returns the links of a product by shop and listing, in buf where it is large enough.
func (b *Board) linksOf(id market.ProductID, buf []link) []link {
	i, ok := b.products[id]
	if !ok {
		return nil
	}
	for ; i >= 0; i = b.links[i].next {
		buf = append(buf, b.links[i])
	}
	slices.SortFunc(buf, func(x, y link) int {
		if x.shop != y.shop {
			return int(x.shop - y.shop)
		}
		return strings.Compare(string(x.match.Listing), string(y.match.Listing))
	})
	return b.current(buf)
}

// current leaves out, of links by shop, those in whose place their page has since shown another seller: what they ask nobody
// can have any more.
func (b *Board) current(links []link) []link {
	for i := 1; ; i++ {
		switch {
		case i >= len(links):
			return links
		case links[i].shop == links[i-1].shop:
			all := slices.Clone(links)
			return slices.DeleteFunc(links, func(l link) bool {
				return slices.ContainsFunc(all, func(m link) bool { return b.replaced(l, m) })
			})
		}
	}
}

// replaced reports whether the page of l has since shown m in its place.
func (b *Board) replaced(l, m link) bool {
	last, now := b.listings[l.of].newest(), b.listings[m.of].seen
	return l.shop == m.shop && last != nil && now != nil && now.Succeeds(last)
}

// Standing returns how p stands at the board's moment.
func (b *Board) Standing(p market.Product) Standing {
	p.Cost, p.Floor = money.Amount{}, money.Amount{}
	s := Standing{Product: p, At: b.at, Basis: b.opts.Basis}
	var buf [16]link
	links := b.linksOf(p.ID, buf[:0])
	own := b.ours(&s, links)
	k := b.keyOf(&s.Ours, links)
	if own >= 0 {
		b.price(&s.Ours, own, k)
	}
	rivals := 0
	for i := range b.shops {
		if !b.shops[i].Own {
			rivals++
		}
	}
	s.Rivals = make([]Position, rivals)
	rivals = 0
	for i := range b.shops {
		if b.shops[i].Own {
			continue
		}
		var mine []link
		mine, links = b.of(i, links)
		b.best(&s.Rivals[rivals], i, mine, k)
		rivals++
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
	for len(links) > 0 && int(links[0].shop) < i {
		links = links[1:]
	}
	n := 0
	for n < len(links) && int(links[n].shop) == i {
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
		k := b.ownKey(i, mine)
		if at < 0 {
			b.best(&s.Ours, i, mine, k)
			at = i
			continue
		}
		var p Position
		if b.best(&p, i, mine, k); b.better(&p, &s.Ours) {
			s.Ours, at = p, i
		}
	}
	return at
}

// best fills in the position of shop i: of its listings the cheapest comparable one, else the one that
// comes nearest to it, else an empty position. Equal ones go by listing, so the choice never wavers.
func (b *Board) best(dst *Position, i int, links []link, k key) {
	if len(links) == 0 {
		dst.Source, dst.Name, dst.NotBecause = b.shops[i].ID, b.shops[i].Name, NoOffer
		return
	}
	b.place(dst, i, links[0], k)
	for _, l := range links[1:] {
		var p Position
		if b.place(&p, i, l, k); b.better(&p, dst) {
			*dst = p
		}
	}
}

// place fills in the position of shop i with one listing.
func (b *Board) place(dst *Position, i int, l link, k key) {
	of := &b.listings[l.of]
	dst.Source, dst.Name = b.shops[i].ID, b.shops[i].Name
	dst.Listing, dst.Match = l.match.Listing, *l.match
	if of.seen != nil {
		dst.Seen = *of.seen
	}
	if last := of.newest(); last == of.held {
		dst.Held = last
	}
	b.price(dst, i, k)
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
