package money

import (
	"reflect"
	"testing"
)

// TestPlain: what is read at once is read the same as by all the rules.
func TestPlain(t *testing.T) {
	read := 0
	for _, sign := range []string{"€", "$", "£", "¥", "₹", "₺", "₴", "₽", "₪", "฿", "%", "-", "+", "#", "x", "R", "é", "€€", "€ -", "-€", "'", ":", "*", "(", "\u200b"} {
		for _, number := range []string{"1,95", "129.95", "129,95", "0,89", "00,89", "0.00", "1.299", "1299,00", "12,5", "12.955", "1,2,3", "99", ".99", "12,-", "1.299,95"} {
			for _, text := range []string{sign + number, sign + " " + number, number + sign, number + " " + sign, sign + number + sign, " " + sign + number, sign + number + " ", sign + "\n" + number, number} {
				for _, l := range []Locale{{}, {Language: "nl-NL", Currency: "EUR"}, {Language: "en-US", Currency: "USD"}, {Language: "en-GB", Currency: "GBP"}, {Language: "ja-JP", Currency: "JPY"}, {Language: "de-CH", Currency: "CHF"}} {
					got, ok := plain(text, l.Currency)
					if !ok {
						continue
					}
					read++
					if want := parse(text, l); !reflect.DeepEqual(got, want) {
						t.Errorf("%q in %v: %+v, want %+v", text, l, got, want)
					}
				}
			}
		}
	}
	if read < 100 {
		t.Errorf("only %d texts are read at once", read)
	}
}
