// Package lang reads short texts that shops show to people: stock, condition, delivery, warranty and
// returns, in Dutch, German, French and English. The words are data; a text that none of them fits is unknown.
package lang

import (
	"strconv"
	"strings"
	"unicode"

	"pricegap/market"
	"pricegap/market/money"
)

// maxWords bounds a text: what is longer is no statement but an article.
const maxWords = 60

// phrase is a run of words with what it means.
type phrase[T any] struct {
	words   string
	meaning T
}

// Refusals stand before what they refuse: "niet op voorraad" holds "op voorraad".
var stocks = []phrase[market.Stock]{
	{"niet meer leverbaar", market.StockDiscontinued},
	{"uit assortiment", market.StockDiscontinued},
	{"uit het assortiment", market.StockDiscontinued},
	{"nicht mehr lieferbar", market.StockDiscontinued},
	{"nicht mehr verfügbar", market.StockDiscontinued},
	{"nicht mehr erhältlich", market.StockDiscontinued},
	{"n est plus disponible", market.StockDiscontinued},
	{"n est plus commercialisé", market.StockDiscontinued},
	{"no longer available", market.StockDiscontinued},
	{"discontinued", market.StockDiscontinued},

	{"niet op voorraad", market.StockOut},
	{"niet voorradig", market.StockOut},
	{"niet leverbaar", market.StockOut},
	{"niet beschikbaar", market.StockOut},
	{"uitverkocht", market.StockOut},
	{"niet in voorraad", market.StockOut},
	{"tijdelijk niet leverbaar", market.StockOut},
	{"nicht auf lager", market.StockOut},
	{"nicht vorrätig", market.StockOut},
	{"nicht verfügbar", market.StockOut},
	{"nicht lieferbar", market.StockOut},
	{"ausverkauft", market.StockOut},
	{"vergriffen", market.StockOut},
	{"rupture de stock", market.StockOut},
	{"en rupture", market.StockOut},
	{"épuisé", market.StockOut},
	{"indisponible", market.StockOut},
	{"pas en stock", market.StockOut},
	{"non disponible", market.StockOut},
	{"out of stock", market.StockOut},
	{"not in stock", market.StockOut},
	{"sold out", market.StockOut},
	{"currently unavailable", market.StockOut},
	{"unavailable", market.StockOut},
	{"not available", market.StockOut},

	{"alleen in de winkel", market.StockInStoreOnly},
	{"alleen in winkel", market.StockInStoreOnly},
	{"nur im markt", market.StockInStoreOnly},
	{"nur in der filiale", market.StockInStoreOnly},
	{"uniquement en magasin", market.StockInStoreOnly},
	{"in store only", market.StockInStoreOnly},

	{"pre order", market.StockPreorder},
	{"preorder", market.StockPreorder},
	{"reserveer nu", market.StockPreorder},
	{"nog te verschijnen", market.StockPreorder},
	{"vorbestellen", market.StockPreorder},
	{"vorbestellbar", market.StockPreorder},
	{"précommande", market.StockPreorder},
	{"précommander", market.StockPreorder},

	{"nabestelling", market.StockBackorder},
	{"op bestelling", market.StockBackorder},
	{"backorder", market.StockBackorder},
	{"back order", market.StockBackorder},
	{"auf bestellung", market.StockBackorder},
	{"nachbestellt", market.StockBackorder},
	{"sur commande", market.StockBackorder},

	{"laatste stuks", market.StockLimited},
	{"bijna uitverkocht", market.StockLimited},
	{"beperkte voorraad", market.StockLimited},
	{"beperkt op voorraad", market.StockLimited},
	{"nur noch wenige", market.StockLimited},
	{"wenige auf lager", market.StockLimited},
	{"stock limité", market.StockLimited},
	{"derniers articles", market.StockLimited},
	{"low stock", market.StockLimited},
	{"limited stock", market.StockLimited},
	{"almost sold out", market.StockLimited},

	{"op voorraad", market.StockIn},
	{"voorradig", market.StockIn},
	{"direct leverbaar", market.StockIn},
	{"uit voorraad leverbaar", market.StockIn},
	{"leverbaar", market.StockIn},
	{"in voorraad", market.StockIn},
	{"beschikbaar", market.StockIn},
	{"auf lager", market.StockIn},
	{"vorrätig", market.StockIn},
	{"sofort lieferbar", market.StockIn},
	{"lieferbar", market.StockIn},
	{"verfügbar", market.StockIn},
	{"en stock", market.StockIn},
	{"disponible", market.StockIn},
	{"in stock", market.StockIn},
	{"available", market.StockIn},
}

