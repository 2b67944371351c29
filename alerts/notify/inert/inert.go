// Package inert takes from foreign text what a chat would act on.
package inert

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// joiner is U+2060 WORD JOINER: it shows nothing and breaks no line, but what is parsed around it is no
// longer one token.
const joiner = "\u2060"

// Text breaks every token of foreign text that some reader of a chat might act on: mentions (<!channel>,
// @here), addresses (https://…, mailto:…, example.com), emoji (:siren:) and mark-up (*bold*, _it_, ~s~, `code`).
// It shows the same characters. Channels that do not parse what we send them do not need it; notifications,
// e-mail copies and older clients do.
func Text(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		b.WriteString(s[:n])
		s = s[n:]
		next, _ := utf8.DecodeRuneInString(s)
		switch r {
		case '<', '@', '#', '!', '*', '_', '~', '`', '>':
			if s != "" && next != ' ' {
				b.WriteString(joiner)
			}
		case ':', '/':
			if next == '/' || unicode.IsLetter(next) {
				b.WriteString(joiner)
			}
		case '.', '。', '．', '｡':
			if unicode.IsLetter(next) {
				b.WriteString(joiner)
			}
		}
	}
	return b.String()
}
