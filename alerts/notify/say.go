package notify

import (
	"fmt"
	"slices"
	"strings"

	"pricegap/alerts"
	"pricegap/market"
)

// entry tells the alerts about one product, or about one source.
func (w words) entry(m alerts.Message, as []market.Alert) entry {
	first := as[0]
	if first.Topic.Product == "" {
		var lines []line
		for _, a := range as {
			lines = append(lines, w.sourceLines(m, a)...)
		}
		return entry{lines[0], lines, len(as)}
	}
	ours := first.Facts
	for _, a := range as { // alerts of one product may have been judged at different times
		if a.Facts.Ours.SeenAt.After(ours.Ours.SeenAt) {
			ours = a.Facts
		}
	}
	head := heading(first.Facts, first.Topic.Product)
	own := append(line{{text: w.we + ": " + w.price(ours, ours.Ours)}}, w.terms(m, ours.Ours, true, true)...)
	if u := link(ours.Ours.URL); u != "" {
		own = append(own, span{text: " · "}, span{text: w.ourPage, url: u})
	}
	e := entry{lines: []line{head, own}}
	rivals := group(as, func(a market.Alert) string { return string(a.Topic.Source) })
	for _, same := range rivals[:min(len(rivals), maxRivals)] {
		e.lines = append(e.lines, w.rival(m, same)...)
		e.alerts += len(same)
	}
	e.headline = append(line{head[0], {text: ": "}}, w.news(rivals[0])...)
	return e
}

// news says in one line what the alerts about one product at one shop are about.
func (w words) news(as []market.Alert) line {
	f, moved, stock := together(as)
	if as[0].Topic.Source == f.Ours.Source {
		return line{{text: w.moved(f, f.Ours, w.weLowered, w.weRaised)}}
	}
	say := w.price(f, f.Theirs)
	if moved {
		say = w.moved(f, f.Theirs, w.lowered, w.raised)
	}
	if i := slices.IndexFunc(as, func(a market.Alert) bool { return a.Kind == "unstable" && a.Facts.Before.Known() }); i >= 0 {
		say = fmt.Sprintf(w.unstable, w.money(as[i].Facts.Theirs.Price), w.money(as[i].Facts.Before))
	}
	if stock {
		say = w.hasOrNot(f) + " · " + say
	}
	l := line{{text: name(f.Theirs), bold: true}, {text: ": " + say}}
	if g := w.gap(f); g != "" {
		l = append(l, span{text: ", "}, span{text: g, bold: true})
	}
	return l
}

// together joins what alerts of several rules say about one product at one shop: the facts are the newest, with
// the price before if one of them knows it; moved and stock say what kinds of alert are among them.
func together(as []market.Alert) (f market.Facts, moved, stock bool) {
	f = as[0].Facts
	before := f.Before
	for _, a := range as {
		if a.Facts.Theirs.SeenAt.After(f.Theirs.SeenAt) {
			f = a.Facts
		}
		if a.Facts.Before.Known() {
			before = a.Facts.Before
		}
		stock = stock || a.Kind == "stock"
	}
	f.Before = before
	return f, before.Known(), stock
}

// rival says what a rival asks, how that differs, how old the fact is, and what else differs: both ways.
func (w words) rival(m alerts.Message, as []market.Alert) []line {
	f, _, stock := together(as)
	l := w.news(as)
	if as[0].Topic.Source == f.Ours.Source {
		return []line{l}
	}
	if d := w.door(f); d != "" {
		l = append(l, span{text: ", " + d})
	}
	better, worse, shipping := w.points(f)
	l = append(l, w.terms(m, f.Theirs, !stock, !shipping)...)
	if u := link(f.Theirs.URL); u != "" {
		l = append(l, span{text: " · "}, span{text: fmt.Sprintf(w.theirPage, name(f.Theirs)), url: u})
	}
	lines := []line{l}
	if len(better) > 0 {
		lines = append(lines, line{{text: w.withUs + ": " + strings.Join(better, "; ")}})
	}
	if len(worse) > 0 {
		lines = append(lines, line{{text: fmt.Sprintf(w.withThem, name(f.Theirs)) + ": " + strings.Join(worse, "; ")}})
	}
	return lines
}

