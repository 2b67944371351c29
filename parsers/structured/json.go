package structured

import (
	"errors"
	"fmt"
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// errJSON is returned for a script that is not JSON, even with every repair.
var errJSON = errors.New("structured: not readable as JSON")

// lexer reads JSON as shops write it. It accepts what is broken in one plain way: comments, trailing and
// doubled commas, raw line breaks and unescaped quotes in strings, single quotes, bare keys, a byte order mark,
// CDATA and HTML comment wrappers, a ";" at the end. What does not end is refused: half a value may be a wrong one.
type lexer struct {
	b     string
	i     int
	depth int
	left  *int // values that may still be read on this page
}

// parseJSON returns the items at the top level of a script. where names the script.
func parseJSON(b, where string, left *int) ([]*Item, error) {
	if len(b) > maxScript {
		return nil, fmt.Errorf("%w: %s: more than %d bytes", errJSON, where, maxScript)
	}
	if t := strings.TrimLeft(b, "\ufeff \t\r\n{["); strings.HasPrefix(t, "&quot;") || strings.HasPrefix(t, "&#34;") {
		b = html.UnescapeString(b)
	}
	l := &lexer{b: b, left: left}
	var out []*Item
	for {
		l.space()
		for l.peek() == ';' || l.peek() == ',' {
			l.i++
			l.space()
		}
		if c := l.peek(); c != '{' && c != '[' {
			break // the end, or something that is no data
		}
		root := &Item{Where: where}
		if err := l.value(root, ""); err != nil {
			return out, fmt.Errorf("%w: %s: %w at byte %d", errJSON, where, err, l.i)
		}
		for _, v := range root.All("") {
			if v.Item != nil {
				out = append(out, v.Item)
			}
		}
	}
	return out, nil
}

func (l *lexer) peek() byte {
	if l.i < len(l.b) {
		return l.b[l.i]
	}
	return 0
}

// wrappers are passed over wherever white space may stand.
var wrappers = []string{"<![CDATA[", "]]>", "<!--", "-->", "\ufeff"}

// space skips white space, comments and wrappers.
func (l *lexer) space() {
next:
	for l.i < len(l.b) {
		switch c := l.b[l.i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0:
			l.i++
			continue
		case c == '/' && l.has("//"):
			end := strings.IndexByte(l.b[l.i:], '\n')
			if l.has("//<![CDATA[") {
				l.i += len("//<![CDATA[")
				continue
			}
			if end < 0 {
				end = len(l.b) - l.i
			}
			l.i += end
			continue
		case c == '/' && l.has("/*"):
			end := strings.Index(l.b[l.i+2:], "*/")
			if end < 0 {
				l.i = len(l.b)
			} else {
				l.i += end + 4
			}
			continue
		case c != '<' && c != ']' && c != '-' && c != 0xEF: // with which no wrapper begins
			return
		}
		for _, w := range wrappers {
			if l.has(w) {
				l.i += len(w)
				continue next
			}
		}
		return
	}
}

func (l *lexer) has(s string) bool { return strings.HasPrefix(l.b[l.i:], s) }

// value reads a value and adds it to it under name; a list adds each of its values.
func (l *lexer) value(it *Item, name string) error {
	l.space()
	if *l.left--; *l.left < 0 {
		return errors.New("too many values")
	}
	switch l.peek() {
	case '{':
		return l.object(it, name)
	case '[':
		return l.list(it, name)
	case '"', '\'':
		s, err := l.str()
		it.put(name, Value{Text: s})
		return err
	case 0:
		return errors.New("unexpected end")
	}
	s := l.bare()
	switch {
	case s == "":
		return fmt.Errorf("unexpected %q", l.peek())
	case s == "null" || s == "undefined":
		return nil
	case s[0] == '-' || s[0] >= '0' && s[0] <= '9':
		it.put(name, Value{Text: s, Number: true})
	default: // true, false, or a name without quotes
		it.put(name, Value{Text: s})
	}
	return nil
}

// put adds a value unless the property's name is one that nobody asks for.
func (it *Item) put(name string, v Value) {
	if len(name) <= maxName {
		it.add(name, v)
	}
}

func (l *lexer) open() error {
	l.i++
	if l.depth++; l.depth > MaxDepth {
		return errors.New("nested too deep")
	}
	return nil
}

func (l *lexer) list(it *Item, name string) error {
	if err := l.open(); err != nil {
		return err
	}
	for {
		l.space()
		switch l.peek() {
		case ']':
			l.i++
			l.depth--
			return nil
		case ',':
			l.i++
			continue
		}
		if err := l.value(it, name); err != nil {
			return err
		}
		l.space()
		if c := l.peek(); c != ',' && c != ']' {
			return fmt.Errorf("unexpected %q in a list", c)
		}
	}
}

func (l *lexer) object(parent *Item, name string) error {
	if err := l.open(); err != nil {
		return err
	}
	it := &Item{Where: parent.child(name)}
	for {
		l.space()
		switch l.peek() {
		case '}':
			l.i++
			l.depth--
			it.settle()
			parent.put(name, Value{Item: it})
			return nil
		case ',':
			l.i++
			continue
		}
		key, err := l.key()
		if err != nil {
			return err
		}
		if l.space(); l.peek() != ':' {
			return fmt.Errorf("unexpected %q after a key", l.peek())
		}
		l.i++
		if err := l.value(it, key); err != nil {
			return err
		}
		l.space()
		if c := l.peek(); c != ',' && c != '}' {
			return fmt.Errorf("unexpected %q in an object", c)
		}
	}
}

// child returns the place of the next value of a property: "script 1: offers[2]".
func (it *Item) child(name string) string {
	if name == "" {
		return it.Where
	}
	s := it.path(name)
	if n := len(it.All(name)); n > 0 {
		s += "[" + strconv.Itoa(n) + "]"
	}
	return cut(s)
}

// settle moves the keywords of JSON-LD out of the properties. Source: json-ld.org/spec, "Keywords".
func (it *Item) settle() {
	kept := it.props[:0]
	for _, p := range it.props {
		switch p.name {
		case "@id":
			it.ID = p.values[0].Text
		case "@type":
			for _, v := range p.values {
				if t := Short(v.Text); t != "" {
					it.Types = append(it.Types, t)
				}
			}
		case "@context":
		default:
			p.name = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(p.name, "https://schema.org/"), "http://schema.org/"), "schema:")
			kept = append(kept, p)
		}
	}
	it.props = kept
}

