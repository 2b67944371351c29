package rule

import (
	"slices"
	"sync"

	"pricegap/alerts"
	"pricegap/alerts/formula"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// Case is one product of ours beside one rival at one moment: the facts on which rules decide. What is not trusted, not
// fresh, or of another currency, VAT basis, condition, variant or article than ours is not known in it, which is the
// zero value of its type. What an expression calls them stands in expression.go.
type Case struct {
	// Product is our article number; Brand and Category are those of our catalogue.
	Product  string
	Brand    string
	Category string
	// Ours and Theirs are what the two shops say now.
	Ours   Shop
	Theirs Shop
	// Gap is theirs minus ours on the shelf, DeliveredGap the same with shipping; the percentages are of our price.
	Gap                 money.Amount
	GapPercent          market.Count // basis points
	DeliveredGap        money.Amount
	DeliveredGapPercent market.Count // basis points

	// over says that nothing can be said any more: another thing than ours, or too old; unseen that nothing can be
	// said for now.
	over, unseen bool
}

// Shop is what one shop says of the product.
type Shop struct {
	ID string
	// Price is the shelf price on our VAT basis, Delivered the same with Shipping, Reference the struck-through price.
	Price     money.Amount
	Shipping  money.Amount
	Delivered money.Amount
	Reference money.Amount
	// Stock is a word of market.Stock; Available says whether a customer can have it now.
	Stock     market.Stock
	Available market.Answer
	// DeliveryDays is the promise to the door, in days at the latest.
	DeliveryDays   market.Count
	WarrantyMonths market.Count
	ReturnsDays    market.Count
	// Seller is who sells on a marketplace.
	Seller string
}

// shopOf copies what a position says; the zero Shop where nothing is known of it for now.
func shopOf(p *compare.Position) Shop {
	o := &p.Seen.Offer
	s := Shop{
		ID: string(p.Source), Price: p.Price, Shipping: p.Shipping, Delivered: p.Delivered,
		Stock: o.Stock, Available: o.Stock.Available(),
		DeliveryDays: o.DeliveryDays, WarrantyMonths: o.WarrantyMonths, ReturnsDays: o.ReturnsDays, Seller: o.Seller.Plain(),
	}
	if o.Reference.Known() {
		s.Reference = onOurBasis(o.Reference, o.Price, p.Price)
	}
	return s
}

// caseOf is our product beside one rival of a standing.
func caseOf(s *compare.Standing, p *compare.Position) Case {
	c := Case{
		Product: string(s.Product.ID), Brand: s.Product.Brand.Plain(), Category: s.Product.Category.Plain(),
		over: unlike(p) || gone(&s.Ours) || gone(p), unseen: unseen(&s.Ours) || unseen(p),
	}
	if c.over || c.unseen {
		return c
	}
	c.Ours, c.Theirs = shopOf(&s.Ours), shopOf(p)
	if s.Ours.Comparable && p.Comparable {
		c.Gap, c.GapPercent = formula.Gap(c.Ours.Price, c.Theirs.Price)
		c.DeliveredGap, c.DeliveredGapPercent = formula.Gap(c.Ours.Delivered, c.Theirs.Delivered)
	}
	return c
}

// state judges a condition for every rival of a product. Where begins is set it begins only when it is seen to begin:
// what was so from the start is no news.
func state(e *alerts.Event, basis compare.Basis, begins bool, holds func(*Case) alerts.Holds) []alerts.Finding {
	s := &e.Standing
	if s.Product.ID == "" {
		return nil
	}
	out := make([]alerts.Finding, 0, len(s.Rivals))
	c := cases.Get().(*Case) // one for all, which saves most of the time
	defer cases.Put(c)
	for i := range s.Rivals {
		h := word(c, s, i, holds)
		if h == alerts.Yes && begins && !begun(e, i, holds) {
			h = alerts.Still
		}
		out = append(out, finding(s, &s.Rivals[i], basis, h))
	}
	return out
}

// cases are used again; no condition keeps one.
var cases = sync.Pool{New: func() any { return new(Case) }}

// finding is what is found of a product beside a rival.
func finding(s *compare.Standing, p *compare.Position, basis compare.Basis, h alerts.Holds) alerts.Finding {
	return alerts.Finding{Topic: topic(s, p.Source), Holds: h, Facts: func() market.Facts { return formula.Of(s, p, basis) }}
}

// saying adds to what a finding says.
func saying(f alerts.Finding, add func(*market.Facts)) alerts.Finding {
	facts := f.Facts
	f.Facts = func() market.Facts {
		out := facts()
		add(&out)
		return out
	}
	return f
}

// begun reports whether a condition beside rival i was seen not to hold before the change of e.
func begun(e *alerts.Event, i int, holds func(*Case) alerts.Holds) bool {
	was, ok := before(e)
	c := cases.Get().(*Case)
	defer cases.Put(c)
	return ok && word(c, &was, i, holds) == alerts.No
}

// word is what a condition comes to beside rival i, of which c becomes the case: nothing is said of what is not seen.
func word(c *Case, s *compare.Standing, i int, holds func(*Case) alerts.Holds) alerts.Holds {
	switch *c = caseOf(s, &s.Rivals[i]); {
	case c.over:
		return alerts.No
	case c.unseen:
		return alerts.Neither
	default:
		return holds(c)
	}
}

// move is a change of what one shop says about a product: what it said and what it says, both trusted.
type move struct {
	was, now Shop
	own      bool
}

// moved returns the move that a change comes to, and the place of its position; false at a first sight, where the shop has
// another listing that speaks for it, and where one of the two observations is not trusted or about something else than what
// we sell.
func moved(e *alerts.Event) (move, int, bool) {
	i, ok := changed(e)
	if !ok || e.Standing.Product.ID == "" {
		return move{}, 0, false
	}
	now := at(&e.Standing, i)
	if unlike(now) || unseen(now) || gone(now) {
		return move{}, 0, false
	}
	was := *now
	if !rewind(e, &was) {
		return move{}, 0, false
	}
	return move{shopOf(&was), shopOf(now), i == ours}, i, true
}

// happened judges what a change comes to, for rules about one shop; say adds to the facts what the rule has to say.
func happened(e *alerts.Event, holds func(move) alerts.Holds, say func(move, *market.Facts)) []alerts.Finding {
	m, i, ok := moved(e)
	if !ok {
		return nil
	}
	h := holds(m)
	if h == alerts.No {
		return nil
	}
	p := at(&e.Standing, i)
	theirs := p
	if m.own {
		theirs = &compare.Position{}
	}
	f, told := finding(&e.Standing, theirs, compare.Shelf, h), m // m itself, which mostly comes to nothing, stays off the heap
	f.Topic.Source = p.Source
	return []alerts.Finding{saying(f, func(f *market.Facts) { say(told, f) })}
}

// priceBefore says what the price was.
func priceBefore(m move, f *market.Facts) { f.Before = m.was.Price }

// ours is the place of our own position, for at and changed.
const ours = -1

// at returns the position at a place of a standing: ours, or that of a rival.
func at(s *compare.Standing, i int) *compare.Position {
	if i == ours {
		return &s.Ours
	}
	return &s.Rivals[i]
}

// changed returns the place of the position that the change of e is about; false when there is no change, or when the
// standing has another listing of that shop, or none.
func changed(e *alerts.Event) (int, bool) {
	if e.Change == nil {
		return 0, false
	}
	is := func(p *compare.Position) bool {
		return p.Source == e.Change.After.Source && p.Listing == e.Change.After.Listing
	}
	if is(&e.Standing.Ours) {
		return ours, true
	}
	for i := range e.Standing.Rivals {
		if is(&e.Standing.Rivals[i]) {
			return i, true
		}
	}
	return 0, false
}

// old returns the trusted observation that the change of e follows; false when there is none, as at the
// first sight of a listing, or when the new one is not trusted.
func old(e *alerts.Event) (market.Observation, bool) {
	if e.Change == nil || e.Change.After.Trust.State != market.Trusted {
		return market.Observation{}, false
	}
	if b := e.Change.Before; b.Listing != "" && b.Trust.State == market.Trusted {
		return b, true
	}
	return e.Previous, e.Previous.Listing != "" && e.Previous.Trust.State == market.Trusted
}

// before returns the standing as it was before the change of e; false where that cannot be said.
func before(e *alerts.Event) (compare.Standing, bool) {
	i, ok := changed(e)
	if !ok {
		return compare.Standing{}, false
	}
	s := e.Standing
	s.Rivals = slices.Clone(s.Rivals)
	return s, rewind(e, at(&s, i))
}

// rewind makes the position that the change of e is about what it was before; false where that cannot be said. What the shop
// asked then is known as far as it can be brought onto our VAT basis the way that what it asks now was.
func rewind(e *alerts.Event, p *compare.Position) bool {
	o, ok := old(e)
	if !ok {
		return false
	}
	now, then := &e.Change.After.Offer, &o.Offer
	if then.VAT != now.VAT || then.Condition != now.Condition || then.Variant != now.Variant {
		return false // it was another thing, or a price of another kind
	}
	shown := p.Price
	p.Seen.Offer = *then
	p.Price = onOurBasis(then.Price, now.Price, shown)
	switch {
	case then.Shipping.Known():
		p.Shipping = onOurBasis(then.Shipping, now.Price, shown)
	case then.Price != now.Price || now.Shipping.Known():
		p.Shipping = money.Amount{} // what the shop asked for delivery then depends on a price of then
	}
	if p.Delivered = (money.Amount{}); p.Price.Known() && p.Shipping.Known() {
		p.Delivered, _ = p.Price.Add(p.Shipping)
	}
	p.Comparable = p.Comparable && p.Price.Known()
	return true
}

// onOurBasis brings a sum of a page onto the VAT basis on which shown says what the page's price now says on the page's own;
// unknown where that cannot be done, or where a price is unknown.
func onOurBasis(sum, now, shown money.Amount) money.Amount {
	if !sum.Known() || !shown.Known() || sum.Currency() != now.Currency() {
		return money.Amount{}
	}
	if now == shown {
		return sum
	}
	v, err := sum.Scale(shown.Micros(), now.Micros())
	if err != nil || v.Currency() != shown.Currency() {
		return money.Amount{}
	}
	return v
}
