package quality

import (
	"strings"

	"pricegap/market"
	"pricegap/market/money"
)

// rates are the rates of VAT by country, in hundredths of a percent, standard rate first (European Commission, "VAT rates
// applied in the Member States", 2025; those of Norway, Switzerland and the United Kingdom). Rates below 5 % are left out:
// prices move by as much every day.
var rates = map[string][]market.Percent{
	"AT": {2000, 1300, 1000}, "BE": {2100, 1200, 600}, "CH": {810}, "CZ": {2100, 1200}, "DE": {1900, 700}, "DK": {2500},
	"ES": {2100, 1000}, "FI": {2550, 1400, 1000}, "FR": {2000, 1000, 550}, "GB": {2000, 500}, "IE": {2300, 1350, 900},
	"IT": {2200, 1000, 500}, "LU": {1700, 1400, 800}, "NL": {2100, 900}, "NO": {2500, 1500, 1200}, "PL": {2300, 800, 500},
	"PT": {2300, 1300, 600}, "SE": {2500, 1200, 600},
}

// homes are the countries of languages where a source names none.
var homes = map[string]string{
	"cs": "CZ", "da": "DK", "de": "DE", "es": "ES", "fi": "FI", "fr": "FR", "it": "IT", "nb": "NO", "nl": "NL", "no": "NO", "pl": "PL",
	"pt": "PT", "sv": "SE",
}

// currencies are the countries of currencies that one country has.
var currencies = map[money.Currency]string{"CHF": "CH", "CZK": "CZ", "DKK": "DK", "GBP": "GB", "NOK": "NO", "PLN": "PL", "SEK": "SE"}

// Rates returns the rates of VAT in the country of a source: that of its language tag, else of its currency, else the one
// where its language is at home. It is empty where the country is not known.
func Rates(l money.Locale) []market.Percent {
	language, rest, _ := strings.Cut(l.Language, "-")
	for part := range strings.SplitSeq(rest, "-") {
		if r := rates[strings.ToUpper(part)]; r != nil {
			return r
		}
	}
	if c := currencies[l.Currency]; c != "" {
		return rates[c]
	}
	return rates[homes[strings.ToLower(language)]]
}
