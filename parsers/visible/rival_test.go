package visible_test

import (
	"fmt"
	"strings"
	"testing"

	"pricegap/market"
	"pricegap/parsers/visible"
)

// TestSetAside: where nothing but words sets the sum aside that stands in the place of the price, the next one is not the price:
// the words may be meant for something else.
func TestSetAside(t *testing.T) {
	for phenomenon, labels := range map[string]map[string]string{
		"a rent":          {"nl-NL": "Huurprijs", "de-DE": "Mietpreis", "fr-FR": "Prix de location", "en-GB": "Rental price", "es-ES": "Precio de alquiler", "it-IT": "Prezzo di noleggio", "pl-PL": "Cena wynajmu", "sv-SE": "Hyrpris", "da-DK": "Lejepris", "cs-CZ": "Cena pronájmu"},
		"a deposit":       {"nl-NL": "Borg", "de-DE": "Kaution", "fr-FR": "Caution", "en-GB": "Deposit", "es-ES": "Fianza", "it-IT": "Cauzione", "pl-PL": "Kaucja", "sv-SE": "Deposition", "da-DK": "Depositum", "cs-CZ": "Kauce"},
		"a first payment": {"nl-NL": "Aanbetaling", "de-DE": "Anzahlung", "fr-FR": "Acompte", "en-GB": "Down payment", "it-IT": "Acconto", "pl-PL": "Zaliczka", "sv-SE": "Handpenning", "da-DK": "Udbetaling"},
		"an instalment":   {"nl-NL": "In 3 termijnen van", "de-DE": "3 Raten zu", "en-GB": "3 payments of", "es-ES": "3 cuotas de", "it-IT": "3 rate da", "pl-PL": "3 raty po", "da-DK": "3 rater af", "cs-CZ": "3 splátky po"},
		"a month":         {"nl-NL": "Per maand", "de-DE": "Monatlich", "fr-FR": "Par mois", "en-GB": "Monthly", "es-ES": "Al mes", "it-IT": "Al mese", "pl-PL": "Miesięcznie", "sv-SE": "Per månad", "da-DK": "Pr. måned", "cs-CZ": "Měsíčně"},
		"a plan":          {"nl-NL": "Met abonnement", "de-DE": "Mit Vertrag", "fr-FR": "Avec abonnement", "en-GB": "With contract", "es-ES": "Con contrato", "it-IT": "Con abbonamento", "pl-PL": "Z abonamentem", "sv-SE": "Med abonnemang", "da-DK": "Med abonnement", "cs-CZ": "S tarifem"},
	} {
		for language, label := range labels {
			sum := shops[language].sum
			next := strings.Replace(sum, "49", "20", 1)
			for layout, block := range map[string]string{
				"one text": fmt.Sprintf(`<p class="price">%s %s</p><p class="price">%s</p>`, label, sum, next),
				"list":     fmt.Sprintf(`<dl><dt>%s</dt><dd class="price">%s</dd></dl><p class="price">%s</p>`, label, sum, next),
			} {
				t.Run(phenomenon+"/"+language+"/"+layout, func(t *testing.T) {
					p := readAs(t, language, shops[language].currency, product(block+buy))
					if got := p.Product(); got.Priced() || got.Problem != market.FailPriceAmbiguous || len(got.Candidates) != 2 {
						t.Errorf("%s, %s %s\n%s", got.Offers[0].Price, got.Problem, got.Candidates, reasons(p))
					}
				})
			}
		}
	}
}

