// Package word holds the words by which shops call and label the prices of a page: names, in the languages in which code is
// written, and what people read. They are data: parsers/visible says what they count.
package word

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"pricegap/market/lexicon"
)

// Any reports whether one of the names stands in those of an element, which are in small letters, each between spaces.
func Any(in string, names []string) bool {
	for _, w := range names {
		for from := 0; ; {
			i := strings.Index(in[from:], w)
			if i < 0 {
				break
			}
			if i += from; i > 0 && in[i-1] == ' ' && in[i+len(w)] == ' ' {
				return true
			}
			from = i + 1
		}
	}
	return false
}

// Names of elements: of prices that one does not pay and of those that one does, of prices of any kind, of headlines, and of the parts of a price
// that stands in two elements.
var (
	Struck = []string{
		"old", "was", "strike", "striked", "strikethrough", "struck", "stroke", "crossed", "before", "list price", "listprice", "rrp", "msrp", "srp",
		"compare at", "previous", "oldprice", "old price", "basis price", "through", "former", "erased", "uvp",
	}
	Title  = []string{"product title", "product name", "item title", "item name", "title", "name"}
	Review = []string{"review", "comment"}
	Whole  = []string{"dollars", "dollar", "integer", "whole", "int", "euros", "euro", "major", "units", "entero", "entera"}
	Cents  = []string{"cents", "cent", "decimal", "decimals", "fraction", "centimes", "minor", "dec", "sup", "decimales", "fractional"}
	Price  = []string{
		"price", "prices", "pricing", "prijs", "preis", "prix", "precio", "prezzo", "cena", "pris", "hinta", "preco", "amount", "priceblock", "pricetag", "ourprice", "saleprice",
		"finalprice", "currentprice", "productprice", "buyingprice", "kosten",
	}
	Now = []string{
		"now", "current", "sale", "special", "final", "our", "actual", "deal", "offer", "ourprice", "dealprice", "saleprice", "new", "main", "selling", "buyingprice", "promo", "sales",
		"buy", "pay", "to pay", "bid", "finalprice", "currentprice", "reduced",
	}
)

// BuyNames are names of the button to buy.
var BuyNames = []string{"addtocart", "addtobasket", "addtobag", "addtotrolley", "buynow", "buybutton", "buybtn", "btnbuy", "btnaddcart", "cartadd", "addcart", "addproduct", "purchasebutton", "tocart", "tobasket", "buybox"}

// BuyBox are names of the part of a page where its product is bought.
var BuyBox = []string{"buy box", "buybox", "buying box", "purchase box", "order box", "buy block", "purchase block", "buy panel"}

// Words are what people read: before and behind a price, on the button to buy, and over other products.
type Words struct {
	Was, Other, OtherBehind, Now, Price, Buy, Others lexicon.Texts
	Tell                                             lexicon.Texts // "notify me", on the button where there is nothing to buy
	First                                            lexicon.Texts // "a week", where it is the first behind a price
	From                                             lexicon.Texts // "from", before the lowest of several
	Plain                                            lexicon.Texts // what says nothing else than that it is a price
	More                                             lexicon.Texts // "or more", behind a number of pieces
	Pieces                                           lexicon.Texts // "when you buy", behind a price and before a number of pieces
	For                                              lexicon.Texts // "for", between a number of pieces and their price
	Lowest                                           lexicon.Texts // "lowest price", beside one of the last 30 days
	Promise                                          lexicon.Texts // a warranty, or that it may be sent back
	Counted                                          lexicon.Texts // "pieces", behind a number of them
	Pack                                             lexicon.Texts // "set", before a number of pieces that are one thing
	Only                                             lexicon.Texts // "only", beside what is sold alone or a low price
	Denied, Aside                                    lexicon.Texts // "no", before what there is not; that, and "also"
	Kinds                                            lexicon.Texts // what behind a sum says of which kind it is: "per", "with code"
	Parts, Months, Into                              lexicon.Texts // "payments" and "months", behind a number of them, and "in" before it
}

