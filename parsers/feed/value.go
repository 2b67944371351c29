package feed

import (
	"regexp"
	"strconv"
	"strings"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/feed/sheet"
)

// amount reads a sum. It is unknown where the cell is empty; only delivery may be free in words.
func (r row) amount(f field, o Options, printed money.Currency) (money.Amount, error) {
	c := r.number(f)
	if c.Text == "" {
		return money.Amount{}, nil
	}
	currency := o.Currency
	if printed != "" {
		currency = printed
	}
	a, reason := readAmount(c, o.Locale, currency)
	if reason != "" {
		return money.Amount{}, r.bad(f, "%.60q %s", c.Text, reason)
	}
	switch {
	case a.Sign() < 0 && !r.doubted():
		return money.Amount{}, r.bad(f, "%.60q is below nought", c.Text)
	case a.Sign() == 0 && f != fShipping && !strings.ContainsAny(c.Text, "0123456789"): // a word for free
		return money.Amount{}, r.bad(f, "%.60q is no amount", c.Text)
	}
	return a, nil
}

// doubted reports a row that says itself that it is not trusted: its price may be nonsense, as it was seen.
func (r row) doubted() bool {
	s := market.TrustState(r.get(fStatus).Text)
	return s == market.Quarantined || s == market.Refused
}

// readAmount reads one price; reason says what is wrong with it.
func readAmount(c sheet.Cell, locale string, currency money.Currency) (a money.Amount, reason string) {
	const noCurrency = "has no currency: give the file a column currency, or set it in the options"
	number, code, _ := strings.Cut(c.Text, " ")
	if cur := money.Currency(code); cur.Valid() && !threeDecimals(number) { // Google Merchant: "12.99 EUR"
		if a, err := money.FromDecimal(number, cur); err == nil {
			return a, ""
		}
	}
	if c.Plain || simple(c.Text) {
		if currency == "" {
			return money.Amount{}, noCurrency
		}
		a, ok := machineAmount(strings.Replace(c.Text, ",", ".", 1), currency)
		if !ok {
			return money.Amount{}, "is no amount"
		}
		return a, ""
	}
	if first, _, _ := strings.Cut(c.Text, " "); locale == "" && oneGroup.MatchString(first) && (code == "" || money.Currency(code).Valid()) {
		whole, frac := first[:len(first)-4], first[len(first)-3:]
		return money.Amount{}, "may be " + whole + frac + " or " + whole + "." + frac + ": write " + whole + frac + ".00 or " + whole + "." + frac + "0"
	}
	r, err := money.Parse(c.Text, money.Locale{Language: locale, Currency: currency})
	switch {
	case err != nil || r.Kind == money.KindNone:
		return money.Amount{}, "is not a price"
	case r.Kind == money.KindAmbiguous && len(r.Candidates) > 1:
		return money.Amount{}, "may be " + r.Candidates[0].Decimal + " or " + r.Candidates[1].Decimal
	case r.Kind != money.KindCurrent:
		return money.Amount{}, "is not one price (" + string(r.Kind) + ")"
	case !r.Amount.Known() && r.Currency == "":
		return money.Amount{}, noCurrency
	case !r.Amount.Known():
		return money.Amount{}, "is no amount"
	}
	return r.Amount, ""
}

// oneGroup is a number of which nobody knows without a language whether it has thousands or three decimals.
var oneGroup = regexp.MustCompile(`^-?[1-9]\d{0,2}[.,]\d{3}$`)

func threeDecimals(number string) bool {
	_, frac, _ := strings.Cut(number, ".")
	return len(frac) == 3
}

// simple reports digits with at most two decimals, where point and comma mean the same.
func simple(s string) bool {
	i := strings.IndexAny(s, ".,")
	whole, frac := s, "0"
	if i >= 0 {
		whole, frac = s[:i], s[i+1:]
	}
	return whole != "" && len(whole) <= 12 && frac != "" && len(frac) <= 2 && onlyDigits(whole) && onlyDigits(frac)
}

func onlyDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// machineAmount reads a number that a machine wrote, such as "12.989999999999998" or "1.299E3": exact to six
// decimals, rounded half away from zero.
func machineAmount(s string, c money.Currency) (money.Amount, bool) {
	digits, exp, _ := strings.Cut(strings.ToUpper(s), "E")
	shift := 0
	if exp != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(exp, "+"))
		if err != nil || n > 15 || n < -15 {
			return money.Amount{}, false
		}
		shift = n
	}
	digits, neg := strings.CutPrefix(digits, "-")
	whole, frac, _ := strings.Cut(digits, ".")
	point := len(whole) + shift
	all := whole + frac
	switch {
	case point <= 0:
		all, point = strings.Repeat("0", 1-point)+all, 1
	case point > len(all):
		all += strings.Repeat("0", point-len(all))
	}
	whole, frac = all[:point], all[point:]
	up := len(frac) > 6 && frac[6] >= '5'
	if len(frac) > 6 {
		frac = frac[:6]
	}
	if frac != "" {
		whole += "." + frac
	}
	a, err := money.FromDecimal(whole, c)
	if err == nil && up {
		a, err = a.Add(money.New(1, c))
	}
	if err == nil && neg {
		a, err = money.New(0, c).Sub(a)
	}
	return a, err == nil
}

// count reads a whole number that may be written as "3.0"; what is behind the point is left out.
func count(c sheet.Cell) (market.Count, bool) {
	s := c.Text
	if a, ok := machineAmount(s, "XXX"); ok && c.Plain {
		return market.CountOf(a.Micros() / money.Micros), true
	}
	whole, frac, found := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	if found && (frac == "" || !onlyDigits(frac) || len(frac) == 3) {
		return market.Count{}, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return market.Count{}, false
	}
	return market.CountOf(n), true
}

// stockWords are what people and Google Merchant write for stock, without case, spaces and punctuation.
var stockWords = map[market.Stock][]string{
	market.StockIn:           {"instock", "in", "opvoorraad", "voorradig", "ja", "yes", "true", "available", "beschikbaar", "leverbaar", "direktleverbaar", "auflager", "lieferbar", "verfügbar", "j", "y"},
	market.StockLimited:      {"limited", "limitedavailability", "beperkt", "beperkteopvoorraad", "beperktopvoorraad", "bijnauitverkocht", "lowstock"},
	market.StockPreorder:     {"preorder", "presale", "reserveren", "vorbestellbar"},
	market.StockBackorder:    {"backorder", "nalevering", "inbestelling", "opbestelling", "madetoorder"},
	market.StockInStoreOnly:  {"instoreonly", "alleenindewinkel", "alleenwinkel", "nurimladen"},
	market.StockOut:          {"outofstock", "out", "nietopvoorraad", "uitverkocht", "nee", "no", "false", "soldout", "nietleverbaar", "nietbeschikbaar", "nichtauflager", "ausverkauft", "nichtlieferbar", "n"},
	market.StockDiscontinued: {"discontinued", "uitassortiment", "vervallen", "uitlopend", "auslauf"},
}

var stockByWord = func() map[string]market.Stock {
	out := map[string]market.Stock{}
	for s, ws := range stockWords {
		for _, w := range ws {
			out[w] = s
		}
	}
	return out
}()

// stock reads a count or words.
func stock(c sheet.Cell) (market.Stock, market.Count, bool) {
	if n, ok := count(c); ok {
		if v, _ := n.Get(); v <= 0 { // below nought is what was sold before it came
			return market.StockOut, market.CountOf(0), true
		}
		return market.StockIn, n, true
	}
	word := c.Text
	if i := strings.LastIndexByte(word, '/'); i >= 0 {
		word = word[i+1:] // https://schema.org/InStock
	}
	s, ok := stockByWord[plainName(word)]
	return s, market.Count{}, ok
}

// vat reads a basis or a rate. A rate says nothing about the basis.
func vat(c sheet.Cell) (money.VAT, bool) {
	w := plainName(c.Text)
	switch {
	case strings.HasPrefix(w, "incl"), strings.HasPrefix(w, "inkl"), w == "inc":
		return money.VATIncluded, true
	case strings.HasPrefix(w, "excl"), strings.HasPrefix(w, "exkl"), w == "ex":
		return money.VATExcluded, true
	case onlyDigits(w), w == "hoog", w == "laag", w == "h", w == "l", w == "nul", w == "vrij":
		return money.VATUnknown, true
	}
	return money.VATUnknown, false
}

// conditionOf reads a condition.
func conditionOf(s string) (market.Condition, bool) {
	switch strings.TrimSuffix(plainName(s[strings.LastIndexByte(s, '/')+1:]), "condition") {
	case "":
		return market.ConditionUnknown, true
	case "new", "nieuw", "neu":
		return market.ConditionNew, true
	case "refurbished", "generalüberholt", "gereviseerd":
		return market.ConditionRefurbished, true
	case "used", "gebruikt", "tweedehands", "gebraucht":
		return market.ConditionUsed, true
	case "damaged", "beschadigd", "beschädigt":
		return market.ConditionDamaged, true
	}
	return market.ConditionUnknown, false
}
