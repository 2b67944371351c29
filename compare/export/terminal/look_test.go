package terminal

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var noon = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

// sample is the comparison that the tests of export keep.
func sample(t testing.TB) []compare.Standing {
	t.Helper()
	b, err := os.ReadFile("../testdata/standings.json")
	if err != nil {
		t.Fatal(err)
	}
	var ss []compare.Standing
	if err := json.Unmarshal(b, &ss); err != nil {
		t.Fatal(err)
	}
	return ss
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Error(d)
	}
}

// failing is a disk without space.
type failing struct{}

var errDisk = errors.New("no space left")

func (failing) Write([]byte) (int, error) { return 0, errDisk }

func each(ss []compare.Standing) iter.Seq2[compare.Standing, error] {
	return func(yield func(compare.Standing, error) bool) {
		for _, s := range ss {
			if !yield(s, nil) {
				return
			}
		}
	}
}

func TestTable(t *testing.T) {
	amsterdam := time.FixedZone("CET", 3600)
	for name, l := range map[string]Look{
		"table.wide.en":   {Width: 120},
		"table.narrow.nl": {Width: 72, Language: "nl", Zone: amsterdam},
		"table.color":     {Color: true, Language: "nl"},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Table(&b, each(sample(t)), l); err != nil {
				t.Fatal(err)
			}
			for _, line := range strings.Split(b.String(), "\n") {
				if n := columns(line); l.Width > 0 && n > l.Width && !strings.Contains(line, "·") {
					t.Errorf("%d columns, more than %d: %q", n, l.Width, line)
				}
			}
			golden(t, name+".golden", b.Bytes())
		})
	}
}

// TestTableMany holds that rows beyond those that are measured come too, and that an error ends the table.
func TestTableMany(t *testing.T) {
	many := func(n int, end error) iter.Seq2[compare.Standing, error] {
		return func(yield func(compare.Standing, error) bool) {
			s := sample(t)[0]
			for range n {
				if !yield(s, nil) {
					return
				}
			}
			if end != nil {
				yield(compare.Standing{}, end)
			}
		}
	}
	for _, n := range []int{measured - 1, measured, measured + 1, 3 * measured} {
		var b bytes.Buffer
		if err := Table(&b, many(n, nil), Look{}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(b.String(), "\n1001 "); got != n {
			t.Errorf("%d rows, want %d", got, n)
		}
		if err := Table(&b, many(n, errDisk), Look{}); !errors.Is(err, errDisk) {
			t.Errorf("after %d rows: %v, want the error of the standings", n, err)
		}
	}
	var b bytes.Buffer
	if err := Table(&b, many(0, nil), Look{Language: "nl"}); err != nil || b.String() != "geen artikelen\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
	if err := Table(failing{}, many(1, nil), Look{}); !errors.Is(err, errDisk) {
		t.Errorf("%v, want the error of the writer", err)
	}
}

// TestRows holds that rows beyond those that are measured stand as the first do, and that wide ones are cut.
func TestRows(t *testing.T) {
	var b bytes.Buffer
	w := NewRows(&b, Look{}, []bool{false, true})
	for i := range 2 * measured {
		row := []string{"1001", "129,00"}
		switch i {
		case 0:
			row = []string{"product", "price"}
		case 2:
			row = []string{strings.Repeat("x", 50), ""}
		}
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if len(lines) != 2*measured+1 || lines[1] != lines[2*measured-1] {
		t.Errorf("%d lines; the last is %q, the first %q", len(lines), lines[2*measured-1], lines[1])
	}
	want := "product" + strings.Repeat(" ", 36) + "price\n1001" + strings.Repeat(" ", 38) + "129,00\n" + strings.Repeat("x", 39) + "…" + strings.Repeat(" ", 7) + "–"
	if got := strings.Join(lines[:3], "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if w := NewRows(failing{}, Look{}, []bool{false}); errors.Join(w.Write([]string{"a"}), w.Close()) == nil {
		t.Error("a failed write was taken for a table")
	}
}

func TestCard(t *testing.T) {
	for name, l := range map[string]Look{
		"card.nl":    {Width: 80, Language: "nl"},
		"card.en":    {Width: 80, Language: "en-GB"},
		"card.color": {Color: true},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			for _, s := range sample(t) {
				if err := Card(&b, s, l); err != nil {
					t.Fatal(err)
				}
				b.WriteString("\n")
			}
			golden(t, name+".golden", b.Bytes())
		})
	}
}

// TestCardTellsBranches holds that the stock of our own stores is told by name, and what is not known is left out.
func TestCardTellsBranches(t *testing.T) {
	s := sample(t)[0]
	s.Ours.Seen.Offer.BranchStock = map[string]market.Count{"n": market.CountOf(3), "z": market.CountOf(0), "o": {}}
	var b bytes.Buffer
	l := Look{Language: "nl", Branches: []market.Branch{{ID: "z", Name: "Zuid"}, {ID: "n", Name: "Noord"}, {ID: "o", Name: "Oost"}}}
	if err := Card(&b, s, l); err != nil {
		t.Fatal(err)
	}
	if want := "in onze winkels: Zuid 0, Noord 3\n"; !strings.Contains(b.String(), want) {
		t.Errorf("the card does not say %q:\n%s", want, b.String())
	}
}