func (w words) moved(f market.Facts, s market.Side, lowered, raised string) string {
	say := raised
	if c, err := s.Price.Cmp(f.Before); err == nil && c < 0 {
		say = lowered
	}
	return fmt.Sprintf(say, w.money(f.Before), w.money(s.Price))
}

// hasOrNot says what they have in stock and whether we do.
func (w words) hasOrNot(f market.Facts) string {
	we := w.weLack
	if f.Ours.Stock.Available() == market.AnswerYes {
		we = w.weHave
	}
	return w.inStock(f.Theirs) + ", " + we
}

// inStock names a stock; an unknown one is said, since it is neither in nor out.
func (w words) inStock(s market.Side) string {
	if s.Stock == market.StockUnknown {
		return w.unknown
	}
	return w.stock[s.Stock]
}

// price is what a shop asks, and what that is at the door where it is compared there.
func (w words) price(f market.Facts, s market.Side) string {
	if !s.Price.Known() {
		return w.noPrice
	}
	p := w.money(s.Price)
	if f.Basis == "delivered" && s.Delivered.Known() {
		p += ", " + fmt.Sprintf(w.delivered, w.money(s.Delivered))
	}
	return p
}

// gap says how much cheaper or dearer the rival is.
func (w words) gap(f market.Facts) string {
	bp, known := f.GapBasisPoints.Get()
	switch {
	case !f.Gap.Known() || !known:
		return ""
	case f.Gap.Sign() < 0:
		return fmt.Sprintf(w.cheaper, w.money(f.Gap.Abs()), w.percent(bp))
	case f.Gap.Sign() > 0:
		return fmt.Sprintf(w.dearer, w.money(f.Gap), w.percent(bp))
	}
	return w.level
}

// door says the gap with shipping, where that is another one than what gap says.
func (w words) door(f market.Facts) string {
	d, err := f.Theirs.Delivered.Sub(f.Ours.Delivered)
	switch {
	case err != nil || w.gap(f) == "" || d == f.Gap:
		return ""
	case d.Sign() < 0:
		return fmt.Sprintf(w.doorCheaper, w.money(d.Abs()))
	case d.Sign() > 0:
		return fmt.Sprintf(w.doorDearer, w.money(d))
	}
	return w.doorLevel
}

// terms are stock, delivery and shipping of a shop, and how old all of it is; stock and shipping only where they
// are asked for, since a message may say them elsewhere.
func (w words) terms(m alerts.Message, s market.Side, stock, shipping bool) line {
	var l line
	if stock {
		l = append(l, span{text: " · " + w.inStock(s)})
	}
	if n, ok := s.DeliveryDays.Get(); ok {
		say := fmt.Sprintf(w.days, n)
		switch n {
		case 0:
			say = w.today
		case 1:
			say = w.day
		}
		l = append(l, span{text: " · " + say})
	} else if s.DeliveryText.Known() {
		l = append(l, span{text: " · "}, span{text: cut(s.DeliveryText.Plain(), maxWordsRunes), foreign: true})
	}
	if shipping && s.Shipping.Known() {
		l = append(l, span{text: " · " + w.costs(s)})
	}
	if !s.SeenAt.IsZero() {
		l = append(l, span{text: " · " + fmt.Sprintf(w.seen, w.ago(s.SeenAt, m.At))})
	}
	return l
}

// costs says a known cost of shipping.
func (w words) costs(s market.Side) string {
	if s.Shipping.Sign() == 0 {
		return w.freeShipping
	}
	return fmt.Sprintf(w.shipping, w.money(s.Shipping))
}

// points say what our formula offers beside the rival, and what theirs offers beside ours; shipping reports
// whether the cost of shipping is among them.
func (w words) points(f market.Facts) (better, worse []string, shipping bool) {
	them, us := name(f.Theirs), strings.ToLower(w.we)
	days := f.Ours.DeliveryDays.Known() && f.Theirs.DeliveryDays.Known() // then the terms say both already
	for _, a := range f.Advantages[:min(len(f.Advantages), maxPoints)] {
		better = appendPoint(better, w.inLanguage(a.Ours), them, w.inLanguage(a.Theirs), days && a.Kind == market.PointDelivery)
	}
	for _, a := range f.Drawbacks[:min(len(f.Drawbacks), maxPoints)] {
		worse = appendPoint(worse, w.inLanguage(a.Theirs), us, w.inLanguage(a.Ours), days && a.Kind == market.PointDelivery)
	}
	switch c, err := f.Ours.Shipping.Cmp(f.Theirs.Shipping); {
	case err != nil || c == 0:
		return better, worse, false
	case c < 0:
		better = append(better, w.costs(f.Ours)+" ("+them+": "+w.money(f.Theirs.Shipping)+")")
	default:
		worse = append(worse, w.costs(f.Theirs)+" ("+us+": "+w.money(f.Ours.Shipping)+")")
	}
	return better, worse, true
}

