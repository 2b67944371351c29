package visible_test

import (
	"fmt"
	"slices"
	"testing"
)

// TestNoPriceBeside: what stands beside a sum, also in the line below it, tells that it is no price of the product.
func TestNoPriceBeside(t *testing.T) {
	layouts := map[string]string{
		"one text": `<p class="price">%s %s</p>`, "one line": `<p><b class="price">%s</b> <span>%s</span></p>`, "line break": `<p><b class="price">%s</b><br>%s</p>`,
		"two lines": `<div class="price">%s</div><div>%s</div>`,
	}
	for phenomenon, labels := range map[string]map[string]string{
		"payments":        {"nl-NL": "in 4 termijnen", "de-DE": "in 4 Raten", "fr-FR": "en 4 fois", "en-GB": "in 4 payments", "es-ES": "en 4 cuotas", "it-IT": "in 4 rate", "pl-PL": "w 4 ratach", "sv-SE": "på 4 delbetalningar", "da-DK": "i 4 rater", "cs-CZ": "ve 4 splátkách"},
		"months":          {"nl-NL": "36 maanden", "de-DE": "36 Monate", "fr-FR": "36 mois", "en-GB": "36 months", "es-ES": "36 meses", "it-IT": "36 mesi", "pl-PL": "36 miesięcy", "sv-SE": "36 månader", "da-DK": "36 måneder", "cs-CZ": "36 měsíců"},
		"a measure":       {"nl-NL": "per 100 gram", "de-DE": "pro 100 g", "fr-FR": "par 100 g", "en-GB": "per 100 g", "es-ES": "por 100 g", "it-IT": "per 100 g", "pl-PL": "za 100 g", "sv-SE": "per 100 g", "da-DK": "pr. 100 g", "cs-CZ": "za 100 g"},
		"a code":          {"nl-NL": "met code SAVE20", "de-DE": "mit Code SAVE20", "fr-FR": "avec le code SAVE20", "en-GB": "with code SAVE20", "es-ES": "con código SAVE20", "it-IT": "con codice SAVE20", "pl-PL": "z kodem SAVE20", "sv-SE": "med kod SAVE20", "da-DK": "med kode SAVE20", "cs-CZ": "s kódem SAVE20"},
		"a first payment": {"nl-NL": "aanbetaling", "de-DE": "Anzahlung", "fr-FR": "d'acompte", "en-GB": "down payment", "it-IT": "di acconto", "pl-PL": "zaliczki", "sv-SE": "i handpenning", "da-DK": "i udbetaling"},
	} {
		for language, label := range labels {
			for layout, html := range layouts {
				t.Run(phenomenon+"/"+language+"/"+layout, func(t *testing.T) {
					unpriced(t, language, fmt.Sprintf(html, shops[language].sum, label))
				})
			}
		}
	}
	for language, label := range map[string]string{
		"nl-NL": "Alleen accu:", "de-DE": "Nur Akku:", "fr-FR": "Batterie seulement :", "en-GB": "Battery only:", "es-ES": "Solo batería:", "it-IT": "Solamente batteria:", "pl-PL": "Tylko bateria:",
		"sv-SE": "Endast batteri:", "da-DK": "Kun batteri:", "cs-CZ": "Pouze baterie:",
	} {
		for layout, html := range map[string]string{"one text": `<p class="price">%s %s</p>`, "one line": `<p>%s <b class="price">%s</b></p>`, "two lines": `<div>%s</div><div class="price">%s</div>`} {
			t.Run("one thing alone/"+language+"/"+layout, func(t *testing.T) {
				unpriced(t, language, fmt.Sprintf(html, label, shops[language].sum))
			})
		}
	}
}

