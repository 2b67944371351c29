package lang_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pricegap/market/money"
	"pricegap/parsers/lang"
)

// currencies are those of the shops whose phrases are in testdata, where it is not the euro.
var currencies = map[string]money.Currency{"en": "GBP", "pl": "PLN", "sv": "SEK", "da": "DKK", "cs": "CZK"}

// minPhrases is how many phrases of a language are held at least.
const minPhrases = 25

// TestPhrases reads what shops write, a file a language, each line with what is to be understood: nothing where nothing may be.
func TestPhrases(t *testing.T) {
	files, err := filepath.Glob("testdata/phrases/*.txt")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		language := strings.TrimSuffix(filepath.Base(name), ".txt")
		t.Run(language, func(t *testing.T) {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = f.Close() }()
			n := 0
			lines := bufio.NewScanner(f)
			for lines.Scan() {
				parts := strings.SplitN(lines.Text(), "|", 3)
				if len(parts) != 3 {
					t.Fatalf("not kind | what | phrase: %s", lines.Text())
				}
				kind, want, text := strings.TrimSpace(parts[0]), strings.TrimSpace(parts[1]), strings.TrimSpace(parts[2])
				n++
				if got := understood(t, language, kind, text); got != want {
					t.Errorf("%s of %q is %q, want %q", kind, text, got, want)
				}
			}
			if lines.Err() != nil || n < minPhrases {
				t.Errorf("%d phrases, at least %d are wanted; %v", n, minPhrases, lines.Err())
			}
		})
	}
}

// understood is what is read from a text, as the files write it.
func understood(t *testing.T, language, kind, text string) string {
	t.Helper()
	count := func(n int64, ok bool) string {
		if !ok {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	switch kind {
	case "stock":
		return string(lang.Stock(text))
	case "condition":
		return string(lang.Condition(text))
	case "delivery":
		return count(lang.Delivery(text))
	case "returns":
		return count(lang.Returns(text))
	case "warranty":
		return count(lang.Warranty(text))
	case "free":
		return map[bool]string{true: "yes", false: "no"}[lang.Free(text)]
	case "vat":
		r := price(t, language, text)
		if v := lang.VAT(text); v != r.VAT {
			t.Errorf("%q: the text says %q, its price %q", text, v, r.VAT)
		}
		return string(r.VAT)
	case "price":
		r := price(t, language, text)
		out := strings.TrimSpace(string(r.Kind) + " " + plain(r.Decimal))
		if r.Reference.Known() {
			out += ", was " + plain(strings.Fields(r.Reference.String())[0])
		}
		return out
	}
	t.Fatalf("unknown kind %q", kind)
	return ""
}

func price(t *testing.T, language, text string) money.Reading {
	t.Helper()
	c := currencies[language]
	if c == "" {
		c = "EUR"
	}
	r, err := money.Parse(text, money.Locale{Language: language, Currency: c})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// plain is a decimal without noughts at its end.
func plain(decimal string) string {
	if !strings.Contains(decimal, ".") {
		return decimal
	}
	return strings.TrimSuffix(strings.TrimRight(decimal, "0"), ".")
}
