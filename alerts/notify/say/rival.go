package say

import (
	"fmt"
	"slices"
	"strings"

	"pricegap/alerts"
	"pricegap/market"
)

// entry tells the alerts about one product, or about one source.
func (w words) entry(m alerts.Message, as []market.Alert) Entry {
	first := as[0]
	if first.Topic.Product == "" {
		var lines []Line
		for _, a := range as {
			lines = append(lines, w.sourceLines(m, a)...)
		}
		return Entry{lines[0], lines, len(as)}
	}
	ours := first.Facts
	for _, a := range as { // alerts of one product may have been judged at different times
		if a.Facts.Ours.SeenAt.After(ours.Ours.SeenAt) {
			ours = a.Facts
		}
	}
	head := heading(first.Facts, first.Topic.Product)
	own := append(Line{{Text: w.We + ": " + w.price(ours, ours.Ours)}}, w.terms(m, ours.Ours, true, true)...)
	if u := link(ours.Ours.URL); u != "" {
		own = append(own, Span{Text: " · "}, Span{Text: w.OurPage, URL: u})
	}
	e := Entry{Lines: []Line{head, own}}
	rivals := group(as, func(a market.Alert) string { return string(a.Topic.Source) })
	for _, same := range rivals[:min(len(rivals), maxRivals)] {
		e.Lines = append(e.Lines, w.rival(m, same)...)
		e.Alerts += len(same)
	}
	e.Headline = append(Line{head[0], {Text: ": "}}, w.news(rivals[0])...)
	return e
}

// news says in one line what the alerts about one product at one shop are about.
func (w words) news(as []market.Alert) Line {
	f, moved, stock := together(as)
	if as[0].Topic.Source == f.Ours.Source {
		return Line{{Text: w.moved(f, f.Ours, w.WeLowered, w.WeRaised)}}
	}
	say := w.price(f, f.Theirs)
	if moved {
		say = w.moved(f, f.Theirs, w.Lowered, w.Raised)
	}
	if i := slices.IndexFunc(as, func(a market.Alert) bool { return a.Kind == "unstable" && a.Facts.Before.Known() }); i >= 0 {
		say = fmt.Sprintf(w.Unstable, w.Money(as[i].Facts.Theirs.Price), w.Money(as[i].Facts.Before))
	}
	if stock {
		say = w.hasOrNot(f) + " · " + say
	}
	l := Line{{Text: w.them(f), Bold: true}, {Text: ": " + say}}
	if g := w.gap(f); g != "" {
		l = append(l, Span{Text: ", "}, Span{Text: g, Bold: true})
	}
	for _, a := range as {
		if own := w.own(a); own != nil {
			l = append(append(l, Span{Text: " · "}), own...)
		}
	}
	return l
}

// them names the rival that an alert is about, with what it stands for where it stands for all.
func (w words) them(f market.Facts) string {
	if say := w.Against[f.Against]; say != "" {
		return fmt.Sprintf(say, name(f.Theirs))
	}
	return name(f.Theirs)
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
	for _, a := range as { // the newest verdict on that very price
		if v := a.Facts.Verdict; a.Facts.Theirs.Price == f.Theirs.Price && v.At.After(f.Verdict.At) {
			f.Verdict = v
		}
	}
	f.Before = before
	return f, before.Known(), stock
}

// rival says what a rival asks, how that differs, how old the fact is, and what else differs: both ways.
func (w words) rival(m alerts.Message, as []market.Alert) []Line {
	f, _, stock := together(as)
	l := w.news(as)
	if as[0].Topic.Source == f.Ours.Source {
		return []Line{l}
	}
	if d := w.door(f); d != "" {
		l = append(l, Span{Text: ", " + d})
	}
	better, worse, shipping := w.points(f)
	l = append(l, w.terms(m, f.Theirs, !stock, !shipping)...)
	if u := link(f.Theirs.URL); u != "" {
		l = append(l, Span{Text: " · "}, Span{Text: fmt.Sprintf(w.TheirPage, name(f.Theirs)), URL: u})
	}
	lines := []Line{l}
	if len(better) > 0 {
		lines = append(lines, Line{{Text: w.WithUs + ": " + strings.Join(better, "; ")}})
	}
	if len(worse) > 0 {
		lines = append(lines, Line{{Text: fmt.Sprintf(w.WithThem, name(f.Theirs)) + ": " + strings.Join(worse, "; ")}})
	}
	if v := w.verdict(m, f); v != nil {
		lines = append(lines, v)
	}
	return lines
}

