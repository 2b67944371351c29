package market

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxTextRunes is how long a Text may be, in runes.
const MaxTextRunes = 300

// Text is a string that came from outside: valid UTF-8, one line, no control, bidi or zero-width
// characters, at most MaxTextRunes runes. It has no String method on purpose: each door (terminal, HTML,
// Slack, CSV, log) has exactly one renderer that takes Plain and escapes it its own way. The zero Text
// means "not known".
type Text struct{ s string }

// NewText cleans s into a Text: white space of any kind becomes single spaces, what cannot be shown
// safely is left out, and what exceeds the limit is cut before a combining mark's base, with "…" at the end.
func NewText(s string) Text {
	if clean(s) {
		return Text{strings.Clone(s)}
	}
	var b strings.Builder
	n, space, marks := 0, false, 0
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		if r == utf8.RuneError && size <= 1 {
			continue
		}
		if unicode.IsSpace(r) {
			space = b.Len() > 0
			continue
		}
		if hidden(r) {
			continue
		}
		if unicode.Is(unicode.Mn, r) {
			if marks++; marks > 4 || n == 0 {
				continue // a stack of combining marks is an attack on the layout, not language
			}
		} else {
			marks = 0
		}
		if n >= MaxTextRunes-2 && !unicode.Is(unicode.M, r) {
			b.WriteString("…")
			break
		}
		if space {
			b.WriteByte(' ')
			n++
			space = false
		}
		b.WriteRune(r)
		n++
		if n >= MaxTextRunes-1 {
			b.WriteString("…")
			break
		}
	}
	return Text{b.String()}
}

// hidden reports whether r would act on a display instead of showing on it: controls (C0, DEL, C1),
// bidi controls, zero-width characters, tags, soft hyphens, private use and non-characters.
func hidden(r rune) bool {
	switch {
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Cs, r):
		return true
	case r == 0x2028 || r == 0x2029 || r == 0x034F || r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0:
		return true
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xFDD0 && r <= 0xFDEF, r&0xFFFE == 0xFFFE:
		return true
	}
	return false
}

// clean reports whether s is short, of ASCII, and as NewText would leave it, as most texts are.
func clean(s string) bool {
	if len(s) >= MaxTextRunes-2 {
		return false
	}
	last := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && last == ' ' {
			return false
		}
		last = c
	}
	return s == "" || last != ' '
}

// Plain returns the cleaned string. It is still foreign: whoever shows it escapes it for the place where
// it is shown.
func (t Text) Plain() string { return t.s }

// Known reports whether there is any text.
func (t Text) Known() bool { return t.s != "" }

// IsZero reports whether there is none; it serves the omitzero option of encoding/json.
func (t Text) IsZero() bool { return t.s == "" }

// MarshalText implements encoding.TextMarshaler.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.s), nil }

// UnmarshalText implements encoding.TextUnmarshaler; it cleans again, since files can be edited.
func (t *Text) UnmarshalText(b []byte) error {
	*t = NewText(string(b))
	return nil
}

// Printable returns s, of any length, without the characters that would act on a display: controls, bidi
// and zero-width characters and what is not valid UTF-8. Spaces stay as they are, but line breaks go.
func Printable(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || hidden(r) {
			return -1
		}
		return r
	}, s)
}
