// Package phrase knows the sentences by which pages say that they are not what was asked for, in Dutch, German, French,
// English, Spanish, Italian, Polish, Swedish, Danish and Czech. They are data: a file a language.
package phrase

import (
	"html"
	"slices"
	"strings"
	"unicode"
)

// maxWords is how long a sentence may be that says what a page is.
const maxWords = 30

// phrases are patterns of sentences. Between " & " stand the parts that must all be in a sentence, in any order; of the
// alternatives between "|" one will do; "*" stands for any ending. A pattern that begins with "=" is a whole sentence.
type phrases []string

// wording is how pages of one language say what they are.
type wording struct {
	refused phrases // the request is refused
	human   phrases // the visitor is to prove to be no robot
	waiting phrases // a queue before the shop
	closed  phrases // maintenance
	missing phrases // no such page or product
	results phrases // the headline of a search page
	login   phrases // the headline of a login page
	members phrases // prices are for those who are logged in
	consent phrases // the headline of a consent question that comes first
	age     phrases // a question for the age
	abroad  phrases // not for visitors from here
	region  phrases // a choice of country or language
	buy     phrases // the button of a product
}

// Patterns are compiled phrases.
type Patterns []pattern

// pattern is one of phrases, folded.
type pattern struct {
	whole string     // all of the sentence, where there are no parts
	parts [][]string // by part: its alternatives
}

// Vocabulary has the patterns of all languages, by what they say.
type Vocabulary struct {
	Refused, Human, Waiting, Closed, Missing, Results, Login, Members, Consent, Age, Abroad, Region, Buy Patterns
}

// Say is the vocabulary. It has all languages, since a shop does not always answer in its own; it is never written.
var Say = join(dutch, german, french, english, spanish, italian, polish, swedish, danish, czech)

func join(all ...wording) (v Vocabulary) {
	for _, w := range all {
		for _, x := range []struct {
			to   *Patterns
			from phrases
		}{
			{&v.Refused, w.refused},
			{&v.Human, w.human},
			{&v.Waiting, w.waiting},
			{&v.Closed, w.closed},
			{&v.Missing, w.missing},
			{&v.Results, w.results},
			{&v.Login, w.login},
			{&v.Members, w.members},
			{&v.Consent, w.consent},
			{&v.Age, w.age},
			{&v.Abroad, w.abroad},
			{&v.Region, w.region},
			{&v.Buy, w.buy},
		} {
			*x.to = append(*x.to, compile(x.from)...)
		}
	}
	return v
}

// compile reads phrases.
func compile(ps phrases) Patterns {
	var out Patterns
	for _, p := range ps {
		if whole, ok := strings.CutPrefix(p, "="); ok {
			out = append(out, pattern{whole: Fold(whole)})
			continue
		}
		var x pattern
		for part := range strings.SplitSeq(p, " & ") {
			var alternatives []string
			for a := range strings.SplitSeq(part, "|") {
				f := Fold(a)
				if strings.HasSuffix(a, "*") {
					f += "*"
				}
				alternatives = append(alternatives, f)
			}
			x.parts = append(x.parts, alternatives)
		}
		out = append(out, x)
	}
	return out
}

// Fit reports whether a folded sentence is one of the patterns.
func (ps Patterns) Fit(sentence string) bool {
	if strings.Count(sentence, " ") >= maxWords {
		return false
	}
	for _, p := range ps {
		if p.fit(sentence) {
			return true
		}
	}
	return false
}

func (p pattern) fit(sentence string) bool {
	if p.parts == nil {
		return sentence == p.whole
	}
	for _, alternatives := range p.parts {
		if !slices.ContainsFunc(alternatives, func(a string) bool { return Holds(sentence, a) }) {
			return false
		}
	}
	return true
}

// Any reports whether one of the folded sentences is one of the patterns.
func (ps Patterns) Any(sentences []string) bool { return slices.ContainsFunc(sentences, ps.Fit) }

// Holds reports whether the words of a phrase, the last perhaps with any ending, stand in a folded sentence as words.
func Holds(sentence, phrase string) bool {
	phrase, open := strings.CutSuffix(phrase, "*")
	for at := 0; phrase != ""; {
		i := strings.Index(sentence[at:], phrase)
		if i < 0 {
			return false
		}
		i += at
		end := i + len(phrase)
		if (i == 0 || sentence[i-1] == ' ') && (open || end == len(sentence) || sentence[end] == ' ') {
			return true
		}
		at = i + 1
	}
	return false
}

// plainLetters maps letters with marks to those without.
var plainLetters = func() map[rune]string {
	m := map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o"}
	for plain, marked := range map[string]string{
		"a": "àáâãäåą", "c": "çćč", "d": "ď", "e": "èéêëęě", "i": "ìíîï", "l": "ł", "n": "ñńň", "o": "òóôõö", "r": "ř", "s": "śš", "t": "ť",
		"u": "ùúûüů", "y": "ýÿ", "z": "źżž",
	} {
		for _, r := range marked {
			m[r] = plain
		}
	}
	return m
}()

// Fold returns the words of a text in small letters without marks, one space between them.
func Fold(s string) string {
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

// Sentences cuts a text into lines, these at the ends of sentences and at what shops put between the parts of a title
// ("Niet gevonden | Shop"), and folds them.
func Sentences(text string) []string {
	var out []string
	for line := range strings.Lines(html.UnescapeString(strings.ToValidUTF8(text, " "))) {
		out = append(out, parts(strings.Join(strings.Fields(line), " "))...)
	}
	return out
}

func parts(s string) []string {
	var out []string
	for s != "" {
		end, next := len(s), len(s)
		for i, r := range s {
			n := i + len(string(r))
			spaced := n == len(s) || s[n] == ' '
			if strings.ContainsRune("|·•»", r) || strings.ContainsRune(":.!?…", r) && spaced || strings.ContainsRune("-–—", r) && spaced && i > 0 && s[i-1] == ' ' {
				end, next = i, n
				break
			}
		}
		if f := Fold(s[:end]); f != "" {
			out = append(out, f)
		}
		s = s[next:]
	}
	return out
}
