package say

import "strings"

// Text returns a document as text for people: a title, then each product or source, two spaces in.
func (d Document) Text() string {
	var b strings.Builder
	b.WriteString(d.Title + "\n")
	for _, n := range d.Notes {
		b.WriteString(n + "\n")
	}
	for _, e := range d.Entries {
		lines := e.Lines
		if e.Headed {
			b.WriteString("\n— " + lines[0].Text() + " —\n")
			lines = lines[1:]
		}
		for i, l := range lines {
			indent := "  "
			if i == 0 {
				indent = "\n"
			}
			b.WriteString(indent + l.Text() + "\n")
		}
	}
	if l := d.Rest(len(d.Entries)); l != nil {
		b.WriteString("\n" + l.Text() + "\n")
	}
	return b.String()
}

// Text writes a line as it is; text from pages has no control characters, so a terminal takes it safely.
func (l Line) Text() string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.Text)
		if s.URL != "" {
			b.WriteString(": " + s.URL)
		}
	}
	return b.String()
}
