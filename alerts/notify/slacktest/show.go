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
	Label    *part           `json:"label"` // of an input, as the others below it
	Element  *part           `json:"element"`
	Optional bool            `json:"optional"`
	Rows     [][]part        `json:"rows"`
}

// Show writes blocks as text for people, so that a golden file of it can be read: a heading under #, bold words between
// asterisks, the address of a link in angle brackets, buttons and what is filled in in square ones, a table with its columns under
// each other.
func Show(blocks json.RawMessage) (string, error) {
	var list []part
	if err := json.Unmarshal(blocks, &list); err != nil {
		return "", fmt.Errorf("slacktest: %w", err)
	}
	return all(list, "\n\n") + "\n", nil
}

// ShowView writes a view as Show does blocks, with its title and the buttons that end it.
func ShowView(view json.RawMessage) (string, error) {
	var v struct {
		Title, Submit, Close part
		Blocks               []part
	}
	if err := json.Unmarshal(view, &v); err != nil {
		return "", fmt.Errorf("slacktest: %w", err)
	}
	// A title, a submit and a close are texts, which say what they are themselves.
	return "## " + v.Title.text() + "\n\n" + all(v.Blocks, "\n\n") + "\n\n[" + v.Close.text() + "] [" + v.Submit.text() + "]\n", nil
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
	case "static_select":
		return "[" + all(p.Options, " | ") + "]"
	case "plain_text_input":
		return "[        ]"
	case "input":
		return p.input()
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

// input is something to fill in, with a star where it must be.
func (p part) input() string {
	if p.Label == nil || p.Element == nil {
		return ""
	}
	must := " *"
	if p.Optional {
		must = ""
	}
	return p.Label.text() + must + ": " + p.Element.show()
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
