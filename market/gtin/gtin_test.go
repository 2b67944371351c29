package gtin

import (
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
	tests := []struct {
		text string
		want Code
	}{
		{"8712345678906", Code{GTIN13, "8712345678906", "08712345678906"}},
		{"EAN: 8712345678906", Code{GTIN13, "8712345678906", "08712345678906"}},
		{"EAN-13: 8712345678906", Code{GTIN13, "8712345678906", "08712345678906"}},
		{"EAN8712345678906", Code{GTIN13, "8712345678906", "08712345678906"}},
		{"ean138712345678906", Code{GTIN13, "8712345678906", "08712345678906"}},
		{"EAN-code 8712345678906", Code{GTIN13, "8712345678906", "08712345678906"}},
		{"UPC-A 036000291452", Code{GTIN12, "036000291452", "00036000291452"}},
		{"96385074", Code{GTIN8, "96385074", "00000096385074"}},
		{"10614141543219", Code{GTIN14, "10614141543219", "10614141543219"}},
		{"0-306-40615-2", Code{ISBN10, "0306406152", "09780306406157"}},
		{"0-8044-2957-X", Code{ISBN10, "080442957X", "09780804429573"}},
		{"ISBN 978-0-306-40615-7", Code{ISBN13, "9780306406157", "09780306406157"}},
		{"979-0-2600-0043-8", Code{ISMN, "9790260000438", "09790260000438"}},
		{"M-2600-0043-8", Code{ISMN, "M260000438", "09790260000438"}},
		{"0378-5955", Code{ISSN, "03785955", ""}},
		{"2434-561X", Code{ISSN, "2434561X", ""}},
		{"(8712345678906)", Code{GTIN13, "8712345678906", "08712345678906"}},
	}
	for _, tt := range tests {
		got, err := Parse(tt.text)
		if err != nil || got != tt.want {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", tt.text, got, err, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"", "EAN", "8712345678901", "0000000000000", "00000000", "123", "1063HP7710", "X", "M", "080442957X1",
		"87123456789061234567", "12.99", "８７１２３４５６７８９０６", "871234567890\x006", "X000000000", "M26000004X8",
	} {
		if got, err := Parse(text); !errors.Is(err, ErrInvalid) {
			t.Errorf("Parse(%q) = %+v, %v; want ErrInvalid", text, got, err)
		}
	}
}

func TestRestricted(t *testing.T) {
	tests := []struct {
		body string // without the check digit
		want bool
	}{
		{"871234567890", false}, // Netherlands
		{"03600029145", false},  // UPC
		{"200000012345", true},  // in-store
		{"290000012345", true},
		{"21234567890", true}, // UPC number system 2
		{"41234567890", true}, // UPC number system 4
		{"978030640615", false},
		{"990000012345", true}, // coupon
		{"9638507", false},     // GTIN-8
		{"2123456", true},      // RCN-8
		{"0123456", true},      // RCN-8
		{"1871234567890", false},
		{"9871234567890", true}, // variable measure
	}
	for _, tt := range tests {
		c, err := Parse(tt.body + string(CheckDigit(tt.body)))
		if err != nil {
			t.Fatalf("%s: %v", tt.body, err)
		}
		if got := c.Restricted(); got != tt.want {
			t.Errorf("%s: restricted %v, want %v", c.GTIN, got, tt.want)
		}
	}
	if !RestrictedGTIN("") || !RestrictedGTIN("08712345678901") {
		t.Error("what is no GTIN-14 must not serve as a key")
	}
}

func TestNormalize(t *testing.T) {
	if got, ok := Normalize("036000291452"); !ok || got != "00036000291452" {
		t.Errorf("got %q, %v", got, ok)
	}
	if got, ok := Normalize("0378-5955"); ok {
		t.Errorf("an ISSN gave the GTIN %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"8712345678906", "ISBN-13: 978-0-306-40615-7", "Gtin1414334567890129", "(0-8044-2957-X)", "M-2600-0043-8"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(s)
		if err != nil {
			return
		}
		if c.GTIN != "" && (len(c.GTIN) != 14 || !validGS1(c.GTIN)) {
			t.Errorf("Parse(%q) gave the GTIN %q", s, c.GTIN)
		}
		again, err := Parse(c.Digits)
		if err != nil || again.GTIN != c.GTIN && c.GTIN != "" && c.Kind != ISSN {
			t.Errorf("Parse(%q) = %+v; its digits read as %+v, %v", s, c, again, err)
		}
	})
}
