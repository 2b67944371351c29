package slacktest

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// part is any part of a block, as far as it shows something.
type part struct {
	Type     string          `json:"type"`
	Text     json.RawMessage `json:"text"` // a string, or an object with one
	URL      string          `json:"url"`
	Style    json.RawMessage `json:"style"`
	Elements []part          `json:"elements"`
	Fields   []part          `json:"fields"`
	Options  []part          `json:"options"` // of a menu
	User     string          `json:"user_id"`
	Rows     [][]part        `json:"rows"`
}

// Show writes blocks as text for people, so that a golden file of it can be read: a heading under #, bold words between
// asterisks, the address of a link in angle brackets, buttons in square ones, a table with its columns under each other.
func Show(blocks json.RawMessage) (string, error) {
	var list []part
	if err := json.Unmarshal(blocks, &list); err != nil {
		return "", fmt.Errorf("slacktest: %w", err)
	}
	var out []string
	for _, p := range list {
		out = append(out, p.show())
	}
	return strings.Join(out, "\n\n") + "\n", nil
}

func (p part) show() string {
	switch p.Type {
	case "header":
		return "# " + p.text()
	case "divider":
		return "---"
	case "table":
		return table(p.Rows)
	case "actions":
		return all(p.Elements, " ")
	case "button":
		return "[" + p.text() + "]"
	case "context":
		return "(" + all(p.Elements, " ") + ")"
	case "overflow":
		return "[… " + all(p.Options, " | ") + "]"
	case "user":
		return "@" + p.User
	case "link":
		return p.text() + " <" + p.URL + ">"
	}
	s := p.text() + all(p.Elements, "")
	if strings.Contains(string(p.Style), "bold") {
		s = "*" + s + "*"
	}
	if len(p.Fields) > 0 {
		s += "\n" + all(p.Fields, "\n")
	}
	return s
}

func all(ps []part, joiner string) string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = p.show()
	}
	return strings.Join(out, joiner)
}

// text is what a part says itself.
func (p part) text() string {
	var s string
	if json.Unmarshal(p.Text, &s) == nil {
		return s
	}
	var inner struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal(p.Text, &inner)
	return inner.Text
}

// table writes rows with their columns under each other.
func table(rows [][]part) string {
	var widths []int
	for _, r := range rows {
		for i, c := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(c.show()))
		}
	}
	lines := make([]string, len(rows))
	for n, r := range rows {
		for i, c := range r {
			lines[n] += "| " + c.show() + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c.show())+1)
		}
		lines[n] += "|"
	}
	return strings.Join(lines, "\n")
}