// verdict says whether we match a rival's price; nil where no policy says so.
func (w words) verdict(m alerts.Message, f market.Facts) Line {
	outcome, why := w.Say(f.Verdict, m.At)
	if outcome == "" {
		return nil
	}
	l := Line{{Text: w.Verdict + ": "}, {Text: outcome, Bold: true}}
	if why != "" {
		l = append(l, Span{Text: " · " + why})
	}
	return l
}

func (w words) moved(f market.Facts, s market.Side, lowered, raised string) string {
	say := raised
	if c, err := s.Price.Cmp(f.Before); err == nil && c < 0 {
		say = lowered
	}
	return fmt.Sprintf(say, w.Money(f.Before), w.Money(s.Price))
}

// hasOrNot says what they have in stock and whether we do.
func (w words) hasOrNot(f market.Facts) string {
	we := w.WeLack
	if f.Ours.Stock.Available() == market.AnswerYes {
		we = w.WeHave
	}
	return w.inStock(f.Theirs) + ", " + we
}

// inStock names a stock; an unknown one is said, since it is neither in nor out.
func (w words) inStock(s market.Side) string {
	if s.Stock == market.StockUnknown {
		return w.Unknown
	}
	return w.Stock[s.Stock]
}

// price is what a shop asks, and what that is at the door where it is compared there.
func (w words) price(f market.Facts, s market.Side) string {
	if !s.Price.Known() {
		return w.NoPrice
	}
	p := w.Money(s.Price)
	if f.Basis == "delivered" && s.Delivered.Known() {
		p += ", " + fmt.Sprintf(w.Delivered, w.Money(s.Delivered))
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
		return fmt.Sprintf(w.Cheaper, w.Money(f.Gap.Abs()), w.Percent(bp))
	case f.Gap.Sign() > 0:
		return fmt.Sprintf(w.Dearer, w.Money(f.Gap), w.Percent(bp))
	}
	return w.Level
}

// door says the gap with shipping, where that is another one than what gap says.
func (w words) door(f market.Facts) string {
	d, err := f.Theirs.Delivered.Sub(f.Ours.Delivered)
	switch {
	case err != nil || w.gap(f) == "" || d == f.Gap:
		return ""
	case d.Sign() < 0:
		return fmt.Sprintf(w.DoorCheaper, w.Money(d.Abs()))
	case d.Sign() > 0:
		return fmt.Sprintf(w.DoorDearer, w.Money(d))
	}
	return w.DoorLevel
}

// terms are stock, delivery and shipping of a shop, and how old all of it is; stock and shipping only where they
// are asked for, since a message may say them elsewhere.
func (w words) terms(m alerts.Message, s market.Side, stock, shipping bool) Line {
	var l Line
	if stock {
		l = append(l, Span{Text: " · " + w.inStock(s)})
	}
	if n, ok := s.DeliveryDays.Get(); ok {
		say := fmt.Sprintf(w.Days, n)
		switch n {
		case 0:
			say = w.Today
		case 1:
			say = w.Day
		}
		l = append(l, Span{Text: " · " + say})
	} else if s.DeliveryText.Known() {
		l = append(l, Span{Text: " · "}, Span{Text: Cut(s.DeliveryText.Plain(), maxWordsRunes), Foreign: true})
	}
	if shipping && s.Shipping.Known() {
		l = append(l, Span{Text: " · " + w.costs(s)})
	}
	if !s.SeenAt.IsZero() {
		l = append(l, Span{Text: " · " + fmt.Sprintf(w.Seen, w.Ago(s.SeenAt, m.At))})
	}
	return l
}

// costs says a known cost of shipping.
func (w words) costs(s market.Side) string {
	if s.Shipping.Sign() == 0 {
		return w.FreeShipping
	}
	return fmt.Sprintf(w.Shipping, w.Money(s.Shipping))
}

