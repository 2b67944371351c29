package terminal

import (
	"cmp"
	"fmt"
	"strings"

	"pricegap/compare"
	"pricegap/market"
)

// phrases are the words of the terminal, by their English text, in other languages.
var phrases = map[string]map[string]string{
	"decimal sign": {"en": ".", "nl": ",", "de": ",", "fr": ","},

	"just now":               {"nl": "zojuist"},
	"%d min old":             {"nl": "%d min oud"},
	"%d hours old":           {"nl": "%d uur oud"},
	"%d days old":            {"nl": "%d dagen oud"},
	"we":                     {"en": "We", "nl": "Wij"},
	"item %s":                {"nl": "art. %s"},
	"GTIN %s":                {"nl": "EAN %s"},
	"MPN %s":                 {},
	"%s cheaper":             {"nl": "%s goedkoper"},
	"%s dearer":              {"nl": "%s duurder"},
	"same price":             {"nl": "zelfde prijs"},
	"delivered %s":           {"nl": "bezorgd %s"},
	"shipping %s":            {"nl": "verzending %s"},
	"free shipping":          {"nl": "gratis verzending"},
	"delivered within a day": {"nl": "binnen een dag bezorgd"},
	"delivered within %d days": {
		"nl": "binnen %d dagen bezorgd",
	},
	"sold by %s":          {"nl": "verkocht door %s"},
	"excluding VAT":       {"nl": "excl. btw"},
	"was %s":              {"nl": "van %s"},
	"not comparable: %s":  {"nl": "niet vergelijkbaar: %s"},
	"what we offer more:": {"nl": "wat wij meer bieden:"},
	"they: %s":            {"nl": "zij: %s"},
	"theirs unknown":      {"nl": "van hen niet bekend"},
	"being checked: %s":   {"nl": "wordt nagekeken: %s"},
	"rank %d of %d":       {"nl": "plaats %d van %d"},
	"lowest: %s %s":       {"nl": "laagste: %s %s"},
	"price index %s":      {"nl": "prijsindex %s"},
	"as of %s":            {"nl": "stand van %s"},
	"not found at: %s":    {"nl": "niet gevonden bij: %s"},
	"no price of our own": {"nl": "geen eigen prijs bekend"},
	"on the shelf price":  {"nl": "op de schapprijs"},
	"on the price delivered": {
		"nl": "op de prijs inclusief bezorging",
	},

	"PRODUCT": {"nl": "ARTIKEL"},
	"TITLE":   {"nl": "OMSCHRIJVING"},
	"OURS":    {"nl": "ONZE PRIJS"},
	"RANK":    {"nl": "PLAATS"},
	"LOWEST":  {"nl": "LAAGSTE"},
	"AT":      {"nl": "BIJ"},
	"GAP":     {"nl": "VERSCHIL"},
	"INDEX":   {"nl": "INDEX"},

	"stale":                      {"nl": "verouderd"},
	"a newer value is held back": {"nl": "een nieuwere waarde wordt nagekeken"},
	"not comparable":             {"nl": "niet vergelijkbaar"},
	"not in stock":               {"nl": "niet op voorraad"},
	"in our stores: %s":          {"nl": "in onze winkels: %s"},
	"no products":                {"nl": "geen artikelen"},
	"no prices in this time":     {"nl": "geen prijzen in deze tijd"},
	"%s: in another currency, not drawn": {
		"nl": "%s: in een andere valuta, niet getekend",
	},

	"new":         {"nl": "nieuw"},
	"refurbished": {"nl": "refurbished"},
	"used":        {"nl": "tweedehands"},
	"damaged":     {"nl": "beschadigd"},
}

// stocks say what a shop has.
var stocks = map[market.Stock]map[string]string{
	market.StockUnknown:      {"en": "stock unknown", "nl": "voorraad onbekend"},
	market.StockIn:           {"en": "in stock", "nl": "op voorraad"},
	market.StockLimited:      {"en": "few left", "nl": "beperkt op voorraad"},
	market.StockPreorder:     {"en": "pre-order", "nl": "te reserveren"},
	market.StockBackorder:    {"en": "to be ordered", "nl": "op bestelling"},
	market.StockInStoreOnly:  {"en": "in their stores only", "nl": "alleen in de winkel"},
	market.StockOut:          {"en": "not in stock", "nl": "niet op voorraad"},
	market.StockDiscontinued: {"en": "discontinued", "nl": "uit het assortiment"},
}

// reasons say why a position is not comparable.
var reasons = map[compare.Reason]map[string]string{
	compare.NoOffer:    {"en": "nothing known", "nl": "niets bekend"},
	compare.Range:      {"en": "a price range", "nl": "een prijs vanaf of tussen"},
	compare.NoPrice:    {"en": "no price on the page", "nl": "geen prijs op de pagina"},
	compare.Currency:   {"en": "another currency", "nl": "een andere valuta"},
	compare.VAT:        {"en": "another VAT basis", "nl": "een andere btw-basis"},
	compare.Condition:  {"en": "another condition", "nl": "een andere staat"},
	compare.Variant:    {"en": "another variant", "nl": "een andere uitvoering"},
	compare.Equivalent: {"en": "an equivalent, not the same article", "nl": "een vergelijkbaar artikel, niet hetzelfde"},
	compare.TooOld:     {"en": "too old", "nl": "te oud"},
	compare.Stale:      {"en": "stale", "nl": "verouderd"},
	compare.NoShipping: {"en": "shipping unknown", "nl": "verzendkosten onbekend"},
	compare.Disputed:   {"en": "said to be wrong", "nl": "zou niet kloppen"},
}

// word returns the phrase in the language, filled in; in English where the language has none.
func (l Look) word(key string, args ...any) string {
	by := phrases[key]
	base, _, _ := strings.Cut(l.Language, "-")
	w := cmp.Or(by[l.Language], by[base], by["en"], key)
	if len(args) == 0 {
		return w
	}
	return fmt.Sprintf(w, args...)
}
