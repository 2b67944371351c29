package money

import (
	"testing"
	"testing/fstest"

	"pricegap/market/lexicon"
)

// TestNewLanguage holds that a file of words is all that a language needs.
func TestNewLanguage(t *testing.T) {
	l, err := lexicon.Load(fstest.MapFS{"fi.txt": {Data: []byte("[before reference]\nnormaalihinta\n[before from]\nalkaen\n[behind saving]\nalennus\n[vat tax]\nalv\n[vat with]\nsis\n[word free]\nilmainen\n[word delivery]\ntoimitus\n")}})
	if err != nil {
		t.Fatal(err)
	}
	v := newVocabulary(l)
	if r, ok := v.foremost([]string{"alkaen", "normaalihinta"}); !ok || Kind(r.Meaning) != KindReference {
		t.Errorf("%+v, %v", r, ok)
	}
	if _, ok := v.foremost([]string{"vanaf"}); ok {
		t.Error("a word of no file is heard")
	}
	if got := v.vatOf([]string{"sis", "25", "alv"}); got != VATIncluded {
		t.Errorf("VAT: %q", got)
	}
	if !v.freely([]string{"ilmainen", "toimitus"}) || v.freely([]string{"toimitus"}) {
		t.Error("free delivery")
	}
}

// TestKinds holds that every meaning beside a price is a kind of price.
func TestKinds(t *testing.T) {
	known := map[Kind]bool{kindUsed: true, kindUsual: true}
	for _, k := range []Kind{
		KindCurrent, KindReference, KindMember, KindCoupon, KindFrom, KindPerMonth, KindInstalment, KindPerUnit, KindDeposit, KindShipping, KindThreshold, KindSaving, KindNone,
	} {
		known[k] = true
	}
	for _, kind := range []string{"before", "behind"} {
		for _, m := range lexicon.Meanings(kind) {
			if !known[Kind(m)] {
				t.Errorf("[%s %s] is no kind of price", kind, m)
			}
		}
	}
}

func TestFindVAT(t *testing.T) {
	for text, want := range map[string]VAT{
		"incl. 21% btw": VATIncluded, "zzgl. gesetzl. MwSt.": VATExcluded, "IVA no incluido": VATExcluded, "TVA comprise": VATIncluded, "netto": VATExcluded,
		"moms tillkommer": VATExcluded, "+ IVA": VATExcluded, "včetně DPH": VATIncluded, "hors taxes": VATExcluded, "toutes taxes comprises": VATIncluded,
		"incl. verzending": VATUnknown, "btw": VATUnknown, "": VATUnknown,
	} {
		if got := FindVAT(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
