// Package lexer cuts a page into tags, text and comments, by the rules of the tokenizer in the HTML standard
// (https://html.spec.whatwg.org/multipage/parsing.html#tokenization). What it returns are parts of the page's own text.
package lexer

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Kind says what a token is.
type Kind uint8

// The kinds of tokens.
const (
	End     Kind = iota // the page ends; a tag that it cuts off is none
	Text                // Token.Text, with its character references resolved
	Start               // a start tag
	Close               // an end tag
	Comment             // a comment, which says Token.Text, or what counts as one
	Doctype             // a document type, named Token.Text
)

// Token is a piece of a page.
type Token struct {
	Text string
	// Atom is the known name of a tag or 0, Name its name, in small letters.
	Atom atom.Atom
	Name string
	// Attr are the attributes of a start tag, in their order, each name once, in small letters.
	Attr []html.Attribute
	// Empty says that a start tag ends with "/>".
	Empty bool
}

// Space is the white space of HTML.
const Space = " \t\n\f\r"

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\f' || c == '\r' }

func isLetter(c byte) bool { c |= 0x20; return c >= 'a' && c <= 'z' }

// Lexer cuts up one page. Lines end with "\n" and no NUL occurs.
type Lexer struct {
	s     string
	pos   int
	room  *Room
	attrs []html.Attribute // of the block of room that is being filled
	over  bool
}

// MaxAttributes is how many attributes an element may have.
const MaxAttributes = 5_000

// Over reports whether the page was left where an element has more attributes than it may.
func (l *Lexer) Over() bool { return l.over }

// New returns a Lexer of the page s, whose tags have their attributes in room as long as it is not freed.
func New(s string, room *Room) Lexer { return Lexer{s: s, room: room} }

// Next reads the next token into t.
func (l *Lexer) Next(t *Token) Kind {
	s, i := l.s, l.pos
	for {
		n := strings.IndexByte(s[i:], '<')
		if n < 0 || i+n+1 >= len(s) {
			i = len(s)
			break
		}
		i += n
		if c := s[i+1]; isLetter(c) || c == '!' || c == '?' || c == '/' && i+2 < len(s) {
			break
		}
		i++
	}
	if i > l.pos {
		t.Text, l.pos = inText(s[l.pos:i]), i
		return Text
	}
	if i == len(s) {
		return End
	}
	kind := Start
	switch c := s[i+1]; {
	case c == '/' && isLetter(s[i+2]):
		kind, l.pos = Close, i+2
	case isLetter(c):
		l.pos = i + 1
	default:
		return l.declaration(t)
	}
	if !l.tag(t, kind == Close) {
		l.pos = len(s)
		return End
	}
	return kind
}

// CDATA reads a section of plain text, which only drawings and formulas have.
func (l *Lexer) CDATA() (string, bool) {
	rest, ok := strings.CutPrefix(l.s[l.pos:], "<![CDATA[")
	if !ok {
		return "", false
	}
	said, rest, _ := strings.Cut(rest, "]]>")
	l.pos = len(l.s) - len(rest)
	return said, true
}

// Raw reads what an element named name holds that holds nothing but text, and its end tag. With references it resolves
// character references. It reports false for a script that writes another within a comment, and then ends later.
func (l *Lexer) Raw(name string, references bool) (string, bool) {
	s, ok := l.raw(name)
	if !ok {
		return "", false
	}
	if references {
		s = inText(s)
	}
	if l.pos < len(l.s) {
		var end Token
		l.pos += len("</")
		if !l.tag(&end, true) {
			l.pos = len(l.s)
		}
	}
	return s, true
}

// nameEnd are the bytes behind the name of a tag.
var nameEnd = [256]bool{' ': true, '\t': true, '\n': true, '\f': true, '\r': true, '/': true, '>': true}

// tag reads a tag from its name on, past its end. It reports false where the page ends before.
func (l *Lexer) tag(t *Token, end bool) bool {
	s, i, key := l.s, l.pos, uint64(0)
	for i < len(s) && !nameEnd[s[i]] {
		key = key<<8 | uint64(s[i])
		i++
	}
	if known := &tags[slotOf(key)]; known.key == key && i-l.pos <= maxKey {
		t.Atom, t.Name = known.atom, known.name
	} else {
		t.Name = small(s[l.pos:i])
		if t.Atom = atom.Lookup([]byte(t.Name)); t.Atom != 0 {
			t.Name = t.Atom.String()
		}
	}
	t.Attr, t.Empty = nil, false
	if i < len(s) && s[i] == '>' {
		l.pos = i + 1
		return true
	}
	l.pos = i
	return l.attributes(t, end)
}

