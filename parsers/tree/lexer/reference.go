package lexer

import (
	"strings"

	"golang.org/x/net/html"
)

// inText resolves the character references of a text.
func inText(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	return html.UnescapeString(s)
}

// inValue resolves the character references of an attribute's value, where one without its semicolon counts only if no
// letter, digit or "=" follows: "?a=1&copy=2" holds none.
func inValue(s string) string {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s
	}
	var b strings.Builder
	for ; i >= 0; i = strings.IndexByte(s, '&') {
		b.WriteString(s[:i])
		s = s[i:]
		n := 1
		for n < len(s) && (isLetter(s[n]) || s[n] >= '0' && s[n] <= '9' || n == 1 && s[n] == '#') {
			n++
		}
		ref := s[:n]
		numeric := n > 1 && s[1] == '#'
		if n < len(s) && s[n] == ';' {
			ref = s[:n+1]
		}
		said := html.UnescapeString(ref)
		switch named := !numeric; {
		case named && len(ref) == n && n < len(s) && s[n] == '=':
			said = ref
		case named && said != ref && len(ref) == n && !single(said), named && said != ";" && strings.HasSuffix(said, ";"):
			said = ref // only a part of it is a name
		}
		b.WriteString(said)
		s = s[len(ref):]
	}
	b.WriteString(s)
	return b.String()
}

// single reports whether s is one character.
func single(s string) bool {
	n := 0
	for range s {
		n++
	}
	return n == 1
}
