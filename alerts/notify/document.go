package notify

import (
	"fmt"
	"net/url"
	"strings"

	"pricegap/alerts"
	"pricegap/market"
)

// Bounds of what one message spells out; the rest is a count.
const (
	maxTitleRunes = 120
	maxWordsRunes = 80
	maxURLBytes   = 500
	maxPoints     = 4 // selling points beside one rival
	maxRivals     = 6 // alerts about one product
	maxEntries    = 40
)

// span is a run of text. Foreign text came from a page: each renderer makes it inert its own way. A span
// with a URL is a link whose text is ours.
type span struct {
	text    string
	bold    bool
	foreign bool
	url     string
}

type line []span

// entry is what a message says about one product or one source; it stands for that many alerts.
type entry struct {
	lines  []line
	alerts int
}

// document is a message in words, before it is written the way of a channel.
type document struct {
	w       words
	title   string
	notes   []string // said before everything else: a test, a possible repeat
	entries []entry
	// total is how many alerts the message tells, more than the entries spell out.
	total int
	web   string
}

// compose puts a message into words.
func compose(m alerts.Message, web string) document {
	w := wordsOf(m.Language)
	d := document{w: w, total: len(m.Firing) + len(m.Resolved), web: web}
	switch {
	case m.Test:
		d.title = "pricegap"
		d.notes = append(d.notes, fmt.Sprintf(w.test, m.Channel))
	case len(m.Firing) > 0:
		d.title = count(len(m.Firing), w.headOne, w.head)
	default:
		d.title = count(len(m.Resolved), w.headOneOver, w.headOver)
	}
	if m.Formula.Name != "" {
		d.title = m.Formula.Name + " · " + d.title
	}
	if m.Repeat {
		d.notes = append(d.notes, w.repeat)
	}
	for _, as := range byTopic(m.Firing) {
		d.entries = append(d.entries, w.entry(m, as))
	}
	for _, a := range m.Resolved {
		d.entries = append(d.entries, entry{[]line{w.over1(a)}, 1})
	}
	d.entries = d.entries[:min(len(d.entries), maxEntries)]
	return d
}

// byTopic groups alerts about one product, in the order of their first.
func byTopic(as []market.Alert) [][]market.Alert {
	var out [][]market.Alert
	at := map[market.ProductID]int{}
	for _, a := range as {
		i, ok := at[a.Topic.Product]
		if !ok || a.Topic.Product == "" {
			i = len(out)
			out = append(out, nil)
			at[a.Topic.Product] = i
		}
		out[i] = append(out[i], a)
	}
	return out
}

// rest is the line for the alerts that the first n entries do not spell out; nil when they tell all.
func (d document) rest(n int) line {
	told := 0
	for _, e := range d.entries[:n] {
		told += e.alerts
	}
	if told >= d.total {
		return nil
	}
	l := line{{text: fmt.Sprintf(d.w.more, d.total-told) + ": "}}
	if u := link(d.web + "/alerts"); d.web != "" && u != "" {
		return append(l, span{text: d.w.moreWeb, url: u})
	}
	return append(l, span{text: d.w.moreList})
}

// entry tells the alerts about one product, or about one source.
func (w words) entry(m alerts.Message, as []market.Alert) entry {
	f := as[0].Facts
	if as[0].Topic.Product == "" {
		return entry{w.blindLines(m, f), len(as)}
	}
	shown := as[:min(len(as), maxRivals)]
	lines := []line{{{text: title(f, as[0].Topic.Product), bold: true, foreign: true}}}
	lines = append(lines, append(line{{text: fmt.Sprintf(w.ours, w.price(f, f.Ours))}}, w.terms(m, f.Ours)...))
	if u := link(f.Ours.URL); u != "" {
		last := &lines[len(lines)-1]
		*last = append(*last, span{text: " · "}, span{text: w.ourPage, url: u})
	}
	for _, a := range shown {
		lines = append(lines, w.rival(m, a)...)
	}
	return entry{lines, len(shown)}
}

