// Package lexicon holds the words by which shops say what they mean: stock, delivery, prices, VAT, buttons and labels.
// They are data, a file a language; docs/how-to/add-a-language.md shows its form.
package lexicon

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// ErrFile is the error of a file that cannot be read as words of a language; the message has file and line.
var ErrFile = errors.New("lexicon: bad file")

// Phrase is a run of words in small letters, as a file has it, with what it means.
type Phrase struct {
	Text, Meaning string
}

// Lexicon is the words of several languages together, since a shop does not always speak its own. It is never written
// after Load.
type Lexicon struct {
	languages []string
	phrases   map[string][]Phrase // by kind
}

// kind is a sort of statement.
type kind struct {
	meanings []string
	shared   bool // a phrase may have several meanings: they are its places in a sentence
	marks    bool // a phrase may have marks, since it is compared with what is printed
}

// kinds are all that can be said. The meanings stand in the order of their rank: of two that are said of one thing the first
// counts, so that a refusal outranks an offer.
var kinds = map[string]kind{
	"stock":     {meanings: []string{"discontinued", "out_of_stock", "in_store_only", "preorder", "backorder", "limited", "in_stock", "unknown"}},
	"condition": {meanings: []string{"refurbished", "damaged", "used", "new"}},
	"answer":    {meanings: []string{"no", "yes"}},
	"denial":    {meanings: []string{"when", "variety"}},
	"delivery":  {meanings: []string{"above", "free"}},
	"days":      {meanings: []string{"7", "3", "2", "1", "0"}},
	"unit":      {meanings: []string{"hour", "day", "week", "month", "year", "between"}},
	"about":     {meanings: []string{"warranty", "returns"}},
	"date":      {meanings: []string{"month", "week"}},
	"place":     {meanings: []string{"shop"}},
	"vat":       {meanings: []string{"tax", "with", "with_behind", "without", "without_behind", "between", "gross", "net"}, shared: true, marks: true},
	"before": {meanings: []string{
		"none", "threshold", "saving", "shipping", "deposit", "instalment", "per_month", "per_unit", "member", "coupon", "reference", "usual", "from", "current", "used",
	}, marks: true},
	"behind":       {meanings: []string{"none", "saving", "shipping", "deposit", "per_month", "per_unit", "member", "coupon", "reference", "from", "used"}, marks: true},
	"word":         {meanings: []string{"free", "free_delivery", "delivery", "month", "part", "pack", "not", "per", "no_price", "and", "between", "to", "for", "size"}, shared: true, marks: true},
	"shown":        {meanings: []string{"was", "other", "now", "price", "plain", "more", "lowest", "counted"}, marks: true},
	"shown_behind": {meanings: []string{"other", "first", "pieces"}, marks: true},
	"beside":       {meanings: []string{"denied", "besides", "only", "parts", "into"}, shared: true, marks: true},
	"heading":      {meanings: []string{"others"}, marks: true},
	"button":       {meanings: []string{"buy", "tell"}, marks: true},
	"label":        {meanings: []string{"sku", "mpn", "gtin", "brand"}, marks: true},
}

//go:embed *.txt
var files embed.FS

// Shipped returns the words that the program brings, read once, at first need. The tests hold that no file is bad: what
// is wrong with one must not stop a crawl.
var Shipped = sync.OnceValue(func() *Lexicon {
	l, _ := Load(files)
	return l
})

// Load reads all files of fsys that are called by a language, such as nl.txt. Error: ErrFile, once for each fault; what
// is right is loaded all the same.
func Load(fsys fs.FS) (*Lexicon, error) {
	r := reader{l: &Lexicon{phrases: map[string][]Phrase{}}, seen: map[Phrase]said{}}
	names, err := fs.Glob(fsys, "*.txt")
	if err != nil {
		return r.l, fmt.Errorf("lexicon: files: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			r.errs = append(r.errs, fmt.Errorf("lexicon: %w", err))
			continue
		}
		r.file(name, string(text))
	}
	return r.l, errors.Join(r.errs...)
}

// said is where a phrase was first said, with what meaning.
type said struct {
	meaning, language string
	line              int
}

// reader reads files one after the other.
type reader struct {
	l              *Lexicon
	seen           map[Phrase]said // by phrase and kind, or by phrase, kind and meaning
	errs           []error
	name, language string
	line           int
	kind, meaning  string // the heading that holds
	skip           bool   // the heading is bad
}

