package word

import (
	"strings"
	"testing"
)

func TestAny(t *testing.T) {
	for names, want := range map[string]bool{" old price ": true, " price old ": true, " gold price ": false, " older price ": false, " bold old ": true, " bolder oldest ": false, "": false} {
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

func TestSum(t *testing.T) {
	for text, want := range map[string]string{
		"10+ € 49,95": "49,95", "€ 49,95 bij 10": "49,95", "1 299,00 zł": "1 299,00", "3 x 1.299 kr.": "1.299", "49": "49", "€ 49,95 36 maanden": "49,95", "10 - 20": "10 - 20", "no": "", "2 stuks 5,- eur": "",
	} {
		from, to := Sum(text)
		if got := text[from:to]; got != want && want != "" || from > to {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestPieces(t *testing.T) {
	for text, want := range map[string]bool{
		"10+": true, "10 +": true, "from 10 pieces": true, "ab 10 stück": true, "5 or more": true, "3 x €": true, "3x": true, "2 × ": true, "1 x": false, "10 pieces": false,
		"dès 3 ans": false, "vanaf 3 dagen": false, "": false, "from ": false, "4 x 4 wheels": false, "2 voor": true, "2 for £": true, "2 for the kitchen": false, "bij aankoop van 2:": true, "set of 2": false, "10 or moreover": false,
		"vanaf 5 €": true, "vanaf 5: eur": true, "ab 5 - ": true, "da 10 pezzi": true, "10+ stuks": true, "galaxy s24+": false, "10+ jaar ": false, "tv da 55 pollici": false,
		"geschikt vanaf 12 kg": false, "od 10:00": false, "ab 24.12.": false, "gratis vanaf €20": false, "dès 48h": false, "size from 38 to": false, "4 payments of £": true, "3 rate da": true, "2 fois moins cher que": false, "set da 4 ": false, "da 4 ": true,
	} {
		if got := Pieces(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	for text, want := range map[string]bool{
		"bij 10 stuks": true, "when you buy 3": true, "ab 10": true, "ab 3 tagen": false, "for 2 years": false, "for 1": false, "12 op voorraad": false, "10+ sold": false, "": false,
		"bij 10, 20 of 30": false, "ab 10.": true, "przy zakupie 10 szt.": true, "vanaf 5\nin winkelwagen": true, " x 3": true, "× 12 stuks": true, " x 30 cm": false,
		"gratis verzending vanaf € 20": false, "gratis verzending vanaf 20,-": false, "versandkostenfrei ab 50 €": false, "free shipping from 20.00": false,
		"lieferung ab 24.12.": false, "leverbaar vanaf 12 december": false, "geschikt vanaf 12 kg": false, "tv da 55 pollici": false, "odbiór od 10:00": false,
	} {
		if got := PiecesBehind(text); got != want {
			t.Errorf("behind, %q: %v", text, got)
		}
	}
}

func TestBehind(t *testing.T) {
	for text, want := range map[string]string{
		"per week": "per week", "per week, 52 weken": "per week, ", "per week: 52 weken": "per week: ", "a day, € 12 a week": "a day, € ",
		" borg: € 20": "", "+ borg € 20": "", "+ borg 20 eur": "", "\ndeposit: 20 €": "", "": "",
	} {
		if got := Behind(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestFirst(t *testing.T) {
	for text, want := range map[string]bool{"a week": true, " € (per dag)": true, "zł za dzień": true, "kr. pr. dag": true, "delivered within a week": false, "a weekend": false, "": false} {
		if got := First(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestNamed(t *testing.T) {
	for text, want := range map[string]string{"accu los: ": "accu los:", "€": "", "kr.": "", "groß": "groß", "6 stuks ": "", "18v met accu € ": "met accu €", "now\n": "", "usd": "", "": ""} {
		if got := Named(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestPartial(t *testing.T) {
	for text, want := range map[string]bool{"[129],95": true, "129,[95]": true, "[129]95": true, "[129,]95": true, "129[,95]": true, "[129] 95": false, "[1]2": false, "€[129]": false, "[129],": false, "[129,95]": false} {
		from, to := strings.IndexByte(text, '['), strings.IndexByte(text, ']')-1
		if got := Partial([]byte(strings.NewReplacer("[", "", "]", "").Replace(text)), from, to); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestLowest(t *testing.T) {
	for text, want := range map[string]bool{"laagste prijs in 30 dagen:": true, "lowest price": false, "30 days": false, "best price guarantee, 30 day returns": false, "laagste prijs, 30 dagen bedenktijd": false, "(najniższa cena z 30 dni)": true} {
		if got := Lowest(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	for text, want := range map[string]bool{"- €": true, "−": true, "€ 5 -": false, "€": false, "": false, "nu -": false} {
		if got := Minus(text); got != want {
			t.Errorf("minus, %q: %v", text, got)
		}
	}
}

func TestParts(t *testing.T) {
	for text, want := range map[string]bool{
		" € in 4 payments": true, "en 4 fois": true, "4 raten": true, "kč\n36 měsíců": true, "in 36 maanden\ngratis": true, "or in 4 payments": false, "24 months warranty": false,
		"in 1 payment": false, "4 pieces": false, "x 36": false, "": false, " €": false,
	} {
		if got := Parts(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestBefore(t *testing.T) {
	for text, want := range map[string]string{
		"no deposit needed": "  ", "geen borg, huur": " , huur", "ook te huur\n€ ": "  \n€ ", "ook te huur: € ": "ook te huur: € ", "deposit": "deposit", "žádná kauce": " ", "": "",
	} {
		if got := Before(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestAlone(t *testing.T) {
	for text, want := range map[string]string{
		"battery only: £": "battery : £", "nur akku:\n": " akku:\n", "only £": "", "members only\n£": "", "battery:\n": "", "por solo €": "", "": "",
	} {
		if got := Alone(text); got != want && (want != "" || !Bare(got)) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
