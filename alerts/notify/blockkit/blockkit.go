// Package blockkit writes messages the way of Slack: as Block Kit, and as text for what does not show it. Foreign text stands
// in elements that Slack does not parse (plain_text, rich_text); see inert for the second line of defence.
package blockkit

import (
	"encoding/json"
	"slices"
	"unicode/utf8"

	"pricegap/alerts/notify/inert"
	"pricegap/alerts/notify/say"
)

// Slack's limits. It documents 50 blocks a message and 150 characters a header, and refuses from about 13,000 characters
// in all, which it does not document; texts alone should stay below 4,000.
const (
	MaxBlocks = 50
	MaxChars  = 12_000
	maxHeader = 150
	maxText   = 3_900
	maxRows   = 100 // of the one table that a message may have
)

// What a message has room for.
const (
	glanceChars = 4_500 // kept for a table of the entries that are not spelled out
	cardChars   = 9_000 // of a table that compares a product
)

// Block is a block of Slack's Block Kit; see docs.slack.dev/reference/block-kit/blocks.
type Block struct {
	Type     string    `json:"type"`
	Text     *Element  `json:"text,omitempty"`     // of a header
	Elements []Element `json:"elements,omitempty"` // of a context, or a rich_text
	// Columns and Rows are those of a table.
	Columns []Column    `json:"column_settings,omitempty"`
	Rows    [][]Element `json:"rows,omitempty"`
}

// Column says how the cells of a column of a table look.
type Column struct {
	Align   string `json:"align"`
	Wrapped bool   `json:"is_wrapped"`
}

// Element is a part of a block: a plain text of a context, a rich_text_section, a text or a link of a rich text, or a
// raw_text of a table.
type Element struct {
	Type     string    `json:"type"`
	URL      string    `json:"url,omitempty"`
	Text     string    `json:"text,omitempty"`
	Emoji    *bool     `json:"emoji,omitempty"`
	Style    *Style    `json:"style,omitempty"`
	Elements []Element `json:"elements,omitempty"`
}

// Style is how a text looks.
type Style struct {
	Bold bool `json:"bold,omitempty"`
}

// plain is a text that Slack does not parse.
func plain(s string) Element { return Element{Type: "plain_text", Text: s, Emoji: new(bool)} }

// Blocks writes a document as Block Kit: a product beside its rivals as a table, several entries as text and, where not all have
// room, the next ones as rows of a table; what has no room even so is counted. A table comes last, where Slack shows it.
func Blocks(d say.Document) []Block {
	bs, _, _ := Layout(d)
	return bs
}

// Layout returns what Blocks does, and where among them the entries begin that are told as text, a block each, and how many they are.
func Layout(d say.Document) (blocks []Block, first, told int) {
	title := plain(say.Cut(d.Title, maxHeader))
	blocks = []Block{{Type: "header", Text: &title}}
	for _, n := range d.Notes {
		blocks = append(blocks, Block{Type: "context", Elements: []Element{plain(n)}})
	}
	room := MaxChars - chars(append(slices.Clone(blocks), richText(d.Rest(0)))...)
	most := MaxBlocks - len(blocks) - 2 // besides the line about the rest and a table
	texts := make([]Block, len(d.Entries))
	for i, e := range d.Entries {
		texts[i] = richText(e.Lines...)
	}
	var table []Block
	if len(d.Entries) > 0 {
		table, room = card(d, texts, room, most)
	}
	told = fit(texts, room, most)
	if told < len(texts) && table == nil {
		told = fit(texts, room-glanceChars, most)
	}
	first, blocks = len(blocks), append(blocks, texts[:told]...)
	rows := told
	if told < len(texts) && table == nil {
		table, rows = glance(d, told, room-chars(texts[:told]...))
	}
	if l := d.Rest(rows); l != nil {
		blocks = append(blocks, richText(l))
	}
	return append(blocks, table...), first, told
}

// card takes the product that has a table out of its text, where there is room for that, and returns the table and the room that is
// left. A first entry that has no room by itself says what it can.
func card(d say.Document, texts []Block, room, most int) ([]Block, int) {
	if i := slices.IndexFunc(d.Entries, func(e say.Entry) bool { return len(e.Card) > 0 }); i >= 0 {
		t, full := tableOf(d.Entries[i].Card, Column{"left", false}, Column{"left", true}), texts[i]
		texts[i] = richText(d.Entries[i].Brief...)
		if size := chars(t) + 1; size <= cardChars && fit(texts, room-size, most) > i {
			return []Block{t}, room - size
		}
		texts[i] = full
	}
	first := d.Entries[0]
	for _, lines := range [][]say.Line{first.Brief, {first.Headline}} {
		if len(lines) > 0 && chars(texts[0]) > room-glanceChars {
			texts[0] = richText(append(slices.Clone(lines), say.Line{{Text: "…"}})...)
		}
	}
	return nil, room
}

// fit returns how many of the blocks have room, at most that many.
func fit(bs []Block, room, most int) int {
	for i, b := range bs {
		if room -= chars(b) + 1; room < 0 || i == most {
			return i
		}
	}
	return len(bs)
}

// glance makes a table of the entries from one on that have room, and returns where they end; none where not one has.
func glance(d say.Document, from, room int) (table []Block, to int) {
	columns := []Column{{"left", true}, {"left", false}, {"right", false}, {"right", false}, {"left", true}}
	for to = from; to < len(d.Entries); to++ {
		t := tableOf(d.Glance(from, to+1), columns...)
		if len(t.Rows) > maxRows || chars(t)+1 > room {
			break
		}
		table = []Block{t}
	}
	return table, to
}

// tableOf writes a table; the last of the columns stands for those after it.
func tableOf(t say.Table, columns ...Column) Block {
	b := Block{Type: "table"}
	for i := range t[0] {
		b.Columns = append(b.Columns, columns[min(i, len(columns)-1)])
	}
	for _, r := range t {
		cells := make([]Element, len(r))
		for i, c := range r {
			cells[i] = Element{Type: "raw_text", Text: shown(c)}
		}
		b.Rows = append(b.Rows, cells)
	}
	return b
}

// shown is the text of a span that a chat does not act on.
func shown(s say.Span) string {
	if s.Foreign {
		return inert.Text(s.Text)
	}
	return s.Text
}

// chars counts the characters of blocks as they travel.
func chars(blocks ...Block) int {
	b, _ := json.Marshal(blocks) // plain structs: it cannot fail
	return utf8.RuneCount(b)
}

// richText writes lines as one block; neighbours of one style become one element.
func richText(lines ...say.Line) Block {
	var out []Element
	open := false // whether the last element takes more text
	add := func(s say.Span) {
		t := shown(s)
		if t == "" {
			return // of which Slack takes none
		}
		if n := len(out) - 1; open && (out[n].Style != nil) == s.Bold {
			out[n].Text += t
			return
		}
		e := Element{Type: "text", Text: t}
		if s.Bold {
			e.Style = &Style{Bold: true}
		}
		out, open = append(out, e), true
	}
	for i, l := range lines {
		if i > 0 {
			add(say.Span{Text: "\n"})
		}
		for _, s := range l {
			if s.URL == "" {
				add(s)
				continue
			}
			out, open = append(out, Element{Type: "link", URL: s.URL, Text: s.Text}), false
		}
	}
	return Block{Type: "rich_text", Elements: []Element{{Type: "rich_text_section", Elements: out}}}
}
