// Package say puts what a channel is told into words of one language: a document of entries, lines and spans, which each
// channel writes its own way.
package say

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/alerts/notify/lang"
	"pricegap/market"
)

// Bounds of what one message spells out; the rest is a count.
const (
	maxTitleRunes = 120
	maxNoteRunes  = 250
	maxWhyRunes   = 400 // of a verdict
	maxWordsRunes = 80
	maxURLBytes   = 500
	maxPoints     = 4 // selling points beside one rival
	maxRivals     = 6 // alerts about one product
	maxEntries    = 40
)

// Span is a run of text. Foreign text came from a page: each channel makes it inert its own way. A span with a URL
// is a link whose text is ours.
type Span struct {
	Text    string
	Bold    bool
	Foreign bool
	URL     string
}

// Line is one line of a message.
type Line []Span

// Entry is what a message says about one product or one source; it stands for that many alerts.
type Entry struct {
	// Headline says it in a notification, Lines say all of it.
	Headline Line
	Lines    []Line
	// Headed says that the first of Lines, and of Brief, is the heading of a group that begins with it.
	Headed bool
	// Brief are the lines that go with Card, a table with all else, which a product beside rivals has that is the only one of its
	// message.
	Brief []Line
	Card  Table
	// Glance are its rows in a table of several entries; see Document.Glance.
	Glance Table
	Alerts int
	// First is the first of the alerts that fire, of those that nobody has taken on where there is one; zero for an end.
	First market.Alert
}

// Table is rows of cells, each of which says something; all rows are of one length.
type Table [][]Span

// Document is a message in words, before it is written the way of a channel.
type Document struct {
	Title   string
	Notes   []string // said before everything else: a test, a possible repeat
	Entries []Entry
	// total is how many alerts the message tells, more than the entries spell out.
	total int
	w     words
}

// words puts the facts of alerts into words of one language; web is the address of our own web pages.
type words struct {
	*lang.Words
	web string
}

func wordsOf(language, web string) words { return words{lang.Of(language), web} }

// Compose puts a message into words; web is the address of our own web pages, empty when there are none.
func Compose(m alerts.Message, web string) Document {
	w := wordsOf(m.Language, web)
	d := Document{w: w, total: len(m.Firing) + len(m.Resolved), Title: w.head(m)}
	if m.Test {
		d.Notes = append(d.Notes, fmt.Sprintf(w.Test, m.Channel))
	}
	if m.Digest {
		d.Title = w.Digest + ": " + d.Title
	}
	if m.Formula.Name != "" {
		d.Title = m.Formula.Name + " · " + d.Title
	}
	if m.Repeat {
		d.Notes = append(d.Notes, w.Repeat)
	}
	if m.Late > 0 {
		d.Notes = append(d.Notes, lang.Count(m.Late, w.LateOne, w.Late))
	}
	if m.Escalated > 0 {
		d.Notes = append(d.Notes, lang.Count(m.Escalated, w.EscalatedOne, w.Escalated))
	}
	if m.Unknown > 0 {
		d.Notes = append(d.Notes, lang.Count(m.Unknown, w.LastOne, w.Last))
	}
	d.Title = Cut(d.Title, maxTitleRunes)
	for i, n := range d.Notes {
		d.Notes[i] = Cut(n, maxNoteRunes)
	}
	most, under := maxEntries, ""
	if m.Spell > 0 {
		most = min(most, m.Spell)
	}
	topics := byTopic(m.Firing, m.GroupBy)
	products := 0
	for _, as := range topics {
		if as[0].Topic.Product != "" {
			products++
		}
	}
	for _, as := range topics {
		if len(d.Entries) == most {
			break
		}
		e := w.entry(m, as, products == 1)
		e.First = as[max(0, slices.IndexFunc(as, func(a market.Alert) bool { return !a.Acked.By.Known() }))]
		if h, foreign := w.heading(m.GroupBy, as[0], under); h != under {
			under = h
			group := Line{{Text: Cut(h, maxWordsRunes), Bold: true, Foreign: foreign}}
			e.Headed, e.Lines, e.Brief = true, append([]Line{group}, e.Lines...), append([]Line{group}, e.Brief...)
		}
		d.Entries = append(d.Entries, e)
	}
	for _, a := range m.Resolved[:min(len(m.Resolved), most-len(d.Entries))] {
		d.Entries = append(d.Entries, w.over(m, a))
	}
	return d
}

// heading is that of an alert which stands behind those under another one: what has none of its own comes last.
func (w words) heading(by calm.Grouping, a market.Alert, under string) (heading string, foreign bool) {
	if heading, foreign = by.Of(a); heading == "" && under != "" {
		return w.Other, false
	}
	return heading, foreign
}

// head says how much a message tells.
func (w words) head(m alerts.Message) string {
	over := len(m.Resolved)
	switch {
	case m.Test:
		return "pricegap"
	case len(m.Firing) == 0 && over == 0:
		return w.HeadNone
	case len(m.Firing) == 0:
		return lang.Count(over, w.HeadOneOver, w.HeadOver)
	case over > 0:
		return lang.Count(len(m.Firing), w.HeadOne, w.Head) + ", " + fmt.Sprintf(w.HeadAlso, over)
	}
	return lang.Count(len(m.Firing), w.HeadOne, w.Head)
}

// byTopic groups alerts about one product under one heading, in the order of their first.
func byTopic(as []market.Alert, by calm.Grouping) [][]market.Alert {
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

// Glance is a table of the entries from one to another, a row or a few for each, under headings.
func (d Document) Glance(from, to int) Table {
	f := d.w.Fields
	t := Table{{{Text: f["product"]}, {Text: f["shop"]}, {Text: f["theirs"]}, {Text: f["ours"]}, {Text: f["gap"]}}}
	for _, e := range d.Entries[from:to] {
		t = append(t, e.Glance...)
	}
	return t
}

// Rest is the line for the alerts that the first n entries do not spell out; nil when they tell all.
func (d Document) Rest(n int) Line {
	told := 0
	for _, e := range d.Entries[:n] {
		told += e.Alerts
	}
	if told >= d.total {
		return nil
	}
	l := Line{{Text: fmt.Sprintf(d.w.More, d.total-told) + ": "}}
	if u := link(d.w.web + "/alerts"); d.w.web != "" && u != "" {
		return append(l, Span{Text: d.w.MoreWeb, URL: u})
	}
	return append(l, Span{Text: d.w.MoreList})
}

// heading is the title of a product with our article number behind it.
func heading(f market.Facts, id market.ProductID) Line {
	l := Line{{Text: title(f, id), Bold: true, Foreign: true}}
	if f.Title.Known() {
		l = append(l, Span{Text: " (" + Cut(string(id), maxWordsRunes) + ")", Foreign: true})
	}
	return l
}

// history is the address of our own page about a product, with what its price was; "" where we have no pages.
func (w words) history(id market.ProductID) string {
	if w.web == "" {
		return ""
	}
	return link(w.web + "/product?" + url.Values{"id": {string(id)}}.Encode())
}

func title(f market.Facts, id market.ProductID) string {
	if f.Title.Known() {
		return Cut(f.Title.Plain(), maxTitleRunes)
	}
	return Cut(string(id), maxTitleRunes)
}

func name(s market.Side) string {
	return cmp.Or(Cut(s.Name, maxWordsRunes), Cut(string(s.Source), maxWordsRunes))
}

// Cut cleans s and shortens it to at most n runes.
func Cut(s string, n int) string {
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