// Said returns the words of all languages, made at first need.
var Said = sync.OnceValue(func() *Words {
	l := lexicon.Shipped()
	of := func(kind, meaning string) lexicon.Texts { return lexicon.NewTexts(l.Texts(kind, meaning)) }
	return &Words{
		Was: of("shown", "was"), Other: of("shown", "other"), OtherBehind: of("shown_behind", "other"), Now: of("shown", "now"), Price: of("shown", "price"),
		Buy: of("button", "buy"), Tell: of("button", "tell"), Others: of("heading", "others"),
		First: of("shown_behind", "first"), From: of("before", "from"), Plain: of("shown", "plain"), More: of("shown", "more"), Pieces: of("shown_behind", "pieces"), Counted: of("shown", "counted"), For: of("word", "for"), Lowest: of("shown", "lowest"),
		Pack: of("word", "pack"), Only: of("beside", "only"), Denied: of("beside", "denied"), Parts: of("beside", "parts"), Into: of("beside", "into"),
		Kinds: lexicon.NewTexts(slices.Concat(
			l.Texts("word", "per"), l.Texts("behind", "saving"), l.Texts("behind", "shipping"), l.Texts("behind", "deposit"), l.Texts("behind", "per_month"),
			l.Texts("behind", "per_unit"), l.Texts("behind", "member"), l.Texts("behind", "coupon"),
		)),
		Aside:   lexicon.NewTexts(slices.Concat(l.Texts("beside", "denied"), l.Texts("beside", "besides"))),
		Months:  lexicon.NewTexts(slices.Concat(l.Texts("unit", "month"), l.Texts("word", "month"))),
		Promise: lexicon.NewTexts(slices.Concat(l.Texts("about", "warranty"), l.Texts("about", "returns"))),
	}
})

// signs are words that stand for a currency.
var signs = []string{
	"kr", "zł", "kč", "eur", "rs", "usd", "gbp", "chf", "元", "円", "лв", "руб", "ft", "lei", "sek", "nok", "dkk", "pln", "czk", "ron", "huf", "aed", "rm", "tl", "dh", "r$", "cad", "aud", "din", "kn", "грн", "тг",
}

// signsBy are the signs by their first byte.
var signsBy = func() (by [256][]string) {
	for _, s := range signs {
		by[s[0]] = append(by[s[0]], s)
	}
	return by
}()

// Sums reports whether a text may state a sum: it has a sign or a word for a currency. It is cheap, for most texts state none.
func Sums(text string) bool {
	for i, r := range text {
		if r == '$' || r >= 0x80 && unicode.Is(unicode.Sc, r) {
			return true
		}
		c := text[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		for _, s := range signsBy[c] {
			if len(text) >= i+len(s) && strings.EqualFold(text[i:i+len(s)], s) {
				return true
			}
		}
	}
	return false
}

// Letters is how many bytes of a text are letters, or of marks that ASCII has not.
func Letters(s string) (n int) {
	for i := range len(s) {
		if c := s[i] | 0x20; c >= 'a' && c <= 'z' || s[i] >= 0x80 {
			n++
		}
	}
	return n
}

// MaxSign is how many letters the sign of a currency has at most, in bytes.
const MaxSign = 6

// Bare reports whether a text says nothing beside a sum: no number, no plus, and no more letters, or longer words, than a currency.
func Bare(s string) bool {
	if Letters(s) > MaxSign || strings.ContainsAny(s, "0123456789+") {
		return false
	}
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if utf8.RuneCountInString(w) > 3 && !strings.EqualFold(w, "euro") {
			return false
		}
	}
	return true
}

// Likeness is how much of a text, from 0 to 1, stands in the one of the names that has most of it; a short text says less.
func Likeness(text string, names []map[string]bool) (like float64) {
	set := Set(text)
	for _, name := range names {
		n := 0
		for w := range set {
			if name[w] {
				n++
			}
		}
		like = max(like, float64(n)/float64(max(len(set), 3)))
	}
	return like
}

// Set returns the words of a text in small letters, those of one letter left out. Of a script that does not part its words it
// returns each two signs that stand together.
func Set(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if first, _ := utf8.DecodeRuneInString(w); !unicode.In(first, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
			if len(w) > 1 {
				set[w] = true
			}
			continue
		}
		var last rune
		for _, r := range w {
			if last != 0 {
				set[string([]rune{last, r})] = true
			}
			last = r
		}
	}
	return set
}

// MaxNames bounds the names of one element, in bytes.
const MaxNames = 512

// Split returns the words of a name that a program uses, in small letters, each behind a space: "productPrice--now" has product,
// price and now.
func Split(s string) string {
	var b strings.Builder
	lower := false // the last rune was a small letter
	start := true
	for _, r := range s {
		if b.Len() > MaxNames {
			break
		}
		switch {
		case r >= 'a' && r <= 'z':
			if start {
				b.WriteByte(' ')
			}
			b.WriteByte(byte(r))
			lower, start = true, false
		case r >= 'A' && r <= 'Z':
			if start || lower {
				b.WriteByte(' ')
			}
			b.WriteByte(byte(r) | 0x20)
			lower, start = false, false
		default:
			lower, start = false, true
		}
	}
	return b.String()
}
