package class

import (
	"bytes"
	"html"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/html/atom"

	"pricegap/market"
	"pricegap/parsers/class/phrase"
)

// maxRefusal is how much a page that refuses may say, in bytes of visible text; what says more is content, or a
// matter for Of.
const maxRefusal = 2_000

// How many sentences a page may have for one of them, not only a headline, to say what it is: beside the mark of a
// captcha, and alone.
const (
	maxLines = 30
	fewLines = 8
)

// Refusal returns what a response of any status is where it is a captcha, a bot check, a refusal, a waiting room, a
// maintenance page or, with status 200, a server's own error page; with the reason in one English sentence that is safe
// to show. It is "" for everything else. The body is UTF-8 or close to it. A page of content costs some microseconds:
// what says much is let through.
func Refusal(status int, h http.Header, body []byte) (market.FailureKind, string) {
	if status == 999 { // no status of HTTP (RFC 9110 §15); some sites refuse robots with it
		return market.FailBlockedChallenge, "the shop refuses the request with status 999"
	}
	if kind, why := ofHeader(h); kind != "" {
		return kind, why
	}
	g := glance(body, maxRefusal)
	if g.more {
		return "", ""
	}
	heads, lines := slices.Concat(phrase.Sentences(g.title), g.heads), phrase.Sentences(string(g.text))
	asked := slices.Concat(heads, lines[:min(len(lines), maxLines)])
	if len(lines) <= fewLines {
		heads = asked
	}
	kind, why := refused(heads, asked, body)
	if kind == "" && status == http.StatusOK {
		kind, why = ofStatus(heads), "an error page of the server, with status 200"
	}
	if kind == "" || priced(string(g.text)) || vendors.sells(body) || phrase.Say.Buy.Any(lines) {
		return "", ""
	}
	return kind, why
}

// refused judges a page that says little. Beside the mark of a captcha, any sentence may ask for a human; without one
// it takes a headline.
func refused(heads, asked []string, body []byte) (market.FailureKind, string) {
	if i := vendors.first(vendors.in(body), phrase.Say.Human.Any(asked) || phrase.Say.Refused.Any(asked)); i >= 0 {
		return signs[i].by(signs[i].vendor)
	}
	return wall(heads, nil)
}

// glimpse is what a page says, without a tree of it.
type glimpse struct {
	title string   // as written
	heads []string // headlines of the first and second order, folded
	text  []byte
	more  bool // the text goes on
}

// glance reads the title, the headlines and the first bytes of visible text, at most limit.
func glance(b []byte, limit int) (g glimpse) {
	g.text = make([]byte, 0, limit+4) // which a character, a space and a line end may exceed
	head := -1                        // where in the text a headline began
	for len(b) > 0 {
		i := bytes.IndexByte(b, '<')
		if i < 0 {
			i = len(b)
		}
		g.add(b[:i], limit)
		if b = b[i:]; len(b) == 0 {
			break
		}
		if len(g.text) > limit {
			g.more = true
			return g
		}
		name, closes, end := tag(b)
		switch {
		case name == "":
			g.text = append(g.text, '<')
		case !slices.Contains(inline, name):
			g.text = newline(g.text)
		}
		switch heading := name == "h1" || name == "h2"; {
		case heading && !closes:
			head = len(g.text)
		case heading && head >= 0:
			g.heads = append(g.heads, phrase.Sentences(string(g.text[head:]))...)
			head = -1
		}
		b = b[end:]
		if !closes && slices.Contains(silent, name) {
			inner := until(b, name)
			if name == "title" && g.title == "" {
				g.title = string(inner[:min(len(inner), 300)])
			}
			b = b[len(inner):]
		}
	}
	g.more = len(g.text) > limit
	return g
}

// add appends visible text, until there is more than limit; runs of white space become one space.
func (g *glimpse) add(b []byte, limit int) {
	gap := len(g.text) > 0 && g.text[len(g.text)-1] > ' '
	for _, c := range b[:min(len(b), 2*maxWall)] {
		if len(g.text) > limit {
			return
		}
		if c <= ' ' {
			if gap {
				g.text = append(g.text, ' ')
				gap = false
			}
			continue
		}
		g.text = append(g.text, c)
		gap = true
	}
	if gap && len(g.text) > 0 {
		g.text = append(g.text, ' ')
	}
}

// inline are elements in the middle of a sentence.
var inline = []string{"a", "abbr", "b", "bdi", "em", "font", "i", "mark", "small", "span", "strong", "sub", "sup", "u", "wbr", "!"}

// newline ends a line of text, where there is one.
func newline(text []byte) []byte {
	if n := len(text); n > 0 && text[n-1] != '\n' {
		return append(text, '\n')
	}
	return text
}

// priced reports whether a price other than nought stands in a text.
func priced(s string) bool {
	s = html.UnescapeString(s)
	for _, sign := range []string{"€", "$", "£", "EUR ", " EUR"} {
		for at := 0; ; {
			i := strings.Index(s[at:], sign)
			if i < 0 {
				break
			}
			i += at
			at = i + len(sign)
			if amount(s[at:], false) || amount(s[:i], true) {
				return true
			}
		}
	}
	return false
}

// amount reports whether a text begins, or ends, with a number that is not nought.
func amount(s string, ends bool) bool {
	const far = 16 // bytes from the sign of a currency
	if ends {
		s = s[max(0, len(s)-far):]
	} else {
		s = s[:min(len(s), far)]
	}
	s = strings.Trim(strings.ReplaceAll(s, "\u00a0", " "), " ")
	digits := strings.FieldsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ',' })
	if len(digits) == 0 || !ends && !strings.HasPrefix(s, digits[0]) || ends && !strings.HasSuffix(s, digits[len(digits)-1]) {
		return false
	}
	d := digits[0]
	if ends {
		d = digits[len(digits)-1]
	}
	return strings.ContainsAny(d, "123456789")
}

// silent are elements that people do not see, or not where they stand.
var silent = []string{"script", "style", "title", "template", "svg", "textarea"}

// tag returns the name of the tag that b begins with, in small letters, whether it is an end tag, and where it ends; "!" for a
// comment or declaration, "" where none begins.
func tag(b []byte) (name string, closes bool, end int) {
	if bytes.HasPrefix(b, []byte("<!--")) {
		if i := bytes.Index(b[4:], []byte("-->")); i >= 0 {
			return "!", false, 4 + i + 3
		}
		return "!", false, len(b)
	}
	from := 1
	if closes = len(b) > 1 && b[1] == '/'; closes {
		from = 2
	}
	i := from
	for i < len(b) && i < 12 && (lower(b[i]) >= 'a' && lower(b[i]) <= 'z' || i > from && b[i] >= '0' && b[i] <= '9') {
		i++
	}
	switch {
	case i > from:
		if a := atom.Lookup(b[from:i]); a != 0 { // which copies nothing
			name = a.String()
		} else {
			name = strings.ToLower(string(b[from:i]))
		}
	case closes, len(b) > 1 && (b[1] == '!' || b[1] == '?'):
		name = "!"
	default:
		return "", false, 1
	}
	if j := bytes.IndexByte(b, '>'); j >= 0 {
		return name, closes, j + 1
	}
	return name, closes, len(b)
}

// until returns what stands before the end tag of an element.
func until(b []byte, name string) []byte {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("</"))
		if i < 0 {
			return b
		}
		at += i + 2
		if len(b)-at >= len(name) && bytes.EqualFold(b[at:at+len(name)], []byte(name)) {
			return b[:at-2]
		}
	}
}
