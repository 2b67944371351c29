// Package blockkit writes messages the way of Slack: as Block Kit, and as text for what does not show it. Foreign text stands
// in elements that Slack does not parse (plain_text, rich_text); see inert for the second line of defence.
package blockkit

import (
	"encoding/json"
	"unicode/utf8"

	"pricegap/alerts/notify/inert"
	"pricegap/alerts/notify/say"
)

// Slack's limits. It documents 50 blocks a message and 150 characters a header, and refuses from about 13,000 characters
// in all, which it does not document; texts alone should stay below 4,000.
const (
	maxBlocks = 50
	maxChars  = 12_000
	maxHeader = 150
	maxText   = 3_900
)

// Block is a block of Slack's Block Kit; see docs.slack.dev/reference/block-kit/blocks.
type Block struct {
	Type     string    `json:"type"`
	Text     *Element  `json:"text,omitempty"`     // of a header
	Elements []Element `json:"elements,omitempty"` // of a context, or a rich_text
}

// Element is a part of a block: a plain text of a context, or a rich_text_section, a text or a link of a rich text.
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

// Blocks writes a document as Block Kit.
func Blocks(d say.Document) []Block {
	title := plain(say.Cut(d.Title, maxHeader))
	blocks := []Block{{Type: "header", Text: &title}}
	for _, n := range d.Notes {
		blocks = append(blocks, Block{Type: "context", Elements: []Element{plain(n)}})
	}
	size, told := chars(blocks...), 0
	room := maxChars - chars(richText(d.Rest(0)))
	for _, e := range d.Entries {
		b := richText(e.Lines...)
		if size += chars(b) + 1; size > room || len(blocks) >= maxBlocks-1 {
			break
		}
		blocks = append(blocks, b)
		told++
	}
	if l := d.Rest(told); l != nil {
		blocks = append(blocks, richText(l))
	}
	return blocks
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
		t := s.Text
		if s.Foreign {
			t = inert.Text(t)
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