// attributes reads those of a tag, and its end.
func (l *Lexer) attributes(t *Token, end bool) bool {
	s, i := l.s, l.pos
	n, first, last := 0, len(l.attrs), -1 // where the value of the last one ends
	var had names
	for {
		for i < len(s) && isSpace(s[i]) {
			i++
		}
		if i >= len(s) {
			return false
		}
		if s[i] == '>' {
			break
		}
		from := i
		for i < len(s) && !isSpace(s[i]) && s[i] != '/' && s[i] != '>' && (s[i] != '=' || i == from) {
			i++
		}
		key, value, valueEnd := s[from:i], "", i
		for i < len(s) && isSpace(s[i]) {
			i++
		}
		switch {
		case i >= len(s):
			return false
		case s[i] == '/':
			i++
		case s[i] == '=':
			if value, i = l.value(i + 1); i < 0 {
				return false
			}
			if valueEnd = i; s[i-1] == '"' || s[i-1] == '\'' {
				valueEnd = i - 1
			}
		}
		if key == "" || end {
			continue
		}
		if n++; n > MaxAttributes {
			l.over = true
			return false
		}
		if key = small(key); had.add(l.attrs[first:], key) {
			if len(l.attrs) == cap(l.attrs) {
				l.attrs, first = l.room.block(l.attrs[first:]), 0
			}
			l.attrs, last = append(l.attrs, html.Attribute{Key: key, Val: inValue(value)}), valueEnd
		}
	}
	t.Empty = s[i-1] == '/' && i-1 != last-1
	t.Attr = l.attrs[first:len(l.attrs):len(l.attrs)]
	l.pos = i + 1
	return true
}

// value reads the value of an attribute behind its "=", and where it ends; -1 where the page ends before.
func (l *Lexer) value(i int) (string, int) {
	s := l.s
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	if i >= len(s) {
		return "", -1
	}
	if q := s[i]; q == '"' || q == '\'' {
		n := strings.IndexByte(s[i+1:], q)
		if n < 0 {
			return "", -1
		}
		return s[i+1 : i+1+n], i + n + 2
	}
	from := i
	for i < len(s) && !isSpace(s[i]) && s[i] != '>' {
		i++
	}
	if i >= len(s) {
		return "", -1
	}
	return s[from:i], i
}

// names are those of the attributes of a tag, where there are many: a few are found faster without.
type names map[string]bool

const many = 64

// add reports whether a name is new among those of attrs, to which it is added next.
func (m *names) add(attrs []html.Attribute, key string) bool {
	if len(attrs) < many {
		return !has(attrs, key)
	}
	if *m == nil {
		*m = names{}
		for i := range attrs {
			(*m)[attrs[i].Key] = true
		}
	}
	if (*m)[key] {
		return false
	}
	(*m)[key] = true
	return true
}

func has(attrs []html.Attribute, key string) bool {
	for i := range attrs {
		if attrs[i].Key == key {
			return true
		}
	}
	return false
}

// small returns s with the letters A to Z small.
func small(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			b := []byte(s)
			for i := range b {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] |= 0x20
				}
			}
			return string(b)
		}
	}
	return s
}

// raw reads the text of an element that holds nothing but text, up to its end tag, which stays. It reports false where a
// script writes another in a comment, which then ends later.
func (l *Lexer) raw(name string) (string, bool) {
	from, i := l.pos, l.pos
	for {
		n := strings.Index(l.s[i:], "</")
		if n < 0 {
			i = len(l.s)
			break
		}
		i += n
		if after := i + 2 + len(name); after < len(l.s) && strings.EqualFold(l.s[i+2:after], name) {
			if c := l.s[after]; isSpace(c) || c == '/' || c == '>' {
				break
			}
		}
		i += 2
	}
	l.pos = i
	s := l.s[from:i]
	if name == "script" {
		if n := strings.Index(s, "<!--"); n >= 0 && strings.Contains(small(s[n:]), "<script") {
			return "", false
		}
	}
	return s, true
}

// declaration reads what begins with "<!" or "<?", or "</" and no letter.
func (l *Lexer) declaration(t *Token) Kind {
	s := l.s[l.pos:]
	if strings.HasPrefix(s, "<!--") {
		t.Text = l.comment()
		return Comment
	}
	t.Text, _, _ = strings.Cut(s[2:], ">")
	l.pos += min(2+len(t.Text)+1, len(s))
	const doctype = "doctype"
	if s[1] == '!' && len(t.Text) >= len(doctype) && strings.EqualFold(t.Text[:len(doctype)], doctype) {
		t.Text = small(strings.TrimSpace(t.Text[len(doctype):]))
		return Doctype
	}
	return Comment
}

// comment reads a comment.
func (l *Lexer) comment() string {
	s := l.s[l.pos+4:]
	l.pos += 4
	end, n := 0, 0
	switch {
	case strings.HasPrefix(s, ">"):
		n = 1
	case strings.HasPrefix(s, "->"):
		n = 2
	default:
		if end = strings.Index(s, "--"); end >= 0 { // most end at the first dashes
			end, n = commentEnd(s, end)
		}
		if end < 0 {
			end = len(s)
		}
	}
	l.pos += end + n
	return s[:end]
}

// commentEnd finds "-->" or "--!>" in s from i on, where dashes stand, and how long it is; -1 where there is none.
func commentEnd(s string, i int) (at, n int) {
	for {
		switch rest := s[i:]; {
		case strings.HasPrefix(rest, "-->"):
			return i, 3
		case strings.HasPrefix(rest, "--!>"):
			return i, 4
		}
		next := strings.Index(s[i+1:], "--")
		if next < 0 {
			return -1, 0
		}
		i += 1 + next
	}
}
