package say

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"pricegap/alerts"
	"pricegap/market"
)

// entry tells the alerts about one product, or about one source; alone says that it is the only product of the message.
func (w words) entry(m alerts.Message, as []market.Alert, alone bool) Entry {
	first := as[0]
	if first.Topic.Product == "" {
		var lines []Line
		for _, a := range as {
			lines = append(lines, w.sourceLines(m, a)...)
		}
		return Entry{Headline: lines[0], Lines: lines, Glance: row(lines[0][:1]...), Alerts: len(as)}
	}
	ours := first.Facts
	for _, a := range as { // alerts of one product may have been judged at different times
		if a.Facts.Ours.SeenAt.After(ours.Ours.SeenAt) {
			ours = a.Facts
		}
	}
	head := heading(first.Facts, first.Topic.Product)
	own := append(Line{{Text: w.We + ": " + w.price(ours.Ours)}}, w.terms(m, ours.Ours, true, true)...)
	var pages Line
	for _, p := range []Span{{Text: w.OurPage, URL: link(ours.Ours.URL)}, {Text: w.History, URL: w.history(first.Topic.Product)}} {
		if p.URL != "" {
			pages = append(pages, Span{Text: " · "}, p)
		}
	}
	own = append(own, pages...)
	e := Entry{Lines: []Line{head, own}, Brief: []Line{head}}
	rivals := group(as, func(a market.Alert) string { // one that stands for all rivals is told with what else is told of it
		return string(cmp.Or(a.Topic.Source, a.Facts.Theirs.Source))
	})
	said := rivals[:min(len(rivals), maxRivals)]
	for _, same := range said {
		f, _, _ := together(same)
		verdict := w.verdict(m, f)
		e.Lines = append(append(e.Lines, w.rival(m, same)...), verdict...)
		e.Brief = append(append(e.Brief, w.news(same)), verdict...)
		if u := link(f.Theirs.URL); u != "" {
			pages = append(pages, Span{Text: " · "}, Span{Text: fmt.Sprintf(w.TheirPage, name(f.Theirs)), URL: u})
		}
		e.Glance = append(e.Glance, w.glance(called(first.Facts, first.Topic.Product), same)...)
		e.Alerts += len(same)
	}
	if len(pages) > 0 {
		e.Brief = append(e.Brief, pages[1:])
	}
	if alone {
		e.Card = w.card(m, head[0], ours, said)
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
	say := w.price(f.Theirs)
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
	if d := w.door(f, moved); d != "" {
		l = append(l, Span{Text: ", " + d})
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
// the price before and what the shop stands for if one of them knows it; moved and stock say what kinds of alert are among them.
func together(as []market.Alert) (f market.Facts, moved, stock bool) {
	f = as[0].Facts
	before, against := f.Before, f.Against
	for _, a := range as {
		if a.Facts.Theirs.SeenAt.After(f.Theirs.SeenAt) {
			f = a.Facts
		}
		if a.Facts.Before.Known() {
			before = a.Facts.Before
		}
		stock, against = stock || a.Kind == "stock", cmp.Or(against, a.Facts.Against)
	}
	for _, a := range as { // the newest verdict on that very price
		if v := a.Facts.Verdict; a.Facts.Theirs.Price == f.Theirs.Price && v.At.After(f.Verdict.At) {
			f.Verdict = v
		}
	}
	f.Before, f.Against = before, against
	return f, before.Known(), stock
}

// rival says what a rival asks, how that differs, how old the fact is, and what else differs: both ways.
func (w words) rival(m alerts.Message, as []market.Alert) []Line {
	f, _, stock := together(as)
	l := w.news(as)
	if as[0].Topic.Source == f.Ours.Source {
		return []Line{l}
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
	return lines
}

// verdict says in a line whether we match a rival's price; none where no policy says so.
func (w words) verdict(m alerts.Message, f market.Facts) []Line {
	outcome, why := w.Say(f.Verdict, m.At)
	if outcome == "" || f.Theirs.Source == f.Ours.Source {
		return nil
	}
	l := Line{{Text: w.Verdict + ": "}, {Text: outcome, Bold: true}}
	if why != "" {
		l = append(l, Span{Text: " · " + Cut(why, maxWhyRunes)})
	}
	return []Line{l}
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

// price is what a shop asks, and what that is at the door where shipping costs something.
func (w words) price(s market.Side) string {
	switch {
	case !s.Price.Known():
		return w.NoPrice
	case s.Delivered.Known() && s.Delivered != s.Price:
		return w.Money(s.Price) + ", " + fmt.Sprintf(w.Delivered, w.Money(s.Delivered))
	}
	return w.Money(s.Price)
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

// door says what a price that moved is with shipping, and the gap there where that is another one than what gap says.
func (w words) door(f market.Facts, moved bool) string {
	var say []string
	if t := f.Theirs; moved && t.Delivered.Known() && t.Delivered != t.Price {
		say = append(say, fmt.Sprintf(w.Delivered, w.Money(t.Delivered)))
	}
	d, err := f.Theirs.Delivered.Sub(f.Ours.Delivered)
	switch {
	case err != nil || w.gap(f) == "" || d == f.Gap:
	case d.Sign() < 0:
		say = append(say, fmt.Sprintf(w.DoorCheaper, w.Money(d.Abs())))
	case d.Sign() > 0:
		say = append(say, fmt.Sprintf(w.DoorDearer, w.Money(d)))
	default:
		say = append(say, w.DoorLevel)
	}
	return strings.Join(say, ", ")
}

// terms are stock, delivery and shipping of a shop, and how old all of it is; stock and shipping only where they
// are asked for, since a message may say them elsewhere.
func (w words) terms(m alerts.Message, s market.Side, stock, shipping bool) Line {
	var l Line
	if stock {
		l = append(l, Span{Text: " · " + w.inStock(s)})
	}
	if d := w.delivery(s); d.Text != w.NoDelivery || s.Stock.Available() != market.AnswerNo {
		l = append(l, Span{Text: " · "}, d)
	}
	if shipping && s.Shipping.Known() {
		l = append(l, Span{Text: " · " + w.costs(s)})
	}
	if !s.SeenAt.IsZero() {
		l = append(l, Span{Text: " · " + fmt.Sprintf(w.Seen, w.Ago(s.SeenAt, m.At))})
	}
	return l
}

// delivery says when a shop delivers, in its own words where they state no number of days.
func (w words) delivery(s market.Side) Span {
	n, ok := s.DeliveryDays.Get()
	switch {
	case ok && n == 0:
		return Span{Text: w.Today}
	case ok && n == 1:
		return Span{Text: w.Day}
	case ok:
		return Span{Text: fmt.Sprintf(w.Days, n)}
	case s.DeliveryText.Known():
		return Span{Text: Cut(s.DeliveryText.Plain(), maxWordsRunes), Foreign: true}
	}
	return Span{Text: w.NoDelivery}
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
		better = w.appendPoint(better, w.Pick(a.Ours), them, w.Pick(a.Theirs), days && a.Kind == market.PointDelivery)
	}
	for _, a := range f.Drawbacks[:min(len(f.Drawbacks), maxPoints)] {
		worse = w.appendPoint(worse, w.Pick(a.Theirs), us, w.Pick(a.Ours), days && a.Kind == market.PointDelivery)
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

// appendPoint adds a selling point with what the other shop has, unless that is said elsewhere; what is not known of it is said
// to be not known.
func (w words) appendPoint(list []string, point, other, theirs string, said bool) []string {
	if point = Cut(point, maxWordsRunes); point == "" {
		return list
	}
	if !said {
		point += " (" + other + ": " + cmp.Or(Cut(theirs, maxWordsRunes), w.Unsaid) + ")"
	}
	return append(list, point)
}
