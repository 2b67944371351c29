package say

import (
	"cmp"
	"slices"

	"pricegap/alerts"
	"pricegap/market"
)

const (
	maxServices  = 4  // that a card compares
	maxCellRunes = 60 // of the title of a product
)

// none stands in a cell that has nothing to say.
const none = "–"

// called is a product in one cell: its title, shortened, and our article number.
func called(f market.Facts, id market.ProductID) Span {
	h := heading(f, id)
	say := Cut(h[0].Text, maxCellRunes)
	for _, s := range h[1:] {
		say += s.Text
	}
	return Span{Text: say, Foreign: true}
}

// row makes a table of one row out of the cells of a glance, the missing and empty ones filled in.
func row(cells ...Span) Table {
	const columns = 5
	out := make([]Span, columns)
	for i := range out {
		out[i] = Span{Text: none}
		if i < len(cells) && cells[i].Text != "" {
			out[i] = Span{Text: cells[i].Text, Foreign: cells[i].Foreign}
		}
	}
	return Table{out}
}

// glance says in a row what alerts say about one product at one shop.
func (w words) glance(product Span, as []market.Alert) Table {
	f, _, _ := together(as)
	known := func(say string) Span { return Span{Text: cmp.Or(say, w.Unsaid)} }
	ours := known(w.Money(f.Ours.Price))
	if as[0].Topic.Source == f.Ours.Source {
		return row(product, Span{Text: w.We}, Span{}, ours)
	}
	return row(product, Span{Text: w.them(f)}, known(w.Money(f.Theirs.Price)), ours, known(w.gap(f)))
}

// column is one shop of a card, with what a rival's alerts say of it; ours has none.
type column struct {
	side  market.Side
	facts *market.Facts
}

// card compares a product with rivals, field by field: what a shop asks, has and promises, and what the formulas say. What is
// not known is said to be not known. It is empty where there is no rival to compare with.
func (w words) card(m alerts.Message, product Span, ours market.Facts, rivals [][]market.Alert) Table {
	columns := []column{{side: ours.Ours}}
	head := []Span{{Text: product.Text, Foreign: true}, {Text: w.We}}
	for _, as := range rivals {
		if f, _, _ := together(as); as[0].Topic.Source != f.Ours.Source {
			columns = append(columns, column{f.Theirs, &f})
			head = append(head, Span{Text: name(f.Theirs)})
		}
	}
	if len(columns) == 1 {
		return nil
	}
	t := Table{head}
	add := func(field string, cell func(column) Span) {
		cells := []Span{{Text: w.Fields[field]}}
		for _, c := range columns {
			s := cell(c)
			s.Text = cmp.Or(s.Text, w.Unsaid)
			cells = append(cells, s)
		}
		t = append(t, cells)
	}
	asked := []string{"price", "gap", "delivered"}
	if ours.Basis == "delivered" {
		asked = []string{"price", "delivered", "gap"} // a difference stands below what differs
	}
	for _, field := range asked {
		add(field, func(c column) Span { return w.asked(field, c) })
	}
	add("stock", func(c column) Span { return Span{Text: w.Stock[c.side.Stock]} })
	promises := promised(columns)
	add("delivery", func(c column) Span { return w.delivers(promises, c) })
	for _, k := range []market.PointKind{market.PointPickup, market.PointWarranty, market.PointReturns, market.PointRating} {
		if slices.ContainsFunc(promises, func(p promise) bool { return p.kind == k }) {
			add(string(k), func(c column) Span { return Span{Text: w.promise(promises, k, "", c)} })
		}
	}
	for _, s := range w.services(promises) {
		add("service", func(c column) Span { return Span{Text: w.promise(promises, market.PointService, s, c)} })
	}
	add("seen", func(c column) Span {
		if c.side.SeenAt.IsZero() {
			return Span{}
		}
		return Span{Text: w.Ago(c.side.SeenAt, m.At)}
	})
	return t
}

// asked is what a shop asks, and how that differs from ours.
func (w words) asked(field string, c column) Span {
	switch {
	case field == "price":
		return Span{Text: w.Money(c.side.Price)}
	case field == "gap" && c.facts == nil:
		return Span{Text: none}
	case field == "gap":
		return Span{Text: w.gap(*c.facts)}
	case !c.side.Delivered.Known() || !c.side.Shipping.Known():
		return Span{Text: w.Money(c.side.Delivered)}
	}
	return Span{Text: w.Money(c.side.Delivered) + " (" + w.costs(c.side) + ")"}
}

// delivers is what a shop promises of the delivery of what it has: of its formula, else of the page.
func (w words) delivers(all []promise, c column) Span {
	page, absent := w.delivery(c.side), c.side.Stock.Available() == market.AnswerNo
	switch say := w.promise(all, market.PointDelivery, "", c); {
	case say != "" && !absent:
		return Span{Text: say}
	case page.Text != w.NoDelivery:
		return page
	case absent:
		return Span{Text: none}
	}
	return Span{}
}

// promise is one point in which two formulas were compared, in words; theirsOnly says that ours has none such.
type promise struct {
	kind       market.PointKind
	rival      market.SourceID
	we, they   map[string]string
	theirsOnly bool
}

// promised lists what the formulas say, ours beside that of each rival.
func promised(columns []column) (out []promise) {
	for _, c := range columns[1:] {
		for i, list := range [][]market.Advantage{c.facts.Advantages, c.facts.Even, c.facts.Drawbacks} {
			for _, a := range list {
				out = append(out, promise{a.Kind, c.side.Source, a.Ours, a.Theirs, i == 2})
			}
		}
	}
	return out
}

// service is the service that a promise is about.
func (w words) service(p promise) string {
	if p.theirsOnly {
		return w.Pick(p.they)
	}
	return w.Pick(p.we)
}

// promise says what a shop promises of a kind, or of one service; "" where that is not known.
func (w words) promise(all []promise, k market.PointKind, service string, c column) string {
	for _, p := range all {
		say := ""
		switch {
		case p.kind != k || service != "" && w.service(p) != service:
		case c.facts == nil:
			say = w.Pick(p.we)
		case p.rival == c.side.Source:
			say = w.Pick(p.they)
		}
		if say != "" {
			return Cut(say, maxWordsRunes)
		}
	}
	return ""
}

// services names the services that some shop offers, in the order in which they are told.
func (w words) services(all []promise) (out []string) {
	for _, p := range all {
		if say := w.service(p); p.kind == market.PointService && say != "" && !slices.Contains(out, say) && len(out) < maxServices {
			out = append(out, say)
		}
	}
	return out
}
