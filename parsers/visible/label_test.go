package visible_test

import (
	"fmt"
	"slices"
	"testing"

	"pricegap/market/lexicon"
	"pricegap/market/money"
	"pricegap/parsers/visible"
)

// shops are how shops of several countries print a price.
var shops = map[string]struct {
	sum      string
	currency money.Currency
}{
	"nl-NL": {"€ 49,95", "EUR"}, "de-DE": {"49,95 €", "EUR"}, "fr-FR": {"49,95 €", "EUR"}, "en-GB": {"£49.95", "GBP"}, "es-ES": {"49,95 €", "EUR"},
	"it-IT": {"49,95 €", "EUR"}, "pl-PL": {"49,95 zł", "PLN"}, "sv-SE": {"49,95 kr", "SEK"}, "da-DK": {"49,95 kr.", "DKK"}, "cs-CZ": {"49,95 Kč", "CZK"},
}

// Layouts of a label and a price, in this order.
var layouts = map[string]string{
	"one text": `<p class="price">%s %s</p>`, "one line": `<p><span>%s</span> <b class="price">%s</b></p>`, "two lines": `<div><div>%s</div><div class="price">%s</div></div>`,
	"list": `<dl><dt>%s</dt><dd class="price">%s</dd></dl>`, "table": `<table><tr><td>%s</td><td class="price">%s</td></tr></table>`,
}