// TestSetAsideSettled: what is said to be the price, stands in its place, or differs by its tax alone has no such rival.
func TestSetAsideSettled(t *testing.T) {
	buyable := map[string]string{
		"nl-NL": "Huurprijs|Koopprijs", "de-DE": "Mietpreis|Kaufpreis", "fr-FR": "Prix de location|Prix d'achat", "en-GB": "Rental price|Purchase price", "es-ES": "Precio de alquiler|Precio de compra",
		"it-IT": "Prezzo di noleggio|Prezzo di acquisto", "pl-PL": "Cena wynajmu|Cena zakupu", "sv-SE": "Hyrpris|Köppris", "da-DK": "Lejepris|Købspris", "cs-CZ": "Cena pronájmu|Kupní cena",
	}
	for language, labels := range buyable {
		rent, own, _ := strings.Cut(labels, "|")
		sum := shops[language].sum
		other := strings.Replace(sum, "49", "20", 1)
		for layout, block := range map[string]string{
			"said":           fmt.Sprintf(`<p class="price">%s %s</p><p class="price">%s %s</p>`, rent, other, own, sum),
			"in its place":   fmt.Sprintf(`<p class="price">%s</p><p>%s %s</p>`, sum, rent, other),
			"called the now": fmt.Sprintf(`<p>%s %s</p><p class="price">%s</p>`, rent, other, sum),
		} {
			t.Run(language+"/"+layout, func(t *testing.T) {
				p := readAs(t, language, shops[language].currency, product(block+buy))
				if o := p.Product().Offers[0]; decimal(o.Price) != "49.95" {
					t.Errorf("%s\n%s", o.Price, reasons(p))
				}
			})
		}
	}
}

// TestChoices: prices on the buttons by which one variant is chosen are a range, of all of them; others are not.
func TestChoices(t *testing.T) {
	const variants = `<ul><li><button><span>1,5 l</span> <b class="price">€ 59,95</b></button></li><li><button><span>2,5 l</span> <b class="price">€ 69,95</b></button></li><li><button><span>5 l</span> <b class="price">€ 99,95</b></button></li></ul>`
	for name, c := range map[string]struct{ block, low, high string }{
		"buttons":        {variants, "59.95", "99.95"},
		"labels":         {strings.ReplaceAll(variants, "button", "label"), "59.95", "99.95"},
		"marked":         {strings.NewReplacer("<button", `<div role="radio"`, "button>", "div>").Replace(variants), "59.95", "99.95"},
		"boxes":          {strings.ReplaceAll(variants, "button", "div"), "", ""},
		"one button":     {`<button>` + strings.ReplaceAll(variants, "button", "div") + `</button>`, "", ""},
		"other products": {strings.NewReplacer("1,5 l", "Lader", "2,5 l", "Accu", "5 l", "Koffer").Replace(variants), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := read(t, product(c.block+buy), visible.Known{})
			got := p.Product()
			o := got.Offers[0]
			if decimal(o.Low) != c.low || decimal(o.High) != c.high || o.Price.Known() || (got.Problem == "") != (c.low != "") || len(got.Candidates) < 2 {
				t.Errorf("%s to %s, %s, %q %s\n%s", o.Low, o.High, o.Price, got.Problem, got.Candidates, reasons(p))
			}
		})
	}
}

// TestSumBeside: a sum whose own text says that it is of a measure, of delivery, or for members stands beside a price, and may come first.
func TestSumBeside(t *testing.T) {
	for _, c := range [][2]string{
		{"nl-NL", "€ 9,99 / 100 g"}, {"de-DE", "9,99 € / kg"}, {"en-GB", "£9.99 per litre"}, {"nl-NL", "Clubprijs € 39,95"}, {"nl-NL", "€ 39,95 met code SAVE20"}, {"nl-NL", "Verzendkosten € 4,95"},
	} {
		p := readAs(t, c[0], shops[c[0]].currency, product(`<p class="price">`+c[1]+`</p><p class="price">`+shops[c[0]].sum+`</p>`+buy))
		if o := p.Product().Offers[0]; decimal(o.Price) != "49.95" {
			t.Errorf("%s: %s\n%s", c[1], o.Price, reasons(p))
		}
	}
}

// TestPieceBeside: a sum of a piece may be the price, so the next one is not.
func TestPieceBeside(t *testing.T) {
	for _, c := range [][2]string{
		{"nl-NL", "€ 12,95 per stuk"}, {"de-DE", "12,95 € pro Stück"}, {"en-GB", "£12.95 each"}, {"en-GB", "£12.95 per piece"}, {"fr-FR", "12,95 € par pièce"}, {"nl-NL", "Stukprijs € 12,95"},
	} {
		p := readAs(t, c[0], shops[c[0]].currency, product(`<p class="price">`+c[1]+`</p><p class="price">`+strings.Replace(shops[c[0]].sum, "49", "74", 1)+`</p>`+buy))
		if got := p.Product(); got.Priced() || got.Problem != market.FailPriceAmbiguous {
			t.Errorf("%s: %s, %q\n%s", c[1], got.Offers[0].Price, got.Problem, reasons(p))
		}
	}
}
