package lang

import (
	"strings"
	"unicode"
)

// maxWords bounds a text: what is longer is no statement but an article.
const maxWords = 60

// words returns the words of a text in small letters, and "" where a clause ends; none for an article. A mark between two
// digits belongs to their number: "23.59".
func words(text string) []string {
	if len(text) > maxWords*32 {
		return nil
	}
	out := make([]string, 0, 16)
	count, start := 0, -1
	low := strings.ToLower(text)
	cut := func(end int) {
		if start >= 0 {
			out = append(out, low[start:end])
			count++
			start = -1
		}
	}
	for i, c := range low {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			if start < 0 {
				start = i
			}
		case start >= 0 && strings.ContainsRune(".,:", c) && digitAt(low, i-1) && digitAt(low, i+1):
		default:
			cut(i)
			if ends(c, low[i:]) && len(out) > 0 {
				out = append(out, "")
			}
		}
	}
	cut(len(low))
	if count > maxWords {
		return nil
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// ends reports whether the mark c, at which rest begins, ends a clause.
func ends(c rune, rest string) bool {
	if strings.ContainsRune("|•·()\n", c) {
		return true
	}
	next := rest[len(string(c)):]
	return strings.ContainsRune(".,:;!?–—…", c) && (next == "" || next[0] == ' ' || next[0] == '\n')
}

func digitAt(s string, i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