// TestNoControls holds that foreign text puts no control bytes on a terminal, whatever it holds (C60).
func TestNoControls(t *testing.T) {
	for _, p := range []string{
		"\x1b[2J", "\x1b]52;c;aGk=\x07", "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07", "\x1bPq\x1b\\", "\u009b2J", "\x07", "ab\b\bcd", "real\rfake",
		"\u202egnp.exe", "\u2066a\u2069", "\n2026-11-21 level=error msg=forged", "\x00", "\x7f", "a\tb", "\ufeffa", "\u200b", "\U000e0041", "a\u2028b", "\xff\xfe",
	} {
		s := sample(t)[0]
		s.Product.ID, s.Product.MPN, s.Product.GTIN, s.Product.Title = market.ProductID(p), p, p, market.NewText(p)
		s.Rivals[0].Seen.Offer.Stock, s.Rivals[0].Seen.Offer.URL, s.Lowest = market.Stock(p), "https://a.example/"+p, market.SourceID(p)
		s.Ours.Name, s.Rivals[0].Name, s.Rivals[1].Name = p, p, p
		s.Rivals[0].Advantages = []market.Advantage{{Ours: map[string]string{"en": p}, Theirs: map[string]string{"en": p}}}
		s.Rivals[0].Seen.Offer.Seller = market.NewText(p)
		o := s.Rivals[0].Seen
		var table, card, chart bytes.Buffer
		if err := errors.Join(
			Table(&table, each([]compare.Standing{s}), Look{}), Card(&card, s, Look{}),
			Chart(&chart, []Line{LineOf(p, []market.Observation{o})}, time.Time{}, time.Time{}, 5, Look{}),
		); err != nil {
			t.Fatal(err)
		}
		for _, out := range []string{table.String(), card.String(), chart.String()} {
			if i := strings.IndexFunc(out, func(r rune) bool { return r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }); i >= 0 {
				t.Errorf("%q puts %q on the terminal", p, out[i:min(i+8, len(out))])
			}
		}
		if got := strings.Count(table.String(), "\n"); got != 3 {
			t.Errorf("%q makes %d lines of a table of 3", p, got)
		}
	}
}

func TestChart(t *testing.T) {
	line := func(name string, c money.Currency, prices ...int64) Line {
		l := Line{Name: name}
		for i, p := range prices {
			if p > 0 {
				l.Points = append(l.Points, Point{noon.Add(time.Duration(i) * 24 * time.Hour), money.New(p*money.Micros, c)})
			}
		}
		return l
	}
	tests := []struct {
		name     string
		lines    []Line
		from, to time.Time
		tall     int
	}{
		{"steps", []Line{line("Wij", "EUR", 129, 129, 125, 125, 125), line("Lumen", "EUR", 0, 135, 119, 119, 127)}, time.Time{}, time.Time{}, 9},
		{"level", []Line{line("Wij", "EUR", 129, 129)}, time.Time{}, time.Time{}, 5},
		{"window", []Line{line("Wij", "EUR", 129, 100, 110, 120)}, noon.Add(24 * time.Hour), noon.Add(60 * time.Hour), 5},
		{"currencies", []Line{line("Wij", "EUR", 129, 100), line("Over\x1bseas", "USD", 150)}, time.Time{}, time.Time{}, 5},
		{"huge", []Line{line("Wij", "EUR", 1, 9_000_000_000_000)}, time.Time{}, time.Time{}, 5},
		{"nothing", []Line{line("Wij", "EUR")}, time.Time{}, time.Time{}, 5},
	}
	var b bytes.Buffer
	for _, tt := range tests {
		b.WriteString("== " + tt.name + "\n")
		if err := Chart(&b, tt.lines, tt.from, tt.to, tt.tall, Look{Width: 60, Language: "nl"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range strings.Split(b.String(), "\n") {
		if columns(l) > 60 {
			t.Errorf("%d columns: %q", columns(l), l)
		}
	}
	golden(t, "chart.golden", b.Bytes())
}

func TestDelivery(t *testing.T) {
	for want, o := range map[string]market.Offer{
		"":                       {},
		"binnen een dag bezorgd": {DeliveryDays: market.CountOf(1)},
		"binnen 3 dagen bezorgd": {DeliveryDays: market.CountOf(3)},
		"voor 23:00 besteld":     {DeliveryDays: market.CountOf(3), DeliveryText: market.NewText("voor 23:00 besteld")},
	} {
		if got := (Look{Language: "nl"}).delivery(&o); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestFit(t *testing.T) {
	for _, tt := range []struct {
		s, want string
		n       int
		right   bool
	}{
		{"abc", "abc  ", 5, false},
		{"abc", "  abc", 5, true},
		{"abcdef", "abcd…", 5, false},
		{"日本語", "日… ", 4, false},
		{"e\u0301a", "e\u0301a ", 3, false},
		{"abc", "", 0, false},
	} {
		if got := fit(tt.s, tt.n, tt.right); got != tt.want {
			t.Errorf("%q in %d: %q, want %q", tt.s, tt.n, got, tt.want)
		}
	}
}

func TestPercent(t *testing.T) {
	for bp, want := range map[int64]string{-705: "-7,1%", 1000: "+10,0%", 4: "0,0%", -5: "-0,1%", 123456: "+1234,6%"} {
		if got := (Look{Language: "nl-NL"}).percent(bp); got != want {
			t.Errorf("%d: %s, want %s", bp, got, want)
		}
	}
}
