package watch_test

import (
	"strings"

	"pricegap/market/money"
)

// texts are the cases that printed prices decide: C01 to C18 as far as one string goes.
func texts() (out []content) {
	de, en, fr := money.Locale{Language: "de-DE", Currency: "EUR"}, money.Locale{Language: "en-US", Currency: "USD"}, money.Locale{Language: "fr-FR", Currency: "EUR"}
	ch := money.Locale{Language: "de-CH", Currency: "CHF"}
	in := func(language string, c money.Currency) money.Locale {
		return money.Locale{Language: language, Currency: c}
	}
	for _, c := range []text{
		{"C01", "", "€ 1.299,-", inDutch, "current 1299.00 EUR", "1.299"},
		{"C01", "", "1.299,00", inDutch, "current 1299.00 EUR", "1.299"},
		{"C01", "space", "1 299,00", fr, "current 1299.00 EUR", "299,00"},
		{"C01", "NBSP", "1\u00a0299,00", fr, "current 1299.00 EUR", "299,00"},
		{"C01", "U+202F", "1\u202f299,00", fr, "current 1299.00 EUR", "299,00"},
		{"C01", "", "1'299.00", ch, "current 1299.00 CHF", "299.00"},
		{"C01", "", "1,299.00", en, "current 1299.00 USD", "1,299"},
		{"C01", "1,299.00 on a Dutch page", "€ 1,299.00", inDutch, "current 1299.00 EUR", "1,299"},
		{"C01", "", "12.99", inDutch, "current 12.99 EUR", "1"},
		{"C01", "", "12,99", inDutch, "current 12.99 EUR", "12"},
		{"C01", "12,99 on an English page", "12,99", en, "current 12.99 USD", "12"},

		{"C02", "€ 1.299 in Dutch", "€ 1.299", inDutch, "current 1299.00 EUR", "1.299"},
		{"C02", "1.299 where nobody says how numbers are written", "€ 1.299", money.Locale{}, "current 1299.00 EUR", "1.299"},
		{"C02", "$1.299 in English", "$1.299", en, "ambiguous | current 1299 | current 1.299", "1.299"},
		{"C02", "beside kg", "1.299 / kg", inDutch, "ambiguous | per_unit 1299 | per_unit 1.299", "1.299"},
		{"C02", "€ beside kg", "€ 1.299/kg", de, "ambiguous | per_unit 1299 | per_unit 1.299", "1.299"},
		{"C02", "a weight", "1.299 kg", inDutch, "none", "1.299"},
		{"C02", "", "0,89", inDutch, "current 0.89 EUR", "89"},
		{"C02", "", ",89", inDutch, "current 0.89 EUR", "89"},

		{"C03", "text", "68 50", inDutch, "ambiguous | current 68.50 | current 6850", "68"},
		{"C03", "superscript digits", "68⁵⁰", inDutch, "current 68.50 EUR", "68"},

		{"C04", "van voor", "van € 1.499,- voor € 1.299,-", inDutch, "current 1299.00 EUR ref 1499.00 | reference 1499", "1.499"},
		{"C04", "was now", "was $1,499.00 now $1,299.00", en, "current 1299.00 USD ref 1499.00 | reference 1499.00", "1,499.00"},

		{"C05", "", "29,99 p/mnd", inDutch, "per_month 29.99 EUR", "29,99"},
		{"C05", "", "€ 29 x 24", inDutch, "instalment 29.00 EUR", "29 x"},
		{"C05", "", "from $41.63/mo", en, "per_month 41.63 USD", "from $41.63"},
		{"C05", "", "in 3 delen van € 433,-", inDutch, "instalment 433.00 EUR", "€ 433"},
		{"C05", "", "in 3 delen van", inDutch, "none", "3"},

		{"C06", "", "vanaf € 199", inDutch, "from 199.00 EUR", "€ 199"},
		{"C06", "", "ab 199 EUR", de, "from 199.00 EUR", "199 EUR"},
		{"C06", "", "from $199", en, "from 199.00 USD", "$199"},
		{"C06", "", "€199 - €349", inDutch, "range 199.00 EUR to 349.00 | range 349", "€349"},

		{"C07", "", "€ 2,49 / 100 g", inDutch, "per_unit 2.49 EUR per 100 g", "100"},
		{"C07", "", "€ 24,90/kg", inDutch, "per_unit 24.90 EUR per kg", "€ 24,90"},
		{"C07", "per stuk beside the pack", "€ 12,99 (€ 2,17 per stuk)", inDutch, "current 12.99 EUR | per_unit 2.17", "2,17"},

		{"C08", "", "€ 1.073,55 excl. btw", inDutch, "current 1073.55 EUR vat excluded", "1.073"},
		{"C08", "", "€ 1.299 incl. 21 % btw", inDutch, "current 1299.00 EUR vat included", "21"},
		{"C08", "both", "€ 1.073,55 excl. btw € 1.299,- incl. btw", inDutch, "current 1299.00 EUR vat included | current 1073.55", "1.073,55"},

		{"C09", "", "gratis verzending vanaf € 50", inDutch, "threshold 50.00 EUR", "€ 50"},
		{"C09", "", "bespaar € 300", inDutch, "saving 300.00 EUR", "€ 300"},
		{"C09", "", "cashback € 100", inDutch, "saving 100.00 EUR", "€ 100"},
		{"C09", "coupon", "€ 20 korting met code ZOMER", inDutch, "saving 20.00 EUR", "€ 20"},
		{"C09", "trade-in", "tot € 200 inruilwaarde", inDutch, "saving 200.00 EUR", "€ 200"},
		{"C09", "trade-in, the word first", "inruilwaarde € 200", inDutch, "saving 200.00 EUR", "€ 200"},
		{"C09", "trade-in in English", "$200 trade-in value", en, "saving 200.00 USD", "$200"},

		{"C10", "new, open-box, used", "New $999\nOpen-box $812.99\nUsed $640", en, "current 999.00 USD", "640"},
		{"C10", "new, open-box, used in Dutch", "€ 999 nieuw\n€ 812,99 open-box\n€ 640 tweedehands", inDutch, "current 999.00 EUR", "640"},

		{"C12", "member", "Ledenprijs € 12,99", inDutch, "member 12.99 EUR", "€ 12,99"},
		{"C12", "member behind", "€ 12,99 ledenprijs", inDutch, "member 12.99 EUR", "€ 12,99"},
		{"C12", "app", "app-prijs € 12,99", inDutch, "member 12.99 EUR", "€ 12,99"},
		{"C12", "loyalty", "€ 15,99 € 12,99 met klantenkaart", inDutch, "current 15.99 EUR | member 12.99", "12,99"},

		{"C13", "", "€ 0,00", inDutch, "current 0.00 EUR", "0,0"},
		{"C13", "", "€ 0", inDutch, "current 0.00 EUR", "€ 0"},
		{"C13", "", "-5", inDutch, "current -5.00 EUR", "5"},
		{"C13", "", "1e999", inDutch, "none", "999"},
		{"C13", "", "NaN", inDutch, "none", "NaN"},
		{"C13", "", "Infinity", inDutch, "none", "Infinity"},
		{"C13", "", "--", inDutch, "none", "--"},
		{"C13", "", "TBA", inDutch, "none", "TBA"},
		{"C13", "", "op aanvraag", inDutch, "none", "op aanvraag"},
		{"C13", "", "prijs in winkelwagen", inDutch, "none", "winkelwagen"},

		{"C14", "", "99999999999999999999", inDutch, "none", "9999"},
		{"C14", "with a sign", "€ 99999999999999999999", inDutch, "none", "9999"},
		{"C14", "400 digits", strings.Repeat("9", 400), inDutch, "none", "9999"},
		{"C14", "", "1.2.3.4", inDutch, "none", "1.2"},
		{"C14", "", "1,2,3", inDutch, "none", "1,2"},

		{"C15", "Arabic-Indic", "١٢٩٩", inDutch, "current 1299.00 EUR", "١٢"},
		{"C15", "full-width", "１２９９", inDutch, "current 1299.00 EUR", "１２"},
		{"C15", "Devanagari", "१२९९", inDutch, "current 1299.00 EUR", "१२"},
		{"C15", "superscript", "¹²", inDutch, "none", "¹²"},
		{"C15", "superscript behind a price", "€ 12,99¹", inDutch, "none", "12,99"},
		{"C15", "mixed", "€ 1٢99", inDutch, "none", "99"},

		{"C16", "zero-width space", "€ 1\u200b299", inDutch, "current 1299.00 EUR", "299"},
		{"C16", "soft hyphen", "€ 1\u00ad299", inDutch, "current 1299.00 EUR", "299"},
		{"C16", "zero-width joiner", "€ 1\u200d299", inDutch, "current 1299.00 EUR", "299"},
		{"C16", "combining mark", "€ 1\u0301299", inDutch, "current 1299.00 EUR", "299"},
		{"C16", "right-to-left override", "€ 1\u202e992", inDutch, "ambiguous | current 1992", "992"},
		{"C16", "isolate", "€ \u20661299\u2069", inDutch, "ambiguous | current 1299", "1299"},

		{"C18", "$ in Canada", "$ 1299", in("en-CA", "CAD"), "current 1299.00 CAD", "$"},
		{"C18", "$ in Australia", "$ 1299", in("en-AU", "AUD"), "current 1299.00 AUD", "$"},
		{"C18", "$ in the US", "$ 1299", in("en-US", "USD"), "current 1299.00 USD", "$"},
		{"C18", "$ in Mexico", "$ 1299", in("es-MX", "MXN"), "current 1299.00 MXN", "$"},
		{"C18", "$ that nothing settles", "$ 1299", in("en-CA", ""), "current 1299", "$"},
		{"C18", "$ of a shop in EUR", "$ 1299", inDutch, "current 1299", "$"},
		{"C18", "kr", "1299 kr", in("nb-NO", "NOK"), "current 1299.00 NOK", "kr"},
		{"C18", "kr that nothing settles", "1299 kr", in("", ""), "current 1299", "kr"},
		{"C18", "R", "R 1299", in("en-ZA", "ZAR"), "current 1299.00 ZAR", "R"},
		{"C18", "R that nothing settles", "R 1299", in("en-ZA", ""), "current 1299", "R"},
		{"C18", "¥ in China", "¥ 1299", in("zh-CN", "CNY"), "current 1299.00 CNY", "¥"},
		{"C18", "¥ that nothing settles", "¥ 1299", in("", ""), "current 1299", "¥"},
		{"C18", "EUR with $, a shop in EUR", "EUR $ 12", inDutch, "current 12.00 EUR", "$"},
		{"C18", "EUR with $, a shop in USD", "EUR $ 12", en, "current 12.00 USD", "EUR"},
		{"C18", "EUR with $ that nothing settles", "EUR $ 12", in("en", ""), "current 12", "EUR"},
		{"C18", "US$", "US$ 12", in("en-CA", "CAD"), "current 12.00 USD", "$ 12"},
		{"C18", "A$", "A$ 12", in("en-CA", "CAD"), "current 12.00 AUD", "$ 12"},
	} {
		out = append(out, c.content())
	}
	return out
}
