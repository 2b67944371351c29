package notify

import (
	"strings"
	"unicode/utf8"

	"pricegap/alerts/notify/inert"
)

// slackSummary is the text of notifications and of readers that do not show blocks.
func (d document) slackSummary() string {
	b := []string{slackEscape.Replace(d.title)}
	for _, e := range d.entries[:min(len(d.entries), 3)] {
		b = append(b, slackLine(e.headline))
	}
	for _, n := range d.notes {
		b = append(b, slackEscape.Replace(n))
	}
	return strings.Join(b, " · ")
}

// slackPlain is the whole message as text that Slack parses for nothing.
func (d document) slackPlain() string {
	b := slackEscape.Replace(d.title)
	for _, n := range d.notes {
		b += "\n" + slackEscape.Replace(n)
	}
	told := 0
	for _, e := range d.entries {
		next := ""
		for _, l := range e.lines {
			next += "\n" + slackLine(l)
		}
		if utf8.RuneCountInString(b+next) > slackMaxText-200 {
			break
		}
		b += next
		told++
	}
	if l := d.rest(told); l != nil {
		b += "\n" + slackLine(l)
	}
	return b
}

// slackLine writes a line for a text field: Slack's three control characters are escaped, foreign text is
// inert, links are written as ours.
func slackLine(l line) string {
	var b strings.Builder
	for _, s := range l {
		switch t := slackEscape.Replace(s.text); {
		case s.url != "":
			b.WriteString("<" + slackEscape.Replace(s.url) + "|" + t + ">")
		case s.foreign:
			b.WriteString(slackEscape.Replace(inert.Text(s.text)))
		default:
			b.WriteString(t)
		}
	}
	return b.String()
}

var slackEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
