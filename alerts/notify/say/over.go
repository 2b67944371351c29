package say

import (
	"fmt"

	"pricegap/alerts"
	"pricegap/market"
)

// over says in one line that one alert is over, since when, and how it stands now.
func (w words) over(m alerts.Message, a market.Alert) Entry {
	f := a.Facts
	said := w.Resolved
	if !a.ResolvedAt.IsZero() {
		said = fmt.Sprintf(w.ResolvedAt, w.Moment(a.ResolvedAt, m.At, m.Zone))
	}
	l := Line{{Text: said + ": "}}
	if a.Topic.Product == "" {
		over := fmt.Sprintf(w.OverBlind, name(f.Theirs))
		switch a.Kind {
		case "shop_changed":
			over = fmt.Sprintf(w.OverChanged, name(f.Theirs))
		case "own_stale":
			over = w.Kinds["own_stale over"]
		}
		l = append(l, Span{Text: over, Bold: true})
		return Entry{Headline: l, Lines: []Line{l}, Glance: row(Span{Text: over}), Alerts: 1}
	}
	l = append(l, heading(f, a.Topic.Product)...)
	who := w.them(f)
	switch say := w.Ends[a.Kind]; {
	case a.Topic.Source == f.Ours.Source:
		who = w.We
		l = append(l, Span{Text: " · " + who + ": " + w.price(f.Ours)})
	case say != "":
		l = append(l, Span{Text: " · " + say + ": " + who})
	default:
		l = append(l, Span{Text: " · " + who + " " + w.standing(a)})
	}
	if f.Ours.Price.Known() && f.Theirs.Price.Known() {
		l = append(l, Span{Text: " (" + w.Money(f.Theirs.Price) + ", " + fmt.Sprintf(w.Ours, w.Money(f.Ours.Price)) + ")"})
	}
	glance := row(called(f, a.Topic.Product), Span{Text: who}, Span{Text: w.Money(f.Theirs.Price)}, Span{Text: w.Money(f.Ours.Price)}, Span{Text: said})
	return Entry{Headline: l, Lines: []Line{l}, Glance: glance, Alerts: 1}
}

// standing says how a rival stands after an alert: nothing is claimed that the facts do not say.
func (w words) standing(a market.Alert) string {
	f := a.Facts
	we, they := f.Ours.Stock.Available(), f.Theirs.Stock.Available()
	switch {
	case a.Kind == "stock" && we == market.AnswerYes && they == market.AnswerYes:
		return w.OverBoth
	case a.Kind == "stock" && we == market.AnswerNo && they == market.AnswerNo:
		return w.OverNeither
	case a.Kind == "stock":
		return w.Over
	case !f.Gap.Known():
		return w.OverUnlike
	case a.Kind == "gap":
		return w.OverGap
	case f.Gap.Sign() < 0 && they == market.AnswerNo:
		return w.OverOut
	case f.Gap.Sign() < 0:
		return fmt.Sprintf(w.OverLess, w.Money(f.Gap.Abs()))
	}
	return w.OverCheaper
}