// TestPriceBeside: what is denied, there is besides, or belongs to something else takes nothing from a price.
func TestPriceBeside(t *testing.T) {
	for phenomenon, labels := range map[string]map[string]string{
		"no deposit":   {"nl-NL": "Geen borg", "de-DE": "Keine Kaution", "fr-FR": "Sans caution", "en-GB": "No deposit needed", "es-ES": "Sin fianza", "it-IT": "Senza cauzione", "pl-PL": "Bez kaucji", "sv-SE": "Ingen deposition", "da-DK": "Intet depositum", "cs-CZ": "Bez kauce"},
		"no plan":      {"nl-NL": "zonder abonnement", "de-DE": "ohne Vertrag", "fr-FR": "sans abonnement", "en-GB": "without contract", "es-ES": "sin permanencia", "it-IT": "senza abbonamento", "pl-PL": "bez umowy", "sv-SE": "utan abonnemang", "da-DK": "uden binding", "cs-CZ": "bez smlouvy"},
		"also to rent": {"nl-NL": "Ook te huur", "de-DE": "Auch zur Miete", "fr-FR": "Aussi en location", "en-GB": "Also to rent", "es-ES": "También de alquiler", "it-IT": "Anche a noleggio", "pl-PL": "Także wynajem", "sv-SE": "Också att hyra", "da-DK": "Også til leje", "cs-CZ": "Také pronájem"},
		"a set":        {"nl-NL": "Set van 4", "de-DE": "4er Set", "fr-FR": "Lot de 4", "en-GB": "Set of 4", "es-ES": "Pack de 4", "it-IT": "Set da 4", "pl-PL": "Zestaw 4 szt.", "sv-SE": "4-pack", "da-DK": "Sæt med 4", "cs-CZ": "Sada 4 ks"},
		"a warranty":   {"nl-NL": "24 maanden garantie", "de-DE": "24 Monate Garantie", "fr-FR": "24 mois de garantie", "en-GB": "24 months warranty", "es-ES": "24 meses de garantía", "it-IT": "24 mesi di garanzia"},
		"a label":      {"nl-NL": "Korting</p><p>10 %", "en-GB": "With code SAVE20: £44.95"},
		"a remark":     {"nl-NL": "Aanbetaling mogelijk", "de-DE": "Anzahlung möglich"},
		"or payments":  {"nl-NL": "of in 3 termijnen", "de-DE": "oder in 3 Raten", "fr-FR": "ou en 4 fois sans frais", "en-GB": "or in 3 payments", "es-ES": "o en 3 cuotas", "it-IT": "o in 3 rate"},
	} {
		for language, label := range labels {
			for layout, html := range map[string]string{
				"line below": `<p class="price">%[1]s</p><p>%[2]s</p>`, "behind": `<p><b class="price">%[1]s</b> <span>%[2]s</span></p>`, "line above": `<p>%[2]s</p><p class="price">%[1]s</p>`,
			} {
				if layout != "line below" && slices.Contains([]string{"a label", "a remark"}, phenomenon) || layout == "line above" && phenomenon == "or payments" {
					continue
				}
				t.Run(phenomenon+"/"+language+"/"+layout, func(t *testing.T) {
					p := readAs(t, language, shops[language].currency, product(fmt.Sprintf(html, shops[language].sum, label)+buy))
					if o := p.Product().Offers[0]; decimal(o.Price) != "49.95" {
						t.Errorf("%s\n%s", o.Price, reasons(p))
					}
				})
			}
		}
	}
}

// TestOnly: a label that says that a price is low, or holds for a while, names nothing that is sold alone.
func TestOnly(t *testing.T) {
	for language, labels := range map[string][]string{
		"nl-NL": {"Slechts", "Voor slechts", "Alleen deze week:", "Alleen online"}, "de-DE": {"Nur", "Nur heute:", "Nur noch", "Jetzt nur"}, "fr-FR": {"Seulement", "Aujourd'hui seulement :"},
		"en-GB": {"Only", "Only today:", "Now only", "Web only", "For only"}, "es-ES": {"Solo", "Solo hoy:", "Por solo"}, "it-IT": {"Soltanto", "Solamente oggi:"},
		"pl-PL": {"Tylko", "Tylko dziś:", "Teraz tylko"}, "sv-SE": {"Endast", "Endast idag:"}, "da-DK": {"Kun", "Kun i dag:"}, "cs-CZ": {"Pouze", "Jen dnes:"},
	} {
		for _, label := range labels {
			for layout, html := range layouts {
				t.Run(language+"/"+label+"/"+layout, func(t *testing.T) {
					p := readAs(t, language, shops[language].currency, product(fmt.Sprintf(html, label, shops[language].sum)+buy))
					if o := p.Product().Offers[0]; decimal(o.Price) != "49.95" {
						t.Errorf("%s\n%s", o.Price, reasons(p))
					}
				})
			}
		}
	}
}