// TestPriceOfSomethingElse: a price whose label says that it is for something else than the product, bought by one piece and for
// good, is not the product's.
func TestPriceOfSomethingElse(t *testing.T) {
	for phenomenon, labels := range map[string]map[string]string{
		"an accessory":          {"nl-NL": "Accu los:", "de-DE": "Akku einzeln:", "fr-FR": "Batterie seule :", "en-GB": "Spare battery:"},
		"a rent":                {"nl-NL": "Huurprijs", "de-DE": "Mietpreis", "fr-FR": "Prix de location", "en-GB": "Rental price", "es-ES": "Precio de alquiler", "it-IT": "Prezzo di noleggio", "pl-PL": "Cena wynajmu", "sv-SE": "Hyrpris", "da-DK": "Lejepris", "cs-CZ": "Cena pronájmu"},
		"a rent a week":         {"nl-NL": "Per week", "de-DE": "Pro Woche", "fr-FR": "Par semaine", "en-GB": "Per week", "es-ES": "Por semana", "it-IT": "A settimana", "pl-PL": "Tygodniowo", "sv-SE": "Per vecka", "da-DK": "Pr. uge", "cs-CZ": "Týdně"},
		"many pieces":           {"nl-NL": "10+", "de-DE": "ab 10 Stück", "fr-FR": "Dès 10 pièces", "en-GB": "10 or more", "es-ES": "10 o más", "it-IT": "10 o più", "pl-PL": "10 lub więcej", "sv-SE": "10 eller fler", "da-DK": "10 eller flere", "cs-CZ": "10 a více"},
		"a pair":                {"nl-NL": "2 voor", "de-DE": "2 für", "fr-FR": "2 pour", "en-GB": "2 for", "es-ES": "2 por", "it-IT": "2 per", "pl-PL": "2 za", "sv-SE": "2 för", "da-DK": "2 for", "cs-CZ": "2 za"},
		"for traders":           {"nl-NL": "Zakelijke prijs", "de-DE": "Händlerpreis", "fr-FR": "Prix pro", "en-GB": "Trade price", "es-ES": "Precio mayorista", "it-IT": "Prezzo rivenditori", "pl-PL": "Cena hurtowa", "sv-SE": "Företagspris", "da-DK": "Erhvervspris", "cs-CZ": "Velkoobchodní cena"},
		"a saving":              {"nl-NL": "U bespaart", "de-DE": "Ersparnis", "fr-FR": "Vous économisez", "en-GB": "You save", "es-ES": "Ahorras", "it-IT": "Risparmi", "pl-PL": "Oszczędzasz", "sv-SE": "Du sparar", "da-DK": "Du sparer", "cs-CZ": "Ušetříte"},
		"a minus":               {"nl-NL": "<i></i>-", "en-GB": "<i></i>−"},
		"the lowest of a month": {"nl-NL": "Laagste prijs in 30 dagen:", "de-DE": "Niedrigster Preis der letzten 30 Tage:", "fr-FR": "Prix le plus bas des 30 derniers jours :", "en-GB": "Lowest price in the last 30 days:", "es-ES": "Precio más bajo de los últimos 30 días:", "it-IT": "Prezzo più basso degli ultimi 30 giorni:", "pl-PL": "Najniższa cena z 30 dni przed obniżką:", "sv-SE": "Lägsta pris senaste 30 dagarna:", "da-DK": "Laveste pris de seneste 30 dage:", "cs-CZ": "Nejnižší cena za posledních 30 dní:"},
		"parts":                 {"nl-NL": "3 x", "de-DE": "3 x", "fr-FR": "3 x", "en-GB": "3 x"},
		"a plan":                {"nl-NL": "Met abonnement", "de-DE": "Mit Vertrag", "fr-FR": "Avec abonnement", "en-GB": "With contract", "es-ES": "Con contrato", "it-IT": "Con abbonamento", "pl-PL": "Z abonamentem", "sv-SE": "Med abonnemang", "da-DK": "Med abonnement", "cs-CZ": "S tarifem"},
		"a size":                {"nl-NL": "Groot", "de-DE": "Klein", "fr-FR": "Petit", "en-GB": "Large"},
		"traded in":             {"nl-NL": "Bij inruil", "de-DE": "Bei Inzahlungnahme", "fr-FR": "Avec reprise", "en-GB": "With trade-in", "it-IT": "Con permuta", "sv-SE": "Med inbyte"},
		"its worth":             {"nl-NL": "Inruilwaarde", "de-DE": "Ankaufswert", "fr-FR": "Valeur de reprise", "en-GB": "Trade-in value", "es-ES": "Valor de recompra", "sv-SE": "Inbytesvärde", "da-DK": "Byttepris", "cs-CZ": "Výkupní cena"},
		"a reservation":         {"nl-NL": "Reserveer voor", "de-DE": "Reservieren für", "fr-FR": "Réservez pour", "en-GB": "Reserve for", "es-ES": "Reserva por", "it-IT": "Prenota per", "pl-PL": "Zarezerwuj za", "sv-SE": "Reservera för", "da-DK": "Reserver for", "cs-CZ": "Rezervace za"},
		"a month":               {"nl-NL": "Per maand", "de-DE": "Monatlich", "fr-FR": "Par mois", "en-GB": "Monthly", "es-ES": "Al mes", "it-IT": "Al mese", "pl-PL": "Miesięcznie", "sv-SE": "Per månad", "da-DK": "Pr. måned", "cs-CZ": "Měsíčně"},
		"a deposit":             {"nl-NL": "Borg", "de-DE": "Kaution", "fr-FR": "Caution", "en-GB": "Deposit", "es-ES": "Fianza", "it-IT": "Cauzione", "pl-PL": "Kaucja", "sv-SE": "Deposition", "da-DK": "Depositum", "cs-CZ": "Kauce"},
		"a first payment":       {"nl-NL": "Aanbetaling", "de-DE": "Anzahlung", "fr-FR": "Acompte", "en-GB": "Down payment", "es-ES": "Señal", "it-IT": "Acconto", "pl-PL": "Zaliczka", "sv-SE": "Handpenning", "da-DK": "Udbetaling", "cs-CZ": "Záloha"},
		"a lease":               {"nl-NL": "Leasen:", "de-DE": "Leasing:", "fr-FR": "Leasing :", "en-GB": "Lease:"},
		"second hand":           {"nl-NL": "Tweedehands", "de-DE": "Gebraucht", "fr-FR": "D'occasion", "en-GB": "Used", "es-ES": "Segunda mano", "it-IT": "Usato", "pl-PL": "Używany", "sv-SE": "Begagnad", "da-DK": "Brugt", "cs-CZ": "Použité"},
		"an insurance":          {"nl-NL": "Verzekering", "de-DE": "Versicherung", "fr-FR": "Assurance", "en-GB": "Insurance"},
	} {
		for language, label := range labels {
			for layout, html := range layouts {
				t.Run(phenomenon+"/"+language+"/"+layout, func(t *testing.T) {
					unpriced(t, language, fmt.Sprintf(html, label, shops[language].sum))
				})
			}
		}
	}
}

