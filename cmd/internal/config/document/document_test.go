package document

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func env(kv ...string) Env {
	return func(name string) (string, bool) {
		for i := 0; i < len(kv); i += 2 {
			if kv[i] == name {
				return kv[i+1], true
			}
		}
		return "", false
	}
}

func TestExpand(t *testing.T) {
	e := env("A", "one", "EMPTY", "", "ODD", "${A} *x &y !z")
	for _, tt := range []struct{ in, want, err string }{
		{"plain", "plain", ""},
		{"${A}", "one", ""},
		{"x${A}y${A}z", "xoneyonez", ""},
		{"${NONE:-two}", "two", ""},
		{"${EMPTY:-two}", "two", ""},
		{"${A:-two}", "one", ""},
		{"${NONE:-}", "", ""},
		{"${NONE:-a:-b}", "a:-b", ""},
		{"$$", "$", ""},
		{"$${A}", "${A}", ""},
		{"$5 and /p/*$", "$5 and /p/*$", ""},
		{"${ODD}", "${A} *x &y !z", ""},
		{"${NONE}", "", "environment variable NONE is not set"},
		{"${EMPTY}", "", "environment variable EMPTY is not set"},
		{"${A", "", "${ without }"},
		{"${}", "", "${} does not name a variable"},
		{"${1A}", "", "${1A} does not name a variable"},
		{"${A-x}", "", "${A-x} does not name a variable"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			var r Report
			n := Read([]byte("k: '"+tt.in+"'\n"), e, &r)
			if tt.err != "" {
				if r.Len() != 1 || r.Problems()[0].Message != tt.err || r.Problems()[0].Line != 1 {
					t.Fatalf("problems %v, want %q", r.Problems(), tt.err)
				}
				return
			}
			if r.Len() != 0 || n.Get("k").Text != tt.want {
				t.Errorf("%q, %v, want %q", n.Get("k").Text, r.Problems(), tt.want)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	known := []string{"contact", "pause", "parallel", "max_pages", "own", "id", "kind"}
	for w, want := range map[string]string{
		"contct": "contact", "Contact": "contact", "pasue": "pause", "parllel": "parallel", "max-pages": "max_pages",
		"maxpages": "max_pages", "onw": "own", "kin": "kind", "zzz": "", "": "", "x": "", "frequency": "",
		strings.Repeat("a", 10_000): "",
	} {
		if got := Nearest(w, known); got != want {
			t.Errorf("Nearest(%.20q) = %q, want %q", w, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	const day = 24 * time.Hour
	for s, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "1h30m": 90 * time.Minute, "7d": 7 * day, "1d12h": 36 * time.Hour, "1.5h": 90 * time.Minute,
		"0": 0, "0s": 0, "-1m": -time.Minute,
	} {
		if got, err := ParseDuration(s); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "10", "010", "1_000s", ".inf", "NaN", "+1h", "d", "-1d", "1d-1h", "1d1d", "1w", "1000000000h", "999999999d", "1 h"} {
		if got, err := ParseDuration(s); err == nil {
			t.Errorf("ParseDuration(%q) = %v, want an error", s, got)
		}
	}
	for _, d := range []time.Duration{0, time.Second, 90 * time.Second, time.Minute, time.Hour, 36 * time.Hour, day, 7 * day, 1500 * time.Millisecond, 10 * time.Minute, 100 * time.Hour} {
		if got, err := ParseDuration(FormatDuration(d)); err != nil || got != d {
			t.Errorf("%v is written %q and read %v, %v", d, FormatDuration(d), got, err)
		}
	}
}

type word string

type inner struct {
	N    int8           `yaml:"n" range:"1..9"`
	U    uint16         `yaml:"u"`
	List []string       `yaml:"list"`
	Map  map[word]int   `yaml:"map"`
	Ptr  *bool          `yaml:"ptr"`
	Wait time.Duration  `yaml:"wait" range:"1s..1h"`
	Deep []inner        `yaml:"deep"`
	Free map[string]any `yaml:"free"`
}

type outer struct {
	Name  string `yaml:"name" required:"true"`
	Word  word   `yaml:"word"`
	inner `yaml:",inline"`
	Skip  string `yaml:"-"`
}

func decode(doc string, targets ...any) []string {
	r := &Report{File: "f"}
	d := Decoder{Report: r, Words: map[reflect.Type][]string{reflect.TypeFor[word](): {"red", "green"}}}
	if n := Read([]byte(doc), env(), r); n != nil {
		d.Decode(n, targets...)
	}
	var out []string
	for _, p := range r.Problems() {
		out = append(out, p.String())
	}
	return out
}

func TestDecode(t *testing.T) {
	var got outer
	doc := "name: 010\nword: red\nn: 9\nu: 65535\nlist: [no, 1.0, \"x\"]\nmap: {red: 1}\nptr: true\nwait: 1m\ndeep: [{n: 1}]\n"
	if p := decode(doc, &got); p != nil {
		t.Fatal(p)
	}
	yes := true
	want := outer{Name: "010", Word: "red", inner: inner{
		N: 9, U: 65535, List: []string{"no", "1.0", "x"}, Map: map[word]int{"red": 1}, Ptr: &yes, Wait: time.Minute,
		Deep: []inner{{N: 1}},
	}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(outer{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestDecodeProblems(t *testing.T) {
	for doc, want := range map[string][]string{
		"name: x\nn: 10\n":                {`f:2:4: n: "10" is out of range; allowed is 1 to 9`},
		"name: x\nu: 65536\n":             {`f:2:4: u: "65536" is out of range`},
		"name: x\nu: -1\n":                {`f:2:4: u: "-1" is out of range`},
		"name: x\nword: blue\n":           {`f:2:7: word: "blue" is not one of red, green`},
		"name: x\nword: gren\n":           {`f:2:7: word: "gren" is not one of red, green (did you mean green?)`},
		"name: x\nmap: {reed: 1}\n":       {`f:2:7: map.reed: unknown key (did you mean red?)`},
		"name: x\nhiden: y\nSkip: z\n":    {"f:2:1: hiden: unknown key (there is name, word, n, u, list, map, ptr, wait, deep, free)", "f:3:1: Skip: unknown key (there is name, word, n, u, list, map, ptr, wait, deep, free)"},
		"nane: x\n":                       {"f:1:1: nane: unknown key (did you mean name?)"},
		"word: red\n":                     {"f:1:1: key name is missing"},
		"name: x\nwait: 2h\n":             {`f:2:7: wait: "2h" is out of range; allowed is 1s to 1h`},
		"name: x\nfree: {a: 1}\n":         {"f:2:11: free.a: cannot be set from a file"},
		"name: x\ndeep: [{n: 1}, {m: 2}]": {"f:2:17: deep[1].m: unknown key (there is n, u, list, map, ptr, wait, deep, free)"},
		"name: [\n":                       {"f:2:1: while parsing a flow node: did not find expected node content"},
	} {
		if d := cmp.Diff(want, decode(doc, &outer{})); d != "" {
			t.Errorf("%q (-want +got):\n%s", doc, d)
		}
	}
}

// Two targets share one mapping, and Rest takes what is left.
func TestDecodeTargets(t *testing.T) {
	type common struct {
		Name string `yaml:"name"`
	}
	var c common
	var o struct {
		Name string `yaml:"name"`
		N    int    `yaml:"n"`
	}
	if p := decode("name: x\nn: 2\n", &c, &o); p != nil || c.Name != "x" || o.Name != "" || o.N != 2 {
		t.Errorf("%v, %+v, %+v", p, c, o)
	}
	if p := decode("name: x\nn: 2\n", &c, Rest{}); p != nil {
		t.Error(p)
	}
}

func TestManyProblems(t *testing.T) {
	var b strings.Builder
	for range 500 {
		b.WriteString("- x\n")
	}
	r := &Report{File: "f"}
	d := Decoder{Report: r}
	n := Read([]byte(b.String()), env(), r)
	var out []int
	d.Value(n, &out)
	msg := r.Err().Error()
	if got := strings.Count(msg, "\n") + 1; got != maxProblems+1 || !strings.HasSuffix(msg, "… and 400 more") {
		t.Errorf("%d lines, the last is %q", got, msg[strings.LastIndexByte(msg, '\n')+1:])
	}
}

func TestPrint(t *testing.T) {
	type stanza struct {
		Text   string            `yaml:"text"`
		Wait   time.Duration     `yaml:"wait"`
		Yes    bool              `yaml:"yes"`
		N      int               `yaml:"n"`
		Token  string            `yaml:"token"`
		List   []string          `yaml:"list"`
		Map    map[string]string `yaml:"map"`
		Hidden string            `yaml:"-"`
	}
	doc := "text: \"010\"\nyes: false\ntoken: ${MY_TOKEN}\nlist: [a, 'no']\nmap: {b: x, a: '$${y}'}\n"
	r := &Report{File: "f.yaml"}
	n := Read([]byte(doc), env("MY_TOKEN", "hush-hush"), r)
	v := stanza{Wait: 36 * time.Hour, N: 3, Hidden: "h"}
	(&Decoder{Report: r}).Decode(n, &v)
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	got, err := Printer{}.Print(v, n)
	if err != nil {
		t.Fatal(err)
	}
	want := "text: '010'\nwait: 36h\nyes: false\nn: 3\ntoken: '***'\nlist:\n- a\n- no\nmap:\n  a: $${y}\n  b: x\n"
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	got, err = Printer{File: "f.yaml"}.Print(v, n)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"text: '010' # f.yaml:1\n", "wait: 36h # default\n", "token: '***' # $MY_TOKEN at f.yaml:3\n", "- no # f.yaml:4\n"} {
		if !strings.Contains(string(got), line) {
			t.Errorf("no line %q in:\n%s", line, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("a: [1, {b: ${X:-y}}]\nc: &d {e: f}\ng: *d\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r Report
		n := Read(data, env(), &r)
		if n == nil && r.Len() == 0 {
			t.Fatal("neither a document nor a problem")
		}
		for _, p := range r.Problems() {
			if strings.ContainsAny(p.String(), "\n\x1b\x00") {
				t.Fatalf("unsafe message %q", p.String())
			}
		}
	})
}
