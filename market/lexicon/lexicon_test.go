package lexicon

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestShipped holds that the files of the program are right.
func TestShipped(t *testing.T) {
	l, err := Load(files)
	if err != nil {
		t.Error(err)
	}
	if d := cmp.Diff(l.phrases, Shipped().phrases); d != "" {
		t.Error(d)
	}
	names, err := fs.Glob(files, "*.txt")
	if err != nil || len(names) != len(l.Languages()) {
		t.Errorf("%d files and %d languages, %v", len(names), len(l.Languages()), err)
	}
}

// full are the languages that say everything. The meanings in sparse need no words of their own in each of them.
var (
	full   = []string{"nl", "de", "fr", "en", "es", "it", "pl", "sv", "da", "cs"}
	sparse = map[string]bool{
		"days 3": true, "unit between": true, "vat gross": true, "vat net": true,
		"word free_delivery": true, "word size": true, "word not": true, "behind from": true, "word per": true, "word part": true, "word pack": true,
	}
)

// TestEveryKind holds that each of the full languages has words for all that can be said.
func TestEveryKind(t *testing.T) {
	for _, language := range full {
		text, err := fs.ReadFile(files, language+".txt")
		if err != nil {
			t.Fatal(err)
		}
		l, err := Load(fstest.MapFS{language + ".txt": {Data: text}})
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range Kinds() {
			for _, m := range Meanings(kind) {
				if len(l.Texts(kind, m)) == 0 && !sparse[kind+" "+m] {
					t.Errorf("%s has no words for [%s %s]", language, kind, m)
				}
			}
		}
	}
}

// TestNewFile holds that a file is all that a language needs.
func TestNewFile(t *testing.T) {
	l, err := Load(fstest.MapFS{
		"fi.txt":    {Data: []byte("# Finnish\n\n[stock in_stock]\nvarastossa, heti saatavilla\n\n[stock out_of_stock]\n  loppu,ei saatavilla\n")},
		"nl.txt":    {Data: []byte("[stock in_stock]\nop voorraad\n")},
		"README.md": {Data: []byte("no words")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"fi", "nl"}, l.Languages()); d != "" {
		t.Error(d)
	}
	want := []Phrase{
		{"varastossa", "in_stock"},
		{"heti saatavilla", "in_stock"},
		{"loppu", "out_of_stock"},
		{"ei saatavilla", "out_of_stock"},
		{"op voorraad", "in_stock"},
	}
	if d := cmp.Diff(want, l.Phrases("stock")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"loppu", "ei saatavilla"}, l.Texts("stock", "out_of_stock")); d != "" {
		t.Error(d)
	}
}

// TestBadFiles holds that what cannot be meant is an error with its file and line.
func TestBadFiles(t *testing.T) {
	const good = "[stock in_stock]\nop voorraad\n"
	for name, c := range map[string]struct{ file, text, want string }{
		"unknown kind":        {"xx.txt", good + "[stok in_stock]\nja\n", `xx.txt:3: unknown kind "stok"`},
		"unknown meaning":     {"xx.txt", good + "\n[stock gone]\nweg\n", `xx.txt:4: unknown meaning "gone" of stock; there are discontinued`},
		"no meaning":          {"xx.txt", "[stock]\nweg\n", "xx.txt:1: a heading is [kind meaning], not [stock]"},
		"open heading":        {"xx.txt", "[stock in_stock\nweg\n", "xx.txt:1: a heading is"},
		"heading twice":       {"xx.txt", good + good, "xx.txt:3: [stock in_stock] stands in line 1 already"},
		"no heading":          {"xx.txt", "# words\nop voorraad\n", "xx.txt:2: a phrase without a heading"},
		"no phrases":          {"xx.txt", "[stock in_stock]\n\n[stock limited]\nlaatste\n", "xx.txt:3: the heading above has no phrases"},
		"no phrases at last":  {"xx.txt", good + "[stock limited]\n", "xx.txt:3: the last heading has no phrases"},
		"empty phrase":        {"xx.txt", "[stock in_stock]\nop voorraad,, leverbaar\n", "xx.txt:2: an empty phrase"},
		"comma at the end":    {"xx.txt", "[stock in_stock]\nop voorraad,\n", "xx.txt:2: an empty phrase"},
		"large letters":       {"xx.txt", "[stock in_stock]\nOp voorraad\n", `xx.txt:2: "Op voorraad" is not written in small letters`},
		"two spaces":          {"xx.txt", "[stock in_stock]\nop  voorraad\n", `xx.txt:2: "op  voorraad" is not written`},
		"marks":               {"xx.txt", "[stock preorder]\npre-order\n", `xx.txt:2: "pre-order" has marks between its words`},
		"twice":               {"xx.txt", good + "op voorraad\n", `xx.txt:3: "op voorraad" stands in line 2 already`},
		"two meanings":        {"xx.txt", good + "[stock out_of_stock]\nop voorraad\n", `xx.txt:4: "op voorraad" means out_of_stock here and in_stock in xx.txt:2`},
		"two languages":       {"xx.txt", "[stock out_of_stock]\nauf lager\n", `xx.txt:2: "auf lager" means out_of_stock here and in_stock in de.txt:2`},
		"no language":         {"dutch.txt", good, `dutch.txt:0: "dutch" is no language`},
		"no language at all":  {"n1.txt", good, `n1.txt:0: "n1" is no language`},
		"after a bad heading": {"xx.txt", "[stok in_stock]\nA,,\n[stock in_stock]\nB\n", `xx.txt:4: "B" is not written`},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := Load(fstest.MapFS{"de.txt": {Data: []byte("[stock in_stock]\nauf lager\n")}, c.file: {Data: []byte(c.text)}})
			if !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
			if !slices.Contains(l.Texts("stock", "in_stock"), "auf lager") {
				t.Error("the other file is lost")
			}
		})
	}
}