// TestPriceOfSomethingElseBehind is the same for what is said behind a price.
func TestPriceOfSomethingElseBehind(t *testing.T) {
	layouts := map[string]string{
		"one text": `<p class="price">%s %s</p>`, "one line": `<p><b class="price">%s</b> <span>%s</span></p>`, "two lines": `<div><div class="price">%s</div><div>%s</div></div>`,
	}
	for phenomenon, labels := range map[string]map[string]string{
		"a week, /":   {"nl-NL": "/wk", "de-DE": "/Woche", "en-GB": "pw", "es-ES": "/semana", "it-IT": "/settimana"},
		"a month, /":  {"es-ES": "/mes", "it-IT": "/mese"},
		"reserved":    {"nl-NL": "reserveringskosten", "de-DE": "Reservierungsgebühr", "fr-FR": "frais de réservation", "en-GB": "reservation fee"},
		"a week":      {"nl-NL": "(per week)", "de-DE": "(pro Woche)", "fr-FR": "(par semaine)", "en-GB": "a week", "es-ES": "por semana", "it-IT": "a settimana", "pl-PL": "tygodniowo", "sv-SE": "per vecka", "da-DK": "pr. uge", "cs-CZ": "týdně"},
		"a day":       {"nl-NL": "per dag", "de-DE": "pro Tag", "fr-FR": "par jour", "en-GB": "a day", "es-ES": "por día", "it-IT": "al giorno", "pl-PL": "za dzień", "sv-SE": "per dag", "da-DK": "pr. dag", "cs-CZ": "za den"},
		"many pieces": {"nl-NL": "bij 10 stuks", "de-DE": "ab 10 Stück", "fr-FR": "dès 10 pièces", "en-GB": "when you buy 10", "es-ES": "a partir de 10", "it-IT": "acquistando 10 pezzi", "pl-PL": "przy zakupie 10 szt.", "sv-SE": "vid köp av 10", "da-DK": "ved køb af 10", "cs-CZ": "při koupi 10 kusů"},
		"a plan":      {"nl-NL": "met abonnement", "de-DE": "mit Vertrag", "fr-FR": "avec abonnement", "en-GB": "with contract", "es-ES": "con permanencia", "it-IT": "con abbonamento", "pl-PL": "z abonamentem", "sv-SE": "med abonnemang", "da-DK": "med binding", "cs-CZ": "se smlouvou"},
		"traded in":   {"nl-NL": "bij inruil", "de-DE": "bei Inzahlungnahme", "fr-FR": "avec reprise", "en-GB": "with trade-in", "es-ES": "entregando el tuyo", "it-IT": "con permuta", "sv-SE": "vid inbyte", "da-DK": "ved indbytte", "cs-CZ": "na protiúčet"},
		"a rent":      {"nl-NL": "huur", "de-DE": "Miete", "fr-FR": "en location", "en-GB": "to rent", "es-ES": "de alquiler", "it-IT": "a noleggio"},
		"a deposit":   {"nl-NL": "borg", "de-DE": "Kaution", "fr-FR": "de caution", "en-GB": "deposit", "es-ES": "de fianza", "it-IT": "di cauzione", "pl-PL": "kaucji", "sv-SE": "i deposition", "da-DK": "i depositum", "cs-CZ": "kauce"},
	} {
		for language, label := range labels {
			for layout, html := range layouts {
				t.Run(phenomenon+"/"+language+"/"+layout, func(t *testing.T) {
					unpriced(t, language, fmt.Sprintf(html, shops[language].sum, label))
				})
			}
		}
	}
}

// TestLowestPrice: a price behind "from" is the lowest of the product's where the words before it say nothing else.
func TestLowestPrice(t *testing.T) {
	layouts := map[string]string{
		"one text": `<p class="price">%s %s</p>`, "one line": `<p><span>%s</span> <b class="price">%s</b></p>`, "table": `<table><tr><td>%s</td><td class="price">%s</td></tr></table>`,
	}
	for _, c := range []struct {
		language, label string
		product         bool
	}{
		{"nl-NL", "Vanaf", true},
		{"nl-NL", "Prijs vanaf", true},
		{"nl-NL", "Nu vanaf", true},
		{"nl-NL", "Boormachine Kolibri 18V vanaf", true},
		{"de-DE", "Ab", true},
		{"fr-FR", "À partir de", true},
		{"en-GB", "Already from", true},
		{"nl-NL", "Tweedehands vanaf", false},
		{"nl-NL", "Montage vanaf", false},
		{"nl-NL", "Verzendkosten vanaf", false},
		{"nl-NL", "Andere verkopers vanaf", false},
		{"de-DE", "Finanzierung ab", false},
		{"fr-FR", "Livraison à partir de", false},
		{"en-GB", "Used from", false},
	} {
		for layout, html := range layouts {
			t.Run(c.language+"/"+c.label+"/"+layout, func(t *testing.T) {
				block := fmt.Sprintf(html, c.label, shops[c.language].sum)
				if !c.product {
					unpriced(t, c.language, block)
					return
				}
				p := readAs(t, c.language, shops[c.language].currency, product(block+buy))
				if got := p.Product(); decimal(got.Offers[0].Low) != "49.95" || got.Problem != "" {
					t.Errorf("from %s, %s\n%s", got.Offers[0].Low, got.Problem, reasons(p))
				}
			})
		}
	}
}

// unpriced holds that a block has no price, nor a lowest one.
func unpriced(t *testing.T, language, block string) {
	t.Helper()
	p := readAs(t, language, shops[language].currency, product(block+buy))
	if got := p.Product(); got.Priced() {
		t.Errorf("%s, from %s\n%s", got.Offers[0].Price, got.Offers[0].Low, reasons(p))
	}
}

