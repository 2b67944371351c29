package money

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func eur(s string) Amount {
	a, err := FromDecimal(s, "EUR")
	if err != nil {
		panic(err)
	}
	return a
}

func TestFromDecimal(t *testing.T) {
	tests := []struct {
		in, out string
		c       Currency
		err     error
	}{
		{"1299", "1299.00 EUR", "EUR", nil},
		{"-0.5", "-0.50 EUR", "EUR", nil},
		{"1.799", "1.799 EUR", "EUR", nil},
		{"0.000001", "0.000001 EUR", "EUR", nil},
		{"1.10000000", "1.10 EUR", "EUR", nil},
		{"100", "100 JPY", "JPY", nil},
		{"1.5", "1.500 KWD", "KWD", nil},
		{"9223372036854.775807", "9223372036854.775807 EUR", "EUR", nil},
		{"9223372036854.775808", "", "EUR", ErrRange},
		{"0.0000001", "", "EUR", ErrRange},
		{"", "", "EUR", ErrSyntax},
		{".5", "", "EUR", ErrSyntax},
		{"1.", "", "EUR", ErrSyntax},
		{"1e3", "", "EUR", ErrSyntax},
		{"--1", "", "EUR", ErrSyntax},
		{"+1", "", "EUR", ErrSyntax},
		{"١", "", "EUR", ErrSyntax},
		{"1", "", "", ErrCurrency},
		{"1", "", "eur", ErrCurrency},
	}
	for _, tt := range tests {
		a, err := FromDecimal(tt.in, tt.c)
		if !errors.Is(err, tt.err) || err == nil && a.String() != tt.out {
			t.Errorf("FromDecimal(%q, %q) = %v, %v; want %q, %v", tt.in, tt.c, a, err, tt.out, tt.err)
		}
	}
}

func TestUnknownIsNotZero(t *testing.T) {
	var unknown Amount
	if unknown.Known() || !eur("0").Known() || unknown == eur("0") || New(5, "") != unknown {
		t.Error("an unknown amount and nought are mixed up")
	}
	for name, f := range map[string]func() error{
		"Add":         func() error { _, err := unknown.Add(eur("1")); return err },
		"Sub":         func() error { _, err := eur("1").Sub(unknown); return err },
		"Cmp":         func() error { _, err := unknown.Cmp(Amount{}); return err },
		"BasisPoints": func() error { _, err := eur("1").BasisPoints(unknown); return err },
		"Scale":       func() error { _, err := unknown.Scale(1, 1); return err },
		"currencies":  func() error { _, err := eur("1").Add(New(1, "USD")); return err },
	} {
		if err := f(); !errors.Is(err, ErrCurrency) {
			t.Errorf("%s: %v, want ErrCurrency", name, err)
		}
	}
}

func TestArithmetic(t *testing.T) {
	if got, err := eur("95").BasisPoints(eur("100")); err != nil || got != -500 {
		t.Errorf("95 against 100 is %d, %v", got, err)
	}
	if got, err := eur("1").Share(eur("3")); err != nil || got != 3333 {
		t.Errorf("a third is %d, %v", got, err)
	}
	if got, err := eur("2").Share(eur("3")); err != nil || got != 6667 {
		t.Errorf("two thirds are %d, %v", got, err)
	}
	if _, err := eur("1").Share(eur("0")); !errors.Is(err, ErrRange) {
		t.Errorf("a share of nought: %v", err)
	}
	if got, err := eur("121").Scale(100, 121); err != nil || got != eur("100") {
		t.Errorf("without 21%% tax: %v, %v", got, err)
	}
	if got, err := eur("-1").Scale(1, 3); err != nil || got != eur("-0.333333") {
		t.Errorf("a third of -1: %v, %v", got, err)
	}
	if got, err := eur("0.000001").Scale(1, 2); err != nil || got != eur("0.000001") {
		t.Errorf("half of a millionth, rounded: %v, %v", got, err)
	}
	most := New(math.MaxInt64, "EUR")
	for name, f := range map[string]func() error{
		"Add":         func() error { _, err := most.Add(eur("1")); return err },
		"Sub":         func() error { _, err := New(-math.MaxInt64, "EUR").Sub(eur("1")); return err },
		"Sub least":   func() error { _, err := eur("0").Sub(New(math.MinInt64, "EUR")); return err },
		"Scale":       func() error { _, err := most.Scale(2, 1); return err },
		"Scale 1/0":   func() error { _, err := eur("1").Scale(1, 0); return err },
		"BasisPoints": func() error { _, err := most.BasisPoints(New(1, "EUR")); return err },
	} {
		if err := f(); !errors.Is(err, ErrRange) {
			t.Errorf("%s: %v, want ErrRange", name, err)
		}
	}
	if c, err := eur("1").Cmp(eur("1.0")); err != nil || c != 0 {
		t.Errorf("Cmp of equals: %d, %v", c, err)
	}
	if got := eur("-1.5").Abs(); got != eur("1.5") {
		t.Errorf("Abs: %v", got)
	}
}

func TestTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := New(rapid.Int64().Draw(t, "micros"), Currency(rapid.StringMatching(`[A-Z]{3}`).Draw(t, "currency")))
		if a.Micros() == math.MinInt64 {
			return // one more than its negative; nothing makes it
		}
		text, err := a.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var b Amount
		if err := b.UnmarshalText(text); err != nil || a != b {
			t.Fatalf("%v became %q and %v, %v", a, text, b, err)
		}
	})
	var a Amount
	if err := a.UnmarshalText(nil); err != nil || a.Known() {
		t.Errorf("nothing became %v, %v", a, err)
	}
	for _, bad := range []string{"5", "EUR 5", "5 eur", "5  EUR", "5,00 EUR"} {
		if err := a.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was taken for %v", bad, a)
		}
	}
}

func TestAddSub(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := New(rapid.Int64().Draw(t, "a"), "EUR"), New(rapid.Int64().Draw(t, "b"), "EUR")
		sum, err := a.Add(b)
		if err != nil {
			return
		}
		if back, err := sum.Sub(b); err == nil && back != a {
			t.Fatalf("%v + %v - %v = %v", a, b, b, back)
		}
		if sum.Micros()-b.Micros() != a.Micros() {
			t.Fatalf("%v + %v = %v", a, b, sum)
		}
	})
}

func TestFormat(t *testing.T) {
	tests := []struct {
		amount, language, want string
		c                      Currency
	}{
		{"1299", "nl", "€ 1.299,00", "EUR"},
		{"1299", "nl-BE", "€ 1.299,00", "EUR"},
		{"1299", "de", "1.299,00 €", "EUR"},
		{"1299", "de-AT", "€ 1.299,00", "EUR"},
		{"1299", "de-CH", "CHF 1'299.00", "CHF"},
		{"1299", "fr", "1\u202f299,00 €", "EUR"},
		{"1299", "en", "€1,299.00", "EUR"},
		{"1299", "en-GB", "£1,299.00", "GBP"},
		{"1299", "en", "$1,299.00", "USD"},
		{"1299", "nl", "US$ 1.299,00", "USD"},
		{"1299", "en", "SEK 1,299.00", "SEK"},
		{"-12", "nl", "€ -12,00", "EUR"},
		{"-12", "en", "-€12.00", "EUR"},
		{"1.799", "nl", "€ 1,799", "EUR"},
		{"1299", "es", "1299,00 €", "EUR"},
		{"1299", "xx", "1299.00 EUR", "EUR"},
		{"0", "nl", "€ 0,00", "EUR"},
		{"1000000", "nl", "€ 1.000.000,00", "EUR"},
		{"1299", "nl", "¥ 1.299", "JPY"},
	}
	for _, tt := range tests {
		a, err := FromDecimal(tt.amount, tt.c)
		if err != nil {
			t.Fatal(err)
		}
		if got := Format(a, tt.language); got != tt.want {
			t.Errorf("Format(%v, %q) = %q, want %q", a, tt.language, got, tt.want)
		}
	}
	if got := Format(Amount{}, "nl"); got != "" {
		t.Errorf("an unknown amount is written %q", got)
	}
}

func TestDecimal(t *testing.T) {
	for _, micros := range []int64{0, 1, -1, 10, 999_999, 1_000_000, -1_000_001, 1_299_000_000, 1_799_000, 10_500_000, 120, math.MaxInt64, math.MinInt64} {
		for _, c := range []Currency{"EUR", "JPY", "KWD"} {
			got := New(micros, c).Decimal()
			whole, frac, _ := strings.Cut(got, ".")
			if len(frac) < c.Digits() || len(frac) > max(c.Digits(), 6) || len(frac) > c.Digits() && strings.HasSuffix(frac, "0") {
				t.Errorf("%d millionths of %s are %q", micros, c, got)
			}
			if n, err := strconv.ParseInt(whole+(frac + "000000")[:6], 10, 64); err != nil || n != micros {
				t.Errorf("%d millionths of %s are %q: %d, %v", micros, c, got, n, err)
			}
		}
	}
}
