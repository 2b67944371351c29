package blockkit

import (
	"strings"
	"unicode/utf8"

	"pricegap/alerts/notify/inert"
	"pricegap/alerts/notify/say"
)

// restText is how long the line about the rest may be.
const restText = 200

// Summary is the text of notifications and of readers that do not show blocks.
func Summary(d say.Document) string {
	parts := []string{}
	for _, e := range d.Entries[:min(len(d.Entries), 3)] {
		parts = append(parts, written(e.Headline))
	}
	for _, n := range d.Notes {
		parts = append(parts, escape.Replace(n))
	}
	b := escape.Replace(d.Title)
	for _, p := range parts {
		if next := b + " · " + p; utf8.RuneCountInString(next) <= maxText {
			b = next
		}
	}
	return b
}

// Plain is the whole message as text that Slack parses for nothing.
func Plain(d say.Document) string {
	b := escape.Replace(d.Title)
	for _, n := range d.Notes {
		b += "\n" + escape.Replace(n)
	}
	told := 0
	for i, e := range d.Entries {
		next := ""
		for _, l := range e.Lines {
			next += "\n" + written(l)
		}
		if i == 0 && utf8.RuneCountInString(b+next) > maxText-restText {
			next = "\n" + written(e.Headline) + " …"
		}
		if utf8.RuneCountInString(b+next) > maxText-restText {
			break
		}
		b += next
		told++
	}
	if l := d.Rest(told); l != nil {
		b += "\n" + written(l)
	}
	return b
}

// written writes a line for a text field: Slack's three control characters are escaped, foreign text is inert, links
// are written as ours.
func written(l say.Line) string {
	var b strings.Builder
	for _, s := range l {
		switch t := escape.Replace(s.Text); {
		case s.URL != "":
			b.WriteString("<" + escape.Replace(s.URL) + "|" + t + ">")
		case s.Foreign:
			b.WriteString(escape.Replace(inert.Text(s.Text)))
		default:
			b.WriteString(t)
		}
	}
	return b.String()
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
