package notify

import (
	"strings"

	"pricegap/alerts"
)

// RenderText returns a message as text for people: a title, then each product or source, two spaces in.
func RenderText(m alerts.Message) string { return compose(m, "").text() }

func (d document) text() string {
	var b strings.Builder
	b.WriteString(d.title + "\n")
	for _, n := range d.notes {
		b.WriteString(n + "\n")
	}
	for _, e := range d.entries {
		b.WriteString("\n")
		for i, l := range e.lines {
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(l.text() + "\n")
		}
	}
	if l := d.rest(len(d.entries)); l != nil {
		b.WriteString("\n" + l.text() + "\n")
	}
	return b.String()
}

// text writes a line as it is; text from pages has no control characters, so a terminal takes it safely.
func (l line) text() string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.text)
		if s.url != "" {
			b.WriteString(": " + s.url)
		}
	}
	return b.String()
}
