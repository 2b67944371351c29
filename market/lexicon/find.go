package lexicon

import (
	"slices"
	"strings"
	"unicode"
)

// Run is a phrase as words.
type Run struct {
	Words   []string
	Meaning string
	// Rank orders what several phrases say: the lowest counts. It is lower for the meanings that Meanings has first, and of
	// one meaning for the phrase with more words.
	Rank int
}

// Starts reports whether words begin with r.
func (r Run) Starts(words []string) bool {
	return len(words) >= len(r.Words) && slices.Equal(words[:len(r.Words)], r.Words)
}

// Runs are phrases by their first word, those of low rank first.
type Runs map[string][]Run

// maxRun is how many words make a difference to the rank.
const maxRun = 9

// Runs returns the phrases of a kind as words.
func (l *Lexicon) Runs(kind string) Runs {
	out := Runs{}
	for _, p := range l.phrases[kind] {
		ws := strings.Fields(p.Text)
		rank := (slices.Index(kinds[kind].meanings, p.Meaning)+1)*maxRun - min(len(ws), maxRun)
		out[ws[0]] = append(out[ws[0]], Run{ws, p.Meaning, rank})
	}
	for _, rs := range out {
		slices.SortStableFunc(rs, func(a, b Run) int { return a.Rank - b.Rank })
	}
	return out
}

// Texts are phrases that are looked for in running text, where their first word stands; those that do not begin with a
// letter from a to z, anywhere.
type Texts struct {
	byWord, byLast map[string][]string // by their first word, and without the signs behind them by their last
	others, ends   []string            // all others, and those without the signs behind them
}

// NewTexts returns ps, which is in small letters, ready to be looked for.
func NewTexts(ps []string) Texts {
	out := Texts{byWord: map[string][]string{}, byLast: map[string][]string{}}
	for _, p := range ps {
		w, plain := p[:wordEnd(p, 0)], strings.TrimRightFunc(p, isSign)
		last := lastWord(plain)
		switch {
		case w == "" || w[0] >= 0x80:
			out.others = append(out.others, p)
		default:
			out.byWord[w] = append(out.byWord[w], p)
		}
		switch {
		case plain == "":
		case last == "" || plain[0] >= 0x80:
			out.ends = append(out.ends, plain)
		default:
			out.byLast[last] = append(out.byLast[last], plain)
		}
	}
	return out
}

// In reports whether a text in small letters holds one of the phrases as words.
func (ts Texts) In(text string) bool {
	for i := 0; i < len(text); {
		end := wordEnd(text, i)
		for _, p := range ts.byWord[text[i:end]] {
			if strings.HasPrefix(text[i:], p) && !letterAt(text, i+len(p)) {
				return true
			}
		}
		i = max(end, i+1)
	}
	return slices.ContainsFunc(ts.others, func(p string) bool { return holds(text, p) })
}

// End reports whether a text in small letters ends with one of the phrases as words, but for marks, signs and spaces behind it.
func (ts Texts) End(text string) bool {
	_, ok := ts.CutEnd(text)
	return ok
}

// CutEnd is End with the text before the longest of them.
func (ts Texts) CutEnd(text string) (before string, ok bool) {
	text = strings.TrimRightFunc(text, isSign)
	longest := 0
	for _, ps := range [][]string{ts.byLast[lastWord(text)], ts.ends} {
		for _, p := range ps {
			if len(p) > longest && strings.HasSuffix(text, p) && (p[0] >= 0x80 || !letterAt(text, len(text)-len(p)-1)) {
				longest = len(p)
			}
		}
	}
	return text[:len(text)-longest], longest > 0
}

// Start reports whether a text in small letters starts with one of the phrases as words.
func (ts Texts) Start(text string) bool {
	fits := func(p string) bool { return strings.HasPrefix(text, p) && !letterAt(text, len(p)) }
	return slices.ContainsFunc(ts.byWord[text[:wordEnd(text, 0)]], fits) || slices.ContainsFunc(ts.others, fits)
}

// isSign reports what is no part of a word or number.
func isSign(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// holds reports whether a phrase stands in a text: between marks where it begins with one, else anywhere, since not all
// languages part their words.
func holds(text, p string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], p)
		if i < 0 {
			return false
		}
		i += at
		if at = i + len(p); p[0] >= 0x80 || !letterAt(text, i-1) && !letterAt(text, at) {
			return true
		}
	}
}

// wordEnd is where the letters from i on end.
func wordEnd(s string, i int) int {
	for letterAt(s, i) {
		i++
	}
	return i
}

// lastWord are the letters at the end.
func lastWord(s string) string {
	i := len(s)
	for letterAt(s, i-1) {
		i--
	}
	return s[i:]
}

func letterAt(s string, i int) bool {
	if i < 0 || i >= len(s) {
		return false
	}
	c := s[i]
	return c >= 'a' && c <= 'z' || c >= 0x80
}