// appendPoint adds a selling point with what the other shop has, where that is known and not said elsewhere.
func appendPoint(list []string, point, other, theirs string, said bool) []string {
	if point = cut(point, maxWordsRunes); point == "" {
		return list
	}
	if theirs = cut(theirs, maxWordsRunes); theirs != "" && !said {
		point += " (" + other + ": " + theirs + ")"
	}
	return append(list, point)
}

// sourceLines say what is the matter with a shop.
func (w words) sourceLines(m alerts.Message, a market.Alert) []line {
	if len(a.Facts.Odd) == 0 {
		return w.blindLines(m, a.Facts)
	}
	lines := []line{{{text: fmt.Sprintf(w.changed, name(a.Facts.Theirs)), bold: true}}}
	said := map[string]bool{}
	for _, o := range a.Facts.Odd {
		if say := w.odd[o.Kind]; say != "" && !said[o.Kind] {
			said[o.Kind] = true
			lines = append(lines, line{{text: fmt.Sprintf(say, o.Offers, o.Of)}})
		}
	}
	return append(lines, line{{text: w.newHeld}})
}

// blindLines say that a source cannot be seen, since when, why, and what that means.
func (w words) blindLines(m alerts.Message, f market.Facts) []line {
	last := w.neverSeen
	if !f.LastGoodAt.IsZero() {
		last = fmt.Sprintf(w.lastGood, w.ago(f.LastGoodAt, m.At))
	}
	if len(f.Failures) > 0 {
		reasons := make([]string, 0, 3)
		for _, k := range f.Failures[:min(len(f.Failures), 3)] {
			say := string(k)
			if phase := w.phases[k.Info().Phase]; phase != "" {
				say = phase + " (" + say + ")"
			}
			reasons = append(reasons, say)
		}
		last += " · " + fmt.Sprintf(w.reason, strings.Join(reasons, ", "))
	}
	return []line{
		{{text: fmt.Sprintf(w.blind, name(f.Theirs)), bold: true}},
		{{text: last}},
		{{text: fmt.Sprintf(w.noNews, name(f.Theirs))}},
	}
}

// ended says that one alert is over, and how it stands now, in one line.
func (w words) ended(a market.Alert) line {
	f := a.Facts
	if a.Topic.Product == "" {
		over := w.overBlind
		if a.Kind == "shop_changed" {
			over = w.overChanged
		}
		return line{{text: w.resolved + ": "}, {text: fmt.Sprintf(over, name(f.Theirs)), bold: true}}
	}
	l := append(line{{text: w.resolved + ": "}}, heading(f, a.Topic.Product)...)
	l = append(l, span{text: " · " + name(f.Theirs) + " " + w.standing(a)})
	if f.Ours.Price.Known() && f.Theirs.Price.Known() {
		l = append(l, span{text: " (" + w.money(f.Theirs.Price) + ", " + fmt.Sprintf(w.ours, w.money(f.Ours.Price)) + ")"})
	}
	return l
}

// standing says how a rival stands after an alert: nothing is claimed that the facts do not say.
func (w words) standing(a market.Alert) string {
	f := a.Facts
	we, they := f.Ours.Stock.Available(), f.Theirs.Stock.Available()
	switch {
	case a.Kind == "stock" && we == market.AnswerYes && they == market.AnswerYes:
		return w.overBoth
	case a.Kind == "stock" && we == market.AnswerNo && they == market.AnswerNo:
		return w.overNeither
	case a.Kind == "stock":
		return w.over
	case !f.Gap.Known():
		return w.overUnlike
	case f.Gap.Sign() < 0 && they == market.AnswerNo:
		return w.overOut
	case f.Gap.Sign() < 0:
		return fmt.Sprintf(w.overLess, w.money(f.Gap.Abs()))
	}
	return w.overCheaper
}