// TestSameWord holds that languages may share a phrase, and that a word may have several places in a sentence.
func TestSameWord(t *testing.T) {
	l, err := Load(fstest.MapFS{
		"fr.txt": {Data: []byte("[stock in_stock]\nen stock\n\n[word per]\nla\n\n[word size]\nla\n")},
		"es.txt": {Data: []byte("[stock in_stock]\nen stock\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Phrase{{"en stock", "in_stock"}}, l.Phrases("stock")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]Phrase{{"la", "per"}, {"la", "size"}}, l.Phrases("word")); d != "" {
		t.Error(d)
	}
}

func TestRuns(t *testing.T) {
	l, err := Load(fstest.MapFS{"nl.txt": {Data: []byte("[stock in_stock]\nweer leverbaar, weer\n\n[stock out_of_stock]\nweer op, weer helemaal op\n")}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range l.Runs("stock")["weer"] {
		got = append(got, strings.Join(r.Words, " "))
	}
	if d := cmp.Diff([]string{"weer helemaal op", "weer op", "weer leverbaar", "weer"}, got); d != "" {
		t.Error(d)
	}
	if r := l.Runs("stock")["weer"][1]; !r.Starts([]string{"weer", "op", "is"}) || r.Starts([]string{"weer"}) || r.Starts([]string{"weer", "in"}) || r.Meaning != "out_of_stock" {
		t.Errorf("%+v", r)
	}
}

func TestTexts(t *testing.T) {
	ts := NewTexts([]string{"now", "reg.", "today's price", "/mo", "ähnliche", "特價"})
	for text, want := range map[string]bool{
		"now 5": true, "buy now": true, "known": false, "nowé": false, "know now": true, "reg. 5": true, "reg 5": false, "today's price": true, "today": false,
		"5 /mo": true, "5/mo": true, "x/mo": false, "5 /month": false, "5 /month /mo": true, "ähnliche artikel": true, "今日特價": true, "": false,
	} {
		if got := ts.In(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestTextsEnd(t *testing.T) {
	ts := NewTexts([]string{"from", "à partir de", "v.a.", "起價"})
	for text, want := range map[string]bool{
		"from": true, "prices from: €": true, "from € 79,-": false, "therefrom": false, "from here": false, "prix à partir de ": true, "nu v.a. ": true, "今日起價 $": true, "": false, " 12": false,
	} {
		if got := ts.End(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestTextsCutEnd(t *testing.T) {
	ts := NewTexts([]string{"from", "starting from"})
	for text, want := range map[string]string{"battery from €": "battery ", "starting from": "", "now starting from: ": "now ", "here": "here"} {
		if got, _ := ts.CutEnd(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(files); err != nil {
			b.Fatal(err)
		}
	}
}