func (l *lexer) key() (string, error) {
	if c := l.peek(); c == '"' || c == '\'' {
		return l.str()
	}
	s := l.bare()
	if s == "" {
		return "", fmt.Errorf("unexpected %q for a key", l.peek())
	}
	return s, nil
}

// bare reads a run of letters, digits and the signs of numbers.
func (l *lexer) bare() string {
	from := l.i
	for l.i < len(l.b) {
		c := l.b[l.i]
		if c == '_' || c == '$' || c == '@' || c == '.' || c == '-' || c == '+' ||
			c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			l.i++
			continue
		}
		break
	}
	if l.i-from > maxName {
		return "" // no number and no word is that long
	}
	return l.b[from:l.i]
}

// str reads a quoted string, of which at most maxText bytes are kept.
func (l *lexer) str() (string, error) {
	quote := l.b[l.i]
	l.i++
	if n := strings.IndexByte(l.b[l.i:], quote); n >= 0 && n <= maxText && strings.IndexByte(l.b[l.i:l.i+n], '\\') < 0 { // as most
		from := l.i
		if l.i += n; l.closes() {
			l.i++
			return strings.ToValidUTF8(l.b[from:from+n], ""), nil
		}
		l.i = from
	}
	var out []byte
	for l.i < len(l.b) {
		c := l.b[l.i]
		switch {
		case c == '\\' && l.i+1 < len(l.b):
			out = l.escape(out)
			continue
		case c == quote && l.closes():
			l.i++
			return cut(strings.ToValidUTF8(string(out), "")), nil
		}
		if len(out) <= maxText {
			out = append(out, c)
		}
		l.i++
	}
	return "", errors.New("a string without end")
}

// closes reports whether the quote at hand ends its string: something must follow that can stand after one.
// A quote that does not is part of the text, as in "a 55" screen".
func (l *lexer) closes() bool {
	for j := l.i + 1; j < len(l.b) && j < l.i+4096; j++ {
		switch c := l.b[j]; c {
		case ' ', '\t', '\n', '\r':
			continue
		case ',', ':', '}', ']', ';':
			return true
		case '/':
			return j+1 < len(l.b) && (l.b[j+1] == '/' || l.b[j+1] == '*')
		default:
			return false
		}
	}
	return true
}

// escape reads one escape sequence; one that JSON does not know stands for the character after it.
func (l *lexer) escape(out []byte) []byte {
	c := l.b[l.i+1]
	l.i += 2
	switch c {
	case 'n', 'r', 't', 'b', 'f':
		return append(out, ' ')
	case 'u':
		r, ok := l.hex4()
		if !ok {
			return out
		}
		if utf16.IsSurrogate(r) && l.has(`\u`) {
			l.i += 2
			if low, ok := l.hex4(); ok {
				r = utf16.DecodeRune(r, low)
			}
		}
		return utf8.AppendRune(out, r)
	}
	return append(out, c)
}

func (l *lexer) hex4() (rune, bool) {
	if l.i+4 > len(l.b) {
		return 0, false
	}
	n, err := strconv.ParseUint(l.b[l.i:l.i+4], 16, 32)
	if err != nil {
		return 0, false
	}
	l.i += 4
	return rune(n), true
}
