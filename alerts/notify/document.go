package notify

import (
	"fmt"
	"net/url"
	"strings"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/alerts/notify/lang"
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

// entry is what a message says about one product or one source; it stands for that many alerts. The headline
// says it in a notification.
type entry struct {
	headline line
	lines    []line
	alerts   int
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
		d.notes = append(d.notes, fmt.Sprintf(w.Test, m.Channel))
	case len(m.Firing) > 0:
		d.title = lang.Count(len(m.Firing), w.HeadOne, w.Head)
		if n := len(m.Resolved); n > 0 {
			d.title += ", " + fmt.Sprintf(w.HeadAlso, n)
		}
	default:
		d.title = lang.Count(len(m.Resolved), w.HeadOneOver, w.HeadOver)
	}
	if m.Digest {
		d.title = w.Digest + ": " + d.title
	}
	if m.Formula.Name != "" {
		d.title = m.Formula.Name + " · " + d.title
	}
	if m.Repeat {
		d.notes = append(d.notes, w.Repeat)
	}
	if m.Late > 0 {
		d.notes = append(d.notes, lang.Count(m.Late, w.LateOne, w.Late))
	}
	if m.Escalated > 0 {
		d.notes = append(d.notes, lang.Count(m.Escalated, w.EscalatedOne, w.Escalated))
	}
	if m.Unknown > 0 {
		d.notes = append(d.notes, lang.Count(m.Unknown, w.LastOne, w.Last))
	}
	most, under := maxEntries, ""
	if m.Spell > 0 {
		most = min(most, m.Spell)
	}
	for _, as := range byTopic(m.Firing, m.GroupBy) {
		if len(d.entries) == most {
			break
		}
		e := w.entry(m, as)
		if h, foreign := m.GroupBy.Of(as[0]); h != "" && h != under {
			under = h
			e.lines = append([]line{{{text: cut(h, maxWordsRunes), bold: true, foreign: foreign}}}, e.lines...)
		}
		d.entries = append(d.entries, e)
	}
	for _, a := range m.Resolved[:min(len(m.Resolved), most-len(d.entries))] {
		l := w.ended(a)
		d.entries = append(d.entries, entry{l, []line{l}, 1})
	}
	return d
}

// byTopic groups alerts about one product under one heading, in the order of their first.
func byTopic(as []market.Alert, by calm.Group) [][]market.Alert {
	return group(as, func(a market.Alert) string {
		if a.Topic.Product == "" {
			return "source\x00" + a.ID // each source speaks for itself
		}
		heading, _ := by.Of(a)
		return string(a.Topic.Product) + "\x00" + heading
	})
}

// group splits alerts by a key, in the order of the first of each.
func group(as []market.Alert, key func(market.Alert) string) [][]market.Alert {
	var out [][]market.Alert
	at := map[string]int{}
	for _, a := range as {
		k := key(a)
		i, ok := at[k]
		if !ok {
			i = len(out)
			out = append(out, nil)
			at[k] = i
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
	l := line{{text: fmt.Sprintf(d.w.More, d.total-told) + ": "}}
	if u := link(d.web + "/alerts"); d.web != "" && u != "" {
		return append(l, span{text: d.w.MoreWeb, url: u})
	}
	return append(l, span{text: d.w.MoreList})
}

// heading is the title of a product with our article number behind it.
func heading(f market.Facts, id market.ProductID) line {
	l := line{{text: title(f, id), bold: true, foreign: true}}
	if f.Title.Known() {
		l = append(l, span{text: " (" + cut(string(id), maxWordsRunes) + ")", foreign: true})
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
