package money

import (
	"slices"
	"strings"
	"sync"

	"pricegap/market/lexicon"
	"pricegap/market/money/printed"
)

// near reports a phrase that must stand directly before its price: elsewhere it may be part of a name.
func near(r lexicon.Run) bool { return r.Meaning == string(KindNone) || r.Meaning == string(kindUsed) }

// short reports a phrase that is so short that it says something only where it stands directly before its price.
func short(r lexicon.Run) bool { return len(strings.Join(r.Words, "")) <= 3 }

// maxLabel is how many words before a price are heard.
const maxLabel = 8

// kindUsed marks the price of a used article: it counts only where no price of a new one is printed.
const kindUsed Kind = "used"

// kindUsual marks a regular price: the reference beside a lower one, the current price where it stands alone.
const kindUsual Kind = "usual"

// set is a set of words, or of phrases joined by spaces.
type set map[string]bool

// vocabulary is what the words around prices mean, in all languages.
type vocabulary struct {
	before, behind lexicon.Runs
	// Of deliveries.
	free, delivery set
	freeDelivery   [][]string
	// Of what a price is for, and what is no price.
	month, part, pack, per, noPrice set
	// Between prices.
	not, and, between, to, multi, size set
	// Of VAT.
	tax, with, withBehind, without, withoutBehind, taxBetween, gross, net set
}

// shipped is the vocabulary that the program brings, made at first need; it is never written after that.
var shipped = sync.OnceValue(func() *vocabulary { return newVocabulary(lexicon.Shipped()) })

// newVocabulary takes the words of l. Signs mean the same in every language.
func newVocabulary(l *lexicon.Lexicon) *vocabulary {
	of := func(kind, meaning string, signs ...string) set {
		out := set{}
		for _, w := range append(l.Texts(kind, meaning), signs...) {
			out[w] = true
		}
		return out
	}
	v := &vocabulary{
		before: l.Runs("before"), behind: l.Runs("behind"),
		free: of("word", "free"), delivery: of("word", "delivery"),
		month: of("word", "month"), part: of("word", "part"), pack: of("word", "pack"), per: of("word", "per", "/"), noPrice: of("word", "no_price"),
		not: of("word", "not"), and: of("word", "and"), between: of("word", "between"), to: of("word", "to", "–", "-"),
		multi: of("word", "for"), size: of("word", "size"),
		tax: of("vat", "tax"), with: of("vat", "with"), withBehind: of("vat", "with_behind"), without: of("vat", "without", "+"),
		withoutBehind: of("vat", "without_behind"), taxBetween: of("vat", "between"), gross: of("vat", "gross"), net: of("vat", "net"),
	}
	for _, p := range l.Texts("word", "free_delivery") {
		v.freeDelivery = append(v.freeDelivery, strings.Fields(p))
	}
	return v
}

// freely reports words such as "gratis verzending".
func (v *vocabulary) freely(ws []string) bool {
	has := func(s set) bool { return slices.ContainsFunc(ws, func(w string) bool { return s[w] }) }
	return has(v.free) && has(v.delivery) || slices.ContainsFunc(v.freeDelivery, func(p []string) bool { return printed.Find(ws, p) >= 0 })
}

// includes reports a word that says that something is in a price.
func (v *vocabulary) includes(w string) bool { return v.with[w] || v.withBehind[w] }

// vatOf returns the tax basis that words state first.
func (v *vocabulary) vatOf(ws []string) VAT {
	plain := slices.DeleteFunc(slices.Clone(ws), printed.HasDigit)
	for i, w := range plain {
		next, two := "", ""
		if i+1 < len(plain) {
			next = plain[i+1]
			two = w + " " + next
		}
		switch {
		case v.gross[w]:
			return VATIncluded
		case v.net[w], v.net[two]:
			return VATExcluded
		case v.tax[w] && i+2 < len(plain) && v.withoutBehind[next+" "+plain[i+2]], v.tax[w] && v.withoutBehind[next]:
			return VATExcluded
		case v.tax[w] && v.includes(next):
			return VATIncluded
		}
		if v.taxBetween[next] && i+2 < len(plain) {
			next = plain[i+2]
		}
		switch {
		case v.tax[next] && v.without[w]:
			return VATExcluded
		case v.tax[next] && v.includes(w):
			return VATIncluded
		}
	}
	return VATUnknown
}

// FindVAT reads whether a text says that a price holds value-added tax; VATUnknown where it does not.
func FindVAT(text string) VAT {
	if len(text) > maxText {
		return VATUnknown
	}
	ts, _ := printed.Scan(text)
	return shipped().vatOf(printed.Words(ts))
}