// limitedBefore are phrases that hold a phrase of another meaning and come first.
var limitedBefore = []phrase[market.Stock]{
	{"bijna uitverkocht", market.StockLimited},
	{"almost sold out", market.StockLimited},
	{"binnenkort leverbaar", market.StockPreorder},
	{"binnenkort beschikbaar", market.StockPreorder},
	{"bald verfügbar", market.StockPreorder},
	{"bientôt disponible", market.StockPreorder},
	{"coming soon", market.StockPreorder},
	{"niet op voorraad in de winkel", market.StockUnknown},
	{"niet beschikbaar in de winkel", market.StockUnknown},
}

// Stock reads a statement of availability; StockUnknown where none is recognised.
func Stock(text string) market.Stock {
	t := fold(text)
	if s, ok := find(t, limitedBefore); ok {
		return s
	}
	s, _ := find(t, stocks)
	return s
}

var conditions = []phrase[market.Condition]{
	{"refurbished", market.ConditionRefurbished},
	{"refurb", market.ConditionRefurbished},
	{"generalüberholt", market.ConditionRefurbished},
	{"wiederaufbereitet", market.ConditionRefurbished},
	{"reconditionné", market.ConditionRefurbished},
	{"renewed", market.ConditionRefurbished},
	{"beschadigd", market.ConditionDamaged},
	{"beschädigt", market.ConditionDamaged},
	{"endommagé", market.ConditionDamaged},
	{"damaged", market.ConditionDamaged},
	{"for parts", market.ConditionDamaged},
	{"tweedehands", market.ConditionUsed},
	{"tweedekans", market.ConditionUsed},
	{"gebruikt", market.ConditionUsed},
	{"gebraucht", market.ConditionUsed},
	{"occasion", market.ConditionUsed},
	{"d occasion", market.ConditionUsed},
	{"used", market.ConditionUsed},
	{"pre owned", market.ConditionUsed},
	{"open box", market.ConditionUsed},
	{"second hand", market.ConditionUsed},
	{"nieuw", market.ConditionNew},
	{"neu", market.ConditionNew},
	{"neuf", market.ConditionNew},
	{"neuve", market.ConditionNew},
	{"new", market.ConditionNew},
}

// Condition reads a statement of condition; ConditionUnknown where none is recognised.
func Condition(text string) market.Condition {
	c, _ := find(fold(text), conditions)
	return c
}

var answers = []phrase[market.Answer]{
	{"niet", market.AnswerNo},
	{"nicht", market.AnswerNo},
	{"pas", market.AnswerNo},
	{"not", market.AnswerNo},
	{"nee", market.AnswerNo},
	{"nein", market.AnswerNo},
	{"non", market.AnswerNo},
	{"no", market.AnswerNo},
	{"false", market.AnswerNo},
	{"ja", market.AnswerYes},
	{"oui", market.AnswerYes},
	{"yes", market.AnswerYes},
	{"true", market.AnswerYes},
	{"afhalen", market.AnswerYes},
	{"ophalen", market.AnswerYes},
	{"abholen", market.AnswerYes},
	{"abholung", market.AnswerYes},
	{"retrait", market.AnswerYes},
	{"pickup", market.AnswerYes},
	{"pick up", market.AnswerYes},
	{"collect", market.AnswerYes},
}

// Answer reads a yes or a no, also as the offer of a pick-up; AnswerUnknown where neither is recognised.
func Answer(text string) market.Answer {
	a, _ := find(fold(text), answers)
	return a
}

var free = []phrase[bool]{
	{"vanaf", false}, {"boven", false}, {"ab", false}, {"über", false}, {"à partir", false}, {"dès", false}, {"from", false}, {"over", false}, {"above", false}, // from a sum on
	{"gratis", true}, {"kosteloos", true}, {"kostenlos", true}, {"kostenfrei", true}, {"versandkostenfrei", true}, {"gratuit", true}, {"gratuite", true}, {"offerte", true}, {"offert", true}, {"free", true},
}

// Free reports whether a text says that delivery costs nothing, whatever one orders.
func Free(text string) bool {
	f, _ := find(fold(text), free)
	return f
}

