package rule

import (
	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// rivals are what can be said of all rivals that sell a product, by shelf price.
type rivals struct {
	// cheaper, level and dearer count the comparable ones, hidden those whose price is not known for now.
	cheaper, level, dearer, hidden int
	sum                            money.Amount
	lowest                         *compare.Position // nil where none is comparable
}

// rivalsOf counts the rivals of a standing; false where our own price is not known.
func rivalsOf(s *compare.Standing) (rivals, bool) {
	var r rivals
	if !s.Ours.Comparable {
		return r, false
	}
	for i := range s.Rivals {
		switch p := &s.Rivals[i]; {
		case absent(p):
		case !p.Comparable || !p.Price.Known():
			if unseen(p) || p.Seen.Offer.Stock.Available() != market.AnswerNo {
				r.hidden++ // who has none to sell needs no price
			}
		default:
			r.count(s.Ours.Price, p)
		}
	}
	return r, true
}

func (r *rivals) count(ours money.Amount, p *compare.Position) {
	switch c, err := p.Price.Cmp(ours); {
	case err != nil:
		r.hidden++
		return
	case c < 0:
		r.cheaper++
	case c == 0:
		r.level++
	default:
		r.dearer++
	}
	if r.lowest == nil {
		r.lowest = p
	} else if c, err := p.Price.Cmp(r.lowest.Price); err == nil && c < 0 {
		r.lowest = p
	}
	if r.known() == 1 {
		r.sum = p.Price
	} else if sum, err := r.sum.Add(p.Price); err == nil {
		r.sum = sum
	} else {
		r.sum = money.Amount{} // beyond the range of an amount: no index rather than a wrong one
	}
}

// known is how many rivals have a comparable price.
func (r *rivals) known() int { return r.cheaper + r.level + r.dearer }

// best and worst are the places between which our price stands, 1 the cheapest: a rival whose price is not known may be
// cheaper. Equal prices share the better place.
func (r *rivals) best() int  { return r.cheaper + 1 }
func (r *rivals) worst() int { return r.cheaper + r.hidden + 1 }

// index is our price as a share of the mean of the rivals, in basis points; unknown where not all of them are known.
func (r *rivals) index(ours money.Amount) market.Count {
	all, err := ours.Scale(int64(r.known()), 1)
	if err != nil || r.hidden > 0 || r.known() == 0 {
		return market.Count{}
	}
	bp, err := all.Share(r.sum)
	if err != nil {
		return market.Count{}
	}
	return market.CountOf(bp)
}

// field judges a condition on all rivals together, beside the lowest of them. Where begins is set it begins only when it is
// seen to begin.
func field(e *alerts.Event, begins bool, holds func(ours money.Amount, all rivals) alerts.Holds) []alerts.Finding {
	s := &e.Standing
	if s.Product.ID == "" {
		return nil
	}
	all, known := rivalsOf(s)
	h := alerts.Neither
	switch {
	case gone(&s.Ours):
		h = alerts.No
	case known:
		h = holds(s.Ours.Price, all)
	}
	if h == alerts.Yes && begins {
		was, ok := before(e)
		then, known := rivalsOf(&was)
		if !ok || !known || holds(was.Ours.Price, then) != alerts.No {
			h = alerts.Still
		}
	}
	against := "lowest"
	if all.lowest == nil {
		all.lowest, against = &compare.Position{}, ""
	}
	f := finding(s, all.lowest, compare.Shelf, h)
	f.Topic.Source = ""
	return []alerts.Finding{saying(f, func(f *market.Facts) {
		f.Against = against
		if known && all.hidden == 0 && all.known() > 0 {
			f.Rank, f.Of = market.CountOf(int64(all.best())), all.known()+1
			f.Index = all.index(s.Ours.Price)
		}
	})}
}
