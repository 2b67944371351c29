package money

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// corpusRow is a row of testdata/corpus-nl/prices.jsonl; the README beside it says what the fields mean.
type corpusRow struct {
	ID, Layout string
	In         struct {
		Text, Locale string
		Currency     Currency
	}
	Want struct {
		Kind     Kind
		Amount   *string
		Currency *Currency
	}
}

// corpusOther are the rows that are read in another way than the corpus says, and how.
var corpusOther = map[string]string{
	// An article that is given away costs nought, as a feed says free delivery; the corpus holds that free is no price.
	"nl-381": "current 0 EUR",
}

// TestCorpusNL reads the price texts of Dutch shops. Sums that are no price of the article have kinds of their own
// here, where the corpus says none; a range has its ends, where the corpus says no amount.
func TestCorpusNL(t *testing.T) {
	f, err := os.Open("testdata/corpus-nl/prices.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, right, wrong := map[string]int{}, map[string]int{}, 0
	var layouts []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var row corpusRow
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		if rows[row.Layout]++; rows[row.Layout] == 1 {
			layouts = append(layouts, row.Layout)
		}
		r, err := Parse(row.In.Text, Locale{row.In.Locale, row.In.Currency})
		if err != nil {
			t.Errorf("%s: %v", row.ID, err)
			continue
		}
		if want, got := row.want(), row.show(r); want != got {
			wrong++
			t.Errorf("%s %s: %q is %s, want %s (%s)", row.ID, row.Layout, row.In.Text, got, want, show(r))
			continue
		}
		right[row.Layout]++
	}
	if len(layouts) == 0 {
		t.Error("the corpus is empty")
	}
	for _, l := range layouts {
		if wrong > 0 {
			t.Logf("%-22s %d of %d", l, right[l], rows[l])
		}
	}
}

// want is the truth of a row in one line.
func (row corpusRow) want() string {
	if own, ok := corpusOther[row.ID]; ok {
		return own
	}
	out := string(row.Want.Kind)
	if row.Want.Amount != nil {
		a, err := FromDecimal(*row.Want.Amount, *row.Want.Currency)
		if err != nil {
			return fmt.Sprintf("bad row: %v", err)
		}
		out += " " + a.String()
	}
	return out
}

// show is a reading in the words of the corpus.
func (row corpusRow) show(r Reading) string {
	switch kind := r.Kind; kind {
	case KindSaving, KindShipping, KindDeposit, KindThreshold:
		return string(KindNone)
	case KindRange:
		if less, err := r.Amount.Cmp(r.High); err != nil || less >= 0 {
			return "range without ends"
		}
		return string(kind)
	}
	if _, own := corpusOther[row.ID]; own {
		return show(r)
	}
	return strings.TrimSuffix(fmt.Sprintf("%s %s", r.Kind, r.Amount), " unknown")
}
