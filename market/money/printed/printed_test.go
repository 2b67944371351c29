package printed

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestNumbers(t *testing.T) {
	tests := []struct {
		text  string
		style Style
		want  []string
	}{
		{"1299", Style{0, 2, false}, []string{"1299"}},
		{"1.299", Style{',', 2, false}, []string{"1299"}},
		{"1.299", Style{'.', 2, false}, []string{"1299", "1.299"}},
		{"1.299", Style{',', 2, true}, []string{"1299", "1.299"}},
		{"1,799", Style{',', 2, true}, []string{"1.799"}},
		{"1.299", Style{'.', 3, false}, []string{"1.299"}},
		{"1.299", Style{0, 0, false}, []string{"1299"}},
		{"0.299", Style{',', 2, false}, []string{"0.299"}},
		{"1234.567", Style{',', 2, false}, []string{"1234.567"}},
		{"1.2345", Style{',', 2, false}, []string{"1.2345"}},
		{"12,34,567.89", Style{}, []string{"1234567.89"}},
		{"1.234.567", Style{}, []string{"1234567"}},
		{"1.234.56", Style{}, []string{"1234.56"}},
		{"1,234.567,89", Style{}, nil},
		{"12.34.56", Style{}, nil},
		{"1'299.50", Style{}, []string{"1299.50"}},
		{"12'99", Style{}, []string{"12.99"}},
		{"007", Style{}, []string{"7"}},
		{"١٬٢٩٩٫٥٠", Style{}, []string{"1299.50"}},
		{"12345678901234", Style{}, nil},
	}
	for _, tt := range tests {
		ts, _ := Scan(tt.text)
		if len(ts) != 1 || ts[0].Kind != Numeral {
			t.Errorf("%q is %+v", tt.text, ts)
			continue
		}
		if d := cmp.Diff(tt.want, ts[0].Num.Read(tt.style)); d != "" {
			t.Errorf("%q in the style %+v: %s", tt.text, tt.style, d)
		}
	}
}

// TestDigitsOfAllScripts holds the assumption that decimal digits come in runs of ten.
func TestDigitsOfAllScripts(t *testing.T) {
	for _, r16 := range unicode.Nd.R16 {
		if r16.Stride != 1 || (r16.Hi-r16.Lo+1)%10 != 0 {
			t.Errorf("%U to %U is no run of tens", r16.Lo, r16.Hi)
		}
	}
	for _, r32 := range unicode.Nd.R32 {
		if r32.Stride != 1 || (r32.Hi-r32.Lo+1)%10 != 0 {
			t.Errorf("%U to %U is no run of tens", r32.Lo, r32.Hi)
		}
	}
	for _, digits := range []string{"0123456789", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "０１２３４５６７８９", "၀၁၂၃၄၅၆၇၈၉"} {
		want := byte(0)
		for _, r := range digits {
			if v, _, ok := digitOf(r); !ok || v != want {
				t.Errorf("%q is %d, %v", r, v, ok)
			}
			want++
		}
	}
}

func TestSift(t *testing.T) {
	tests := []struct{ text, want string }{ // the numbers that are left
		{"-20% € 79", "79"},
		{"128 GB voor 899", "899"},
		{"MX924 € 5", "5"},
		{"12/05/2024 € 5", "5"},
		{"10:30", ""},
		{"#12", ""},
		{"5 mei € 6", "6"},
		{"24 x € 29", "29"},
		{"€ 5 per 100 g", "5"},
		{"35€ 99", "35.99"},
		{"10 € 20 €", "10 20"},
		{"30 dagen, 2e, 23.59 uur, maat 42, EAN 123, 1+1", ""},
		{"30 dagarna, 3 hverdage, 5 pracovních dnů, 2 arbeitstage, 4 robocze", ""},
		{"maat 42,-", "42"},
		{"12\n,\n99", "12.99"},
		{"3 ,59", "3.59"},
		{"12 euro en 5 cent", "12.05"},
	}
	for _, tt := range tests {
		ts, _ := Scan(tt.text)
		var got []string
		for _, k := range Sift(ts) {
			if k.Kind == Numeral {
				got = append(got, k.Num.Read(Style{Digits: 2})...)
			}
		}
		if d := cmp.Diff(tt.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%q: %s", tt.text, d)
		}
	}
}

func TestPlain(t *testing.T) {
	tests := []struct{ text, language, configured, want string }{ // the signs that are left
		{"Nu 5", "nl", "", ""},
		{"Nu 5", "en", "", "Nu"},
		{"Nu 5", "nl", "BTN", "Nu"},
		{"Nu 5", "nl-BT", "", "Nu"},
		{"Nu € 5", "", "EUR", "€"},
		{"100 SEK", "de", "", "SEK"},
		{"100 sek", "de", "", ""},
		{"TOP 12,50", "nl", "EUR", ""},
		{"TOP 12,50", "en-TO", "", "TOP"},
	}
	for _, tt := range tests {
		ts, _ := Scan(tt.text)
		var got []string
		for _, k := range Plain(ts, tt.language, tt.configured) {
			if k.Kind == CurrencySign {
				got = append(got, k.Text)
			}
		}
		if d := cmp.Diff(tt.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%q in %q with %q: %s", tt.text, tt.language, tt.configured, d)
		}
	}
	for w := range wordSigns {
		if _, ok := lookup([]byte(w)); !ok && !riskyCodes[strings.ToUpper(w)] && exactFold(w) == "" {
			t.Errorf("%q is no sign, so that it need not be a word", w)
		}
	}
}

// exactFold finds a sign of the exact table by its small letters.
func exactFold(low string) string {
	for s := range exactSigns {
		if strings.ToLower(s) == strings.TrimSuffix(low, ".") {
			return s
		}
	}
	return ""
}

func TestLabel(t *testing.T) {
	tests := []struct { // of the last number
		text, want string
		own        bool
	}{
		{"van 5", "van", false},
		{"van\n5", "van", false},
		{"van\n€\n5", "van", false},
		{"was\nnu 5", "nu", true},
		{"vanaf 12 mei\n5", "", false},
		{"in 30 dagen:\n5", "in 30 dagen", false},
		{"5", "", false},
	}
	for _, tt := range tests {
		ts, _ := Scan(tt.text)
		label, own := Label(ts, 0, len(ts)-1)
		got := ""
		for _, k := range label {
			if k.Kind != CurrencySign && k.Kind != Punctuation {
				got += " " + k.Text
			}
		}
		if got = strings.TrimSpace(got); got != tt.want || own != tt.own {
			t.Errorf("the label in %q is %q, %v; want %q, %v", tt.text, got, own, tt.want, tt.own)
		}
	}
}

func TestSigns(t *testing.T) {
	for name, table := range map[string]map[string]Sign{"exact": exactSigns, "folded": foldedSigns} {
		for text, s := range table {
			if n := len([]rune(text)); n == 0 || n > longestSign {
				t.Errorf("%s: %q can never be found", name, text)
			}
			for _, c := range s.Codes {
				if !isoCodes[c] && c != "IRT" && c != "TRL" {
					t.Errorf("%s: %q stands for %q, which is no code", name, text, c)
				}
			}
		}
	}
	if s := (Sign{Codes: []string{"USD", "CAD"}}); s.Settle("CAD") != "CAD" || s.Settle("EUR") != "" {
		t.Error("an ambiguous sign is settled by a currency that it may stand for, and by no other")
	}
}
