package inert_test

import (
	"testing"

	"pgregory.net/rapid"

	"pricegap/market/inert"
)

func TestWrite(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "Lamp": "Lamp", "it's": "it's", "'n Lamp": "'n Lamp", "'": "'", " =1": " =1",
		"=1+1": "'=1+1", "+31": "'+31", "-5": "'-5", "@SUM": "'@SUM", "＝1": "'＝1", "\t=1": "'\t=1", "\u200bLamp": "'\u200bLamp",
		"'=1": "''=1", "''=1": "'''=1", "'\u200b": "''\u200b",
	} {
		if got := inert.Write(in); got != want {
			t.Errorf("Write(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestRead reads every text again as it was written.
func TestRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`['=+@\-\t\x{200b}a＝]{0,4}.*`).Draw(t, "text")
		if got := inert.Read(inert.Write(s)); got != s {
			t.Errorf("%q is read as %q", s, got)
		}
	})
}