func (r *reader) fail(format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%w: %s:%d: %s", ErrFile, r.name, r.line, fmt.Sprintf(format, args...)))
}

func (r *reader) file(name, text string) {
	r.name, r.language, r.line, r.kind, r.skip = name, strings.TrimSuffix(path.Base(name), ".txt"), 0, "", false
	if n := len(r.language); n < 2 || n > 3 || strings.Trim(r.language, "abcdefghijklmnopqrstuvwxyz") != "" {
		r.fail("%q is no language of two or three letters", r.language)
		return
	}
	r.l.languages = append(r.l.languages, r.language)
	headings, empty := map[string]int{}, false
	for line := range strings.Lines(text) {
		r.line++
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			if empty {
				r.fail("the heading above has no phrases")
			}
			empty = r.heading(line, headings)
		case r.kind == "" && !r.skip:
			r.fail("a phrase without a heading")
		default:
			empty = false
			for p := range strings.SplitSeq(line, ",") {
				r.phrase(strings.TrimSpace(p))
			}
		}
	}
	if empty {
		r.fail("the last heading has no phrases")
	}
}

// heading reads "[stock in_stock]", and reports whether phrases must follow.
func (r *reader) heading(line string, before map[string]int) bool {
	r.skip = true
	inner, ok := strings.CutSuffix(line[1:], "]")
	kind, meaning, two := strings.Cut(inner, " ")
	k, known := kinds[kind]
	switch {
	case !ok || !two:
		r.fail("a heading is [kind meaning], not %.40s", line)
	case !known:
		r.fail("unknown kind %q; there are %s", kind, strings.Join(Kinds(), ", "))
	case !slices.Contains(k.meanings, meaning):
		r.fail("unknown meaning %q of %s; there are %s", meaning, kind, strings.Join(k.meanings, ", "))
	case before[inner] > 0:
		r.fail("[%s] stands in line %d already", inner, before[inner])
	default:
		before[inner] = r.line
		r.kind, r.meaning, r.skip = kind, meaning, false
	}
	return !r.skip
}

func (r *reader) phrase(p string) {
	switch {
	case r.skip:
		return
	case p == "":
		r.fail("an empty phrase")
		return
	case p != strings.ToLower(p) || strings.ContainsAny(p, "[]") || strings.Contains(p, "  "):
		r.fail("%q is not written in small letters with single spaces", p)
		return
	case !kinds[r.kind].marks && strings.ContainsFunc(p, isMark):
		r.fail("%q has marks between its words, which are read as spaces", p)
		return
	}
	key := Phrase{p, r.kind}
	if kinds[r.kind].shared {
		key.Meaning += " " + r.meaning
	}
	switch old, ok := r.seen[key]; {
	case !ok:
		r.seen[key] = said{r.meaning, r.language, r.line}
		r.l.phrases[r.kind] = append(r.l.phrases[r.kind], Phrase{p, r.meaning})
	case old.meaning != r.meaning:
		r.fail("%q means %s here and %s in %s", p, r.meaning, old.meaning, old.language+".txt:"+strconv.Itoa(old.line))
	case old.language == r.language:
		r.fail("%q stands in line %d already", p, old.line)
	}
}

// isMark reports what is neither part of a word nor a space. "#" stands for a number.
func isMark(c rune) bool { return c != ' ' && c != '#' && !unicode.IsLetter(c) && !unicode.IsDigit(c) }

// Kinds returns the sorts of statements, sorted.
func Kinds() []string {
	var out []string
	for k := range kinds {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Meanings returns what phrases of a kind can mean.
func Meanings(kind string) []string { return slices.Clone(kinds[kind].meanings) }

// Languages returns the languages of l, sorted.
func (l *Lexicon) Languages() []string { return slices.Clone(l.languages) }

// Phrases returns the phrases of a kind in all languages.
func (l *Lexicon) Phrases(kind string) []Phrase { return slices.Clone(l.phrases[kind]) }

// Texts returns the phrases of a kind that have one meaning.
func (l *Lexicon) Texts(kind, meaning string) []string {
	var out []string
	for _, p := range l.phrases[kind] {
		if p.Meaning == meaning {
			out = append(out, p.Text)
		}
	}
	return out
}