// points say what our formula offers beside the rival, and what theirs offers beside ours; shipping reports
// whether the cost of shipping is among them.
func (w words) points(f market.Facts) (better, worse []string, shipping bool) {
	them, us := name(f.Theirs), strings.ToLower(w.We)
	days := f.Ours.DeliveryDays.Known() && f.Theirs.DeliveryDays.Known() // then the terms say both already
	for _, a := range f.Advantages[:min(len(f.Advantages), maxPoints)] {
		better = appendPoint(better, w.Pick(a.Ours), them, w.Pick(a.Theirs), days && a.Kind == market.PointDelivery)
	}
	for _, a := range f.Drawbacks[:min(len(f.Drawbacks), maxPoints)] {
		worse = appendPoint(worse, w.Pick(a.Theirs), us, w.Pick(a.Ours), days && a.Kind == market.PointDelivery)
	}
	switch c, err := f.Ours.Shipping.Cmp(f.Theirs.Shipping); {
	case err != nil || c == 0:
		return better, worse, false
	case c < 0:
		better = append(better, w.costs(f.Ours)+" ("+them+": "+w.Money(f.Theirs.Shipping)+")")
	default:
		worse = append(worse, w.costs(f.Theirs)+" ("+us+": "+w.Money(f.Ours.Shipping)+")")
	}
	return better, worse, true
}

// appendPoint adds a selling point with what the other shop has, where that is known and not said elsewhere.
func appendPoint(list []string, point, other, theirs string, said bool) []string {
	if point = Cut(point, maxWordsRunes); point == "" {
		return list
	}
	if theirs = Cut(theirs, maxWordsRunes); theirs != "" && !said {
		point += " (" + other + ": " + theirs + ")"
	}
	return append(list, point)
}

// sourceLines say what is the matter with a shop.
func (w words) sourceLines(m alerts.Message, a market.Alert) []Line {
	if len(a.Facts.Odd) == 0 {
		return w.blindLines(m, a)
	}
	lines := []Line{{{Text: fmt.Sprintf(w.Changed, name(a.Facts.Theirs)), Bold: true}}}
	said := map[string]bool{}
	for _, o := range a.Facts.Odd {
		if say := w.Odd[o.Kind]; say != "" && !said[o.Kind] {
			said[o.Kind] = true
			lines = append(lines, Line{{Text: fmt.Sprintf(say, o.Offers, o.Of)}})
		}
	}
	return append(lines, Line{{Text: w.NewHeld}})
}

// blindLines say that a source cannot be seen, since when, why, and what that means.
func (w words) blindLines(m alerts.Message, a market.Alert) []Line {
	f := a.Facts
	last := w.NeverSeen
	if !f.LastGoodAt.IsZero() {
		last = fmt.Sprintf(w.LastGood, w.Ago(f.LastGoodAt, m.At))
	}
	if len(f.Failures) > 0 {
		reasons := make([]string, 0, 3)
		for _, k := range f.Failures[:min(len(f.Failures), 3)] {
			say := string(k)
			if phase := w.Phases[k.Info().Phase]; phase != "" {
				say = phase + " (" + say + ")"
			}
			reasons = append(reasons, say)
		}
		last += " · " + fmt.Sprintf(w.Reason, strings.Join(reasons, ", "))
	}
	head, means := fmt.Sprintf(w.Blind, name(f.Theirs)), fmt.Sprintf(w.NoNews, name(f.Theirs))
	if a.Kind == "own_stale" {
		head, means = w.Kinds["own_stale"], w.Kinds["own_stale means"]
	}
	return []Line{{{Text: head, Bold: true}}, {{Text: last}}, {{Text: means}}}
}

// ended says that one alert is over, and how it stands now, in one line.
func (w words) ended(a market.Alert) Line {
	f := a.Facts
	if a.Topic.Product == "" {
		over := fmt.Sprintf(w.OverBlind, name(f.Theirs))
		switch a.Kind {
		case "shop_changed":
			over = fmt.Sprintf(w.OverChanged, name(f.Theirs))
		case "own_stale":
			over = w.Kinds["own_stale over"]
		}
		return Line{{Text: w.Resolved + ": "}, {Text: over, Bold: true}}
	}
	l := append(Line{{Text: w.Resolved + ": "}}, heading(f, a.Topic.Product)...)
	if say := w.Ends[a.Kind]; say != "" {
		l = append(l, Span{Text: " · " + say + ": " + w.them(f)})
	} else {
		l = append(l, Span{Text: " · " + w.them(f) + " " + w.standing(a)})
	}
	if f.Ours.Price.Known() && f.Theirs.Price.Known() {
		l = append(l, Span{Text: " (" + w.Money(f.Theirs.Price) + ", " + fmt.Sprintf(w.Ours, w.Money(f.Ours.Price)) + ")"})
	}
	return l
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
