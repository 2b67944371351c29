package class

import (
	"html"
	"strings"
	"unicode"
)

// slack is how many words a headline may have beside those of a phrase.
const slack = 8

// phrases are folded. Those after "=" must be all that a headline says; the others may stand in a longer one.
type phrases []string

// wording is how pages of one language say what they are. Each list is read by fit.
type wording struct {
	refused phrases // the request is refused
	human   phrases // the visitor is to prove to be no robot
	waiting phrases // a queue before the shop
	closed  phrases // maintenance
	missing phrases // no such page or product
	results phrases // the headline of a search page
	login   phrases // the headline of a login page
	members phrases // prices are for those who are logged in; may stand anywhere
	consent phrases // the headline of a consent question that comes first
	age     phrases // a question for the age
	region  phrases // a choice of country, or: not for this country
	buy     phrases // the button of a product; may stand anywhere
}

// say has the phrases of all languages: a shop does not always answer in its own.
var say = join(dutch, german, french, english)

func join(all ...wording) wording {
	var out wording
	for _, w := range all {
		from, to := w.lists(), out.lists()
		for i := range from {
			for _, p := range *from[i] {
				text, whole := strings.CutPrefix(p, "=")
				if text = fold(text); whole {
					text = "=" + text
				}
				*to[i] = append(*to[i], text)
			}
		}
	}
	return out
}

func (w *wording) lists() []*phrases {
	return []*phrases{
		&w.refused, &w.human, &w.waiting, &w.closed, &w.missing, &w.results,
		&w.login, &w.members, &w.consent, &w.age, &w.region, &w.buy,
	}
}

// fit reports whether one of the phrases is what a folded headline says.
func (ps phrases) fit(headline string) bool {
	for _, p := range ps {
		if p[0] == '=' {
			if headline == p[1:] {
				return true
			}
			continue
		}
		if holds(headline, p) && strings.Count(headline, " ") <= strings.Count(p, " ")+slack {
			return true
		}
	}
	return false
}

func (ps phrases) any(headlines []string) bool {
	for _, h := range headlines {
		if ps.fit(h) {
			return true
		}
	}
	return false
}

// within reports whether one of the phrases stands in a folded text.
func (ps phrases) within(text string) bool {
	for _, p := range ps {
		if p[0] != '=' && holds(text, p) {
			return true
		}
	}
	return false
}

// holds reports whether the words of a phrase stand in a folded text as words.
func holds(text, phrase string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], phrase)
		if i < 0 {
			return false
		}
		i += at
		end := i + len(phrase)
		if (i == 0 || text[i-1] == ' ') && (end == len(text) || text[end] == ' ') {
			return true
		}
		at = i + 1
	}
}

// plainLetters maps letters with marks to those without.
var plainLetters = func() map[rune]string {
	m := map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o"}
	for plain, marked := range map[string]string{
		"a": "àáâãäå", "c": "ç", "e": "èéêë", "i": "ìíîï", "n": "ñ", "o": "òóôõö", "u": "ùúûü", "y": "ýÿ",
	} {
		for _, r := range marked {
			m[r] = plain
		}
	}
	return m
}()

// fold returns the words of a text in small letters without marks, one space between them.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r < 0x80:
			gap = true
			continue
		case unicode.Is(unicode.Mn, r) || r == 0xAD:
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			r = unicode.ToLower(r)
		default:
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		if plain, ok := plainLetters[r]; ok && r >= 0x80 {
			b.WriteString(plain)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// headlines cuts a title or headline at what shops put between its parts, and folds them: "Niet gevonden | Shop".
func headlines(s string) []string {
	var out []string
	s = strings.Join(strings.Fields(html.UnescapeString(s)), " ")
	for s != "" {
		end, next := len(s), len(s)
		for i, r := range s {
			n := i + len(string(r))
			spaced := n == len(s) || s[n] == ' '
			if strings.ContainsRune("|·•»", r) || strings.ContainsRune(":.!?…,", r) && spaced || strings.ContainsRune("-–—", r) && spaced && i > 0 && s[i-1] == ' ' {
				end, next = i, n
				break
			}
		}
		if f := fold(s[:end]); f != "" {
			out = append(out, f)
		}
		s = s[next:]
	}
	return out
}