// TestPriceOfTheProduct: a label that says nothing else than that it is a price, or the product's, takes nothing from it.
func TestPriceOfTheProduct(t *testing.T) {
	for _, c := range [][3]string{
		{"nl-NL", "Prijs:", ""},
		{"nl-NL", "Nu", ""},
		{"nl-NL", "Boormachine Kolibri 18V", ""},
		{"nl-NL", "Op voorraad", ""},
		{"nl-NL", "10+ op voorraad", ""},
		{"nl-NL", "EUR", ""},
		{"nl-NL", "18V", ""},
		{"nl-NL", "6 stuks", ""},
		{"nl-NL", "Inhoud 1,5 liter", ""},
		{"nl-NL", "", "zonder abonnement"},
		{"nl-NL", "", "incl. btw"},
		{"nl-NL", "", "12 op voorraad"},
		{"nl-NL", "", "vanaf 3 dagen levertijd"},
		{"de-DE", "Unser Preis", "inkl. MwSt."},
		{"nl-NL", "", "gratis verzending vanaf € 20"},
		{"nl-NL", "", "gratis verzending vanaf 20,-"},
		{"nl-NL", "", "leverbaar vanaf 12 december"},
		{"nl-NL", "", "geschikt vanaf 12 kg"},
		{"nl-NL", "", "laagste prijs, 30 dagen bedenktijd"},
		{"en-GB", "", "Best price guarantee, 30 day returns"},
		{"en-GB", "", "delivered within a week"},
		{"nl-NL", "", "+ borg: € 20"},
		{"nl-NL", "", "Borg: € 20"},
		{"de-DE", "", "versandkostenfrei ab 50 €"},
		{"pl-PL", "", "odbiór od 10:00"},
		{"de-DE", "", "ohne Vertrag"},
		{"fr-FR", "Prix :", "TTC"},
		{"fr-FR", "4 pièces", ""},
		{"en-GB", "Our price", "in stock"},
		{"en-GB", "Only", ""},
		{"en-GB", "Add to cart", ""},
	} {
		for layout, html := range layouts {
			t.Run(c[0]+"/"+c[1]+"/"+c[2]+"/"+layout, func(t *testing.T) {
				p := readAs(t, c[0], shops[c[0]].currency, product(fmt.Sprintf(html, c[1], shops[c[0]].sum+" <i>"+c[2]+"</i>")+buy))
				if o := p.Product().Offers[0]; decimal(o.Price) != "49.95" {
					t.Errorf("%s\n%s", o.Price, reasons(p))
				}
			})
		}
	}
}

// TestLowestOfAMonth: the lowest price of 30 days that stands beside the price is the former one, and takes nothing from it.
func TestLowestOfAMonth(t *testing.T) {
	for block, reference := range map[string]string{
		`<p><b class="price">€ 49,95</b> <small>Laagste prijs in 30 dagen: <b>€ 45,95</b></small></p>`:                               "",
		`<p><b class="price">€ 49,95</b> <small>Laagste prijs in 30 dagen: <b>€ 59,95</b></small></p>`:                               "59.95",
		`<div><div class="price">€ 49,95</div><div>Laagste prijs in 30 dagen: <b>€ 59,95</b></div></div>`:                            "59.95",
		`<div><span class="price">€ 49,95</span> <span>€ 59,95 laagste prijs van de laatste 30 dagen</span></div>`:                   "59.95",
		`<div><span class="price">€ 49,95</span> <i>€ 59,95</i> <span>(laagste prijs van de laatste 30 dagen)</span></div>`:          "59.95",
		`<div><div>Laagste prijs in 30 dagen:</div><div>€ 59,95</div></div><div><div>Prijs:</div><b class="price">€ 49,95</b></div>`: "59.95",
	} {
		p := read(t, product(block+buy), visible.Known{})
		if o := p.Product().Offers[0]; decimal(o.Price) != "49.95" || decimal(o.Reference) != reference {
			t.Errorf("%s\n%s, %s\n%s", block, o.Price, o.Reference, reasons(p))
		}
	}
}

// TestPriceLabels: all words for a price, in all languages, say no more than that it is one.
func TestPriceLabels(t *testing.T) {
	for _, label := range slices.Concat(lexicon.Shipped().Texts("shown", "price"), lexicon.Shipped().Texts("shown", "now"), lexicon.Shipped().Texts("shown", "plain")) {
		p := readAs(t, "nl-NL", "EUR", product(`<p><span>`+label+`</span> <b class="price">€ 49,95</b></p>`+buy))
		if o := p.Product().Offers[0]; decimal(o.Price) != "49.95" {
			t.Errorf("%s: %s\n%s", label, o.Price, reasons(p))
		}
	}
}