var vats = []phrase[money.VAT]{
	{"excl btw", money.VATExcluded},
	{"exclusief btw", money.VATExcluded},
	{"ex btw", money.VATExcluded},
	{"zzgl mwst", money.VATExcluded},
	{"exkl mwst", money.VATExcluded},
	{"netto", money.VATExcluded},
	{"hors taxes", money.VATExcluded},
	{"hors tva", money.VATExcluded},
	{"ht", money.VATExcluded},
	{"ex vat", money.VATExcluded},
	{"excl vat", money.VATExcluded},
	{"excluding vat", money.VATExcluded},
	{"plus vat", money.VATExcluded},
	{"excluded", money.VATExcluded},
	{"incl btw", money.VATIncluded},
	{"inclusief btw", money.VATIncluded},
	{"inkl mwst", money.VATIncluded},
	{"brutto", money.VATIncluded},
	{"ttc", money.VATIncluded},
	{"tva comprise", money.VATIncluded},
	{"incl vat", money.VATIncluded},
	{"inc vat", money.VATIncluded},
	{"including vat", money.VATIncluded},
	{"included", money.VATIncluded},
}

// VAT reads whether a price holds value-added tax; VATUnknown where the text does not say.
func VAT(text string) money.VAT {
	v, _ := find(fold(text), vats)
	return v
}

// find returns the meaning of the first phrase, in the order of the list, that stands in a folded text.
func find[T any](folded string, list []phrase[T]) (T, bool) {
	for _, p := range list {
		if strings.Contains(folded, " "+p.words+" ") {
			return p.meaning, true
		}
	}
	var none T
	return none, false
}

// fold returns the words of a text in small letters, each between spaces; "" for an article.
func fold(text string) string {
	ws := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(ws) == 0 || len(ws) > maxWords {
		return ""
	}
	return " " + strings.Join(ws, " ") + " "
}

// The units of time, in days.
var units = map[string]int64{
	"dag": 1, "dagen": 1, "werkdag": 1, "werkdagen": 1, "tag": 1, "tage": 1, "tagen": 1, "werktag": 1, "werktage": 1, "werktagen": 1,
	"jour": 1, "jours": 1, "day": 1, "days": 1, "workday": 1, "workdays": 1,
	"week": 7, "weken": 7, "woche": 7, "wochen": 7, "semaine": 7, "semaines": 7, "weeks": 7,
	"maand": 30, "maanden": 30, "monat": 30, "monate": 30, "monaten": 30, "mois": 30, "month": 30, "months": 30,
}

// Words that stand between a number and its unit.
var between = map[string]bool{"business": true, "working": true, "werk": true, "jours": true}

var soon = []phrase[int64]{
	{"overmorgen", 2},
	{"übermorgen", 2},
	{"après demain", 2},
	{"morgen", 1},
	{"tomorrow", 1},
	{"demain", 1},
	{"next day", 1},
	{"volgende werkdag", 1},
	{"vandaag", 0},
	{"heute", 0},
	{"aujourd hui", 0},
	{"today", 0},
	{"same day", 0},
	{"24 uur", 1},
	{"24 stunden", 1},
	{"24 heures", 1},
	{"24 hours", 1},
	{"24h", 1},
	{"48 uur", 2},
	{"48 stunden", 2},
	{"48 heures", 2},
	{"48 hours", 2},
	{"48h", 2},
	{"72h", 3},
}

// Days reads a promise of delivery or a period as days, at the latest: "1-2 werkdagen" is 2, "morgen in
// huis" is 1.
func Days(text string) (int64, bool) {
	t := fold(text)
	if n, ok := counted(t, units); ok {
		return n, true
	}
	return find(t, soon)
}

// The units of a warranty, in months.
var months = map[string]int64{
	"maand": 1, "maanden": 1, "monat": 1, "monate": 1, "monaten": 1, "mois": 1, "month": 1, "months": 1,
	"jaar": 12, "jaren": 12, "jahr": 12, "jahre": 12, "jahren": 12, "an": 12, "ans": 12, "année": 12, "années": 12, "year": 12, "years": 12, "jarige": 12,
}

// Months reads a period as months: "2 jaar garantie" is 24.
func Months(text string) (int64, bool) { return counted(fold(text), months) }

// counted returns the first number that stands before a unit, times the unit.
func counted(folded string, units map[string]int64) (int64, bool) {
	ws := strings.Fields(folded)
	for i := 0; i+1 < len(ws); i++ {
		n, err := strconv.ParseInt(ws[i], 10, 16)
		if err != nil {
			continue
		}
		j := i + 1
		if between[ws[j]] && j+1 < len(ws) && units[ws[j+1]] > 0 {
			j++
		}
		if u := units[ws[j]]; u > 0 {
			return n * u, true
		}
	}
	return 0, false
}

// Number returns the first whole number in a text, such as 12 of "nog 12 stuks".
func Number(text string) (int64, bool) {
	for _, w := range strings.Fields(fold(text)) {
		if n, err := strconv.ParseInt(w, 10, 32); err == nil {
			return n, true
		}
	}
	return 0, false
}
