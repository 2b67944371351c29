package say

import (
	"fmt"
	"strings"

	"pricegap/market"
)

// own says what an alert has to say besides what is said of every product and rival; nil for nothing.
func (w words) own(a market.Alert) Line {
	f := a.Facts
	say := w.Kinds[a.Kind]
	switch a.Kind {
	case "rank":
		n, known := f.Rank.Get()
		if !known {
			return Line{{Text: w.Kinds["rank some"]}}
		}
		say = fmt.Sprintf(say, n, f.Of)
	case "index":
		n, known := f.Index.Get()
		if !known {
			return nil
		}
		say = fmt.Sprintf(say, w.Percent(n))
	case "delivery":
		we, known := f.Ours.DeliveryDays.Get()
		they, known2 := f.Theirs.DeliveryDays.Get()
		switch {
		case !known || !known2 || we == they:
			return nil
		case they < we:
			say = w.Kinds["faster"]
		default:
			say = w.Kinds["slower"]
		}
	case "promotion":
		if say = w.Kinds[f.Promotion]; f.Promotion == "started" {
			say = fmt.Sprintf(say, w.Money(f.Reference))
		}
	case "new_lowest":
		say = fmt.Sprintf(say, f.Days, w.Money(f.Lowest))
	case "reference_inflated":
		if !f.Reference.Known() || !f.Lowest.Known() {
			return nil
		}
		say = fmt.Sprintf(say, w.Money(f.Reference), f.Days, w.Money(f.Lowest))
	case "seller_changed":
		return w.sellers(say, f)
	case "match_doubtful":
		say = w.Kinds[f.Doubt] + ". " + say
	case "expression":
		say = Cut(a.Rule, maxWordsRunes) // what it holds is the user's own
	case "new_listing", "listing_gone":
	default:
		return nil
	}
	return Line{{Text: say}}
}

// sellers fills in the names of two sellers, which are words of a page.
func (w words) sellers(say string, f market.Facts) Line {
	var l Line
	for i, part := range strings.Split(say, "%s") {
		if i > 0 {
			who := [...]market.Text{f.Seller, f.SellerBefore}[i-1]
			l = append(l, Span{Text: Cut(who.Plain(), maxWordsRunes), Foreign: true})
		}
		l = append(l, Span{Text: part})
	}
	return l
}
