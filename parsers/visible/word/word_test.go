package word

import "testing"

func TestAny(t *testing.T) {
	for names, want := range map[string]bool{" old price ": true, " price old ": true, " gold price ": false, " older price ": false, "": false} {
		if got := Any(names, Struck); got != want {
			t.Errorf("%q: %v", names, got)
		}
	}
}

func TestSaid(t *testing.T) {
	for text, want := range map[string]bool{"nu:": true, "nu € 5": true, "menu": false, "nuts": false, "nuts nu": true, "優惠價100": true, "": false} {
		if got := Said().Now.In(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestLikeness(t *testing.T) {
	names := []map[string]bool{Set("Boormachine Kolibri 18V"), Set("Gereedschap")}
	for text, want := range map[string]float64{"Kolibri 18V boormachine": 1, "Boormachine": 1. / 3, "Boormachine Merel": 1. / 3, "Zaag": 0, "": 0} {
		if got := Likeness(text, names); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestSplit(t *testing.T) {
	for name, want := range map[string]string{"productPrice--now": " product price now", "SKU_id7": " sku id", "": "", "--": ""} {
		if got := Split(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
