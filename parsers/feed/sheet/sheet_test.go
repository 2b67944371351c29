package sheet

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// read reads a file into lines, one a row.
func read(t *testing.T, name, text string) []string {
	t.Helper()
	rows, err := Records(name, strings.NewReader(text), "")
	if err != nil {
		return []string{"error " + err.Error()}
	}
	var out []string
	for rec, err := range rows {
		if err == nil {
			err = rec.Open()
		}
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		line := fmt.Sprint(rec.Line)
		for i, c := range rec.Cells {
			line += fmt.Sprintf(" %s=%s", rec.Names[i], c.Text)
			if c.Plain {
				line += "#"
			}
		}
		out = append(out, line)
	}
	return out
}

func TestRecords(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"a.csv", "id;price\n1;\"5,00\"\n2;6;7\n", []string{"2 id=1 price=5,00", "line 3: it has 3 columns, the header has 2"}},
		{"a.tsv", "id\tprice\n1\t5\n", []string{"2 id=1 price=5"}},
		{"a.jsonl", "{\"id\":1,\"offer\":{\"price\":\"5\"}}\n[]\n", []string{"1 id=1# offer_price=5", "line 2: it is not a JSON object"}},
		{"a.json", "[\n{\"id\":1},\n{\"id\":\n2}\n,3]\n", []string{"2 id=1#", "3 id=2#", "line 5: it is not a JSON object"}},
		{"a.json", "[]", nil},
		{"a.json", "[{\"id\":1}\n", []string{"1 id=1#", "feed: not a file that can be read: line 1: the list is cut off"}},
		{"a.json", "[] []", []string{"feed: not a file that can be read: line 1: something follows the list"}},
		{"a.json", "[{\"id\":\"" + strings.Repeat("x", 2<<20) + "\"}]", []string{"feed: not a file that can be read: line 1: the row is longer than 1 MiB"}},
		{"a.xml", "<rss><item><id>1</id></item></rss>", []string{"1 id=1"}},
		{"a.csv", "", []string{"error feed: not a file that can be read: it is empty"}},
	} {
		if d := cmp.Diff(tt.want, read(t, tt.name, tt.text)); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}

func FuzzRecords(f *testing.F) {
	f.Add("c.csv", "id;title\n1;\"a\nb\"\n")
	f.Add("c.jsonl", `{"id":"1","price":1.299E3}`)
	f.Add("c.json", "[{\"id\":1},\n{}]")
	f.Add("c.xml", "<rss><item><g:id>1</g:id></item></rss>")
	f.Fuzz(func(t *testing.T, name, text string) {
		rows, err := Records(name, strings.NewReader(text), "")
		if err != nil {
			return
		}
		for rec, err := range rows {
			if err == nil {
				err = rec.Open()
			}
			if err == nil && (len(rec.Cells) > len(rec.Names) || len(rec.Cells) > maxFields) {
				t.Errorf("%d cells for %d names", len(rec.Cells), len(rec.Names))
			}
		}
	})
}