// rival says what a rival asks, how that differs, and how old the fact is.
func (w words) rival(m alerts.Message, a market.Alert) []line {
	f := a.Facts
	if a.Topic.Source == f.Ours.Source {
		return []line{{{text: w.moved(f, f.Ours, w.weLowered, w.weRaised)}}}
	}
	l := line{{text: name(f.Theirs), bold: true}, {text: ": "}}
	switch {
	case f.Before.Known():
		l = append(l, span{text: w.moved(f, f.Theirs, w.lowered, w.raised)})
	case a.Kind == "stock" && f.Theirs.Stock.Available() == market.AnswerYes:
		l = append(l, span{text: w.hasIt})
	case a.Kind == "stock":
		l = append(l, span{text: w.ranOut})
	default:
		l = append(l, span{text: w.price(f, f.Theirs)})
	}
	if g := w.gap(f); g != "" {
		l = append(l, span{text: ", "}, span{text: g, bold: true})
	}
	l = append(l, w.terms(m, f.Theirs)...)
	if u := link(f.Theirs.URL); u != "" {
		l = append(l, span{text: " · "}, span{text: fmt.Sprintf(w.theirPage, name(f.Theirs)), url: u})
	}
	lines := []line{l}
	if points := w.points(f.Advantages); points != "" {
		lines = append(lines, line{{text: points}})
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

// terms are stock, delivery and shipping of a shop, and how old all of it is; unknown stock is said, since it
// is neither in nor out.
func (w words) terms(m alerts.Message, s market.Side) line {
	stock := w.unknown
	if s.Stock != market.StockUnknown {
		stock = w.stock[s.Stock]
	}
	l := line{{text: " · " + stock}}
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
	if s.Shipping.Known() {
		say := w.freeShipping
		if s.Shipping.Sign() > 0 {
			say = fmt.Sprintf(w.shipping, w.money(s.Shipping))
		}
		l = append(l, span{text: " · " + say})
	}
	if !s.SeenAt.IsZero() {
		l = append(l, span{text: " · " + fmt.Sprintf(w.seen, w.ago(s.SeenAt, m.At))})
	}
	return l
}

// points say what our formula offers beside the rival.
func (w words) points(as []market.Advantage) string {
	var say []string
	for _, a := range as[:min(len(as), maxPoints)] {
		ours := cut(w.inLanguage(a.Ours), maxWordsRunes)
		if ours == "" {
			continue
		}
		if theirs := cut(w.inLanguage(a.Theirs), maxWordsRunes); theirs != "" {
			ours += " (" + fmt.Sprintf(w.theirsToo, theirs) + ")"
		}
		say = append(say, ours)
	}
	if len(say) == 0 {
		return ""
	}
	return w.onlyUs + ": " + strings.Join(say, "; ")
}

// blindLines say that a source cannot be seen, since when, and why.
func (w words) blindLines(m alerts.Message, f market.Facts) []line {
	last := w.neverSeen
	if !f.LastGoodAt.IsZero() {
		last = fmt.Sprintf(w.lastGood, w.ago(f.LastGoodAt, m.At))
	}
	if len(f.Failures) > 0 {
		codes := make([]string, 0, 3)
		for _, k := range f.Failures[:min(len(f.Failures), 3)] {
			codes = append(codes, string(k))
		}
		last += " · " + fmt.Sprintf(w.reason, strings.Join(codes, ", "))
	}
	return []line{{{text: fmt.Sprintf(w.blind, name(f.Theirs)), bold: true}}, {{text: last}}}
}

// over1 says that one alert is over, in one line.
func (w words) over1(a market.Alert) line {
	f := a.Facts
	if a.Topic.Product == "" {
		return line{{text: w.resolved + ": "}, {text: fmt.Sprintf(w.overBlind, name(f.Theirs)), bold: true}}
	}
	say := w.over
	switch a.Kind {
	case "undercut":
		say = w.overCheaper
	case "stock":
		say = w.overStock
	}
	l := line{{text: w.resolved + ": "}, {text: title(f, a.Topic.Product), bold: true, foreign: true}, {text: " · " + name(f.Theirs) + " " + say}}
	if f.Ours.Price.Known() && f.Theirs.Price.Known() {
		l = append(l, span{text: " (" + w.money(f.Theirs.Price) + ", " + fmt.Sprintf(w.ours, w.money(f.Ours.Price)) + ")"})
	}
	return l
}

func title(f market.Facts, id market.ProductID) string {
	if f.Title.Known() {
		return cut(f.Title.Plain(), maxTitleRunes)
	}
	return cut(string(id), maxTitleRunes)
}

func name(s market.Side) string {
	if s.Name != "" {
		return cut(s.Name, maxWordsRunes)
	}
	return string(s.Source)
}

// cut cleans s and shortens it to at most n runes.
func cut(s string, n int) string {
	r := []rune(market.NewText(s).Plain())
	if len(r) <= n {
		return string(r)
	}
	return strings.TrimRight(string(r[:n-1]), " ") + "…"
}

// link returns raw as an address that may stand in a message, or nothing: http or https, a host, no user, no
// fragment, plain characters, not too long.
func link(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.Opaque != "" {
		return ""
	}
	u.Fragment, u.RawFragment = "", ""
	s := u.String()
	if len(s) > maxURLBytes || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>|"`+"`\\", r) }) {
		return ""
	}
	return s
}
