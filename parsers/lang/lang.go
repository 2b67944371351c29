// Package lang reads short texts that shops show to people: stock, condition, delivery, warranty and returns. The words are
// data, in market/lexicon; a text that none of them fits is unknown.
package lang

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"pricegap/market"
	"pricegap/market/lexicon"
	"pricegap/market/money"
)

// vocabulary is what is listened for, in all languages.
type vocabulary struct {
	stock, condition, answer, delivery, days, about lexicon.Runs
	denial, variety, between, counted, shop         map[string]bool
	unit, date                                      map[string]string // days and so on, months and weeks, by the word
	vat                                             map[string]money.VAT
}

// shipped is the vocabulary that the program brings, made at first need; it is never written after that.
var shipped = sync.OnceValue(func() *vocabulary { return newVocabulary(lexicon.Shipped()) })

func newVocabulary(l *lexicon.Lexicon) *vocabulary {
	v := &vocabulary{
		stock: l.Runs("stock"), condition: l.Runs("condition"), answer: l.Runs("answer"), delivery: l.Runs("delivery"), days: l.Runs("days"),
		about: l.Runs("about"), denial: map[string]bool{}, variety: map[string]bool{}, between: map[string]bool{}, counted: map[string]bool{}, shop: map[string]bool{},
		unit: map[string]string{}, date: map[string]string{},
		vat: map[string]money.VAT{"included": money.VATIncluded, "excluded": money.VATExcluded},
	}
	for _, w := range append(l.Texts("answer", "no"), l.Texts("denial", "when")...) {
		v.denial[w] = true
	}
	for set, ws := range map[*map[string]bool][]string{&v.variety: l.Texts("denial", "variety"), &v.counted: l.Texts("shown", "counted"), &v.shop: l.Texts("place", "shop")} {
		for _, w := range ws {
			(*set)[w] = true
		}
	}
	for _, p := range l.Phrases("date") {
		v.date[p.Text] = p.Meaning
	}
	for _, p := range l.Phrases("unit") {
		if p.Meaning == "between" {
			v.between[p.Text] = true
		} else {
			v.unit[p.Text] = p.Meaning
		}
	}
	for meaning, vat := range map[string]money.VAT{"with_behind": money.VATIncluded, "without_behind": money.VATExcluded} {
		for _, w := range l.Texts("vat", meaning) {
			v.vat[w] = vat
		}
	}
	return v
}

// maxDenial is how many words may stand between a no, or a "when", and what it takes back: "not at this moment in stock".
const maxDenial = 5

// heard returns the phrases of a text, of which the longest counts where several begin, without those that are denied.
func (v *vocabulary) heard(ws []string, runs lexicon.Runs, deniable bool) []lexicon.Run {
	var out []lexicon.Run
	free := 0 // where the words begin that belong to no phrase
	for i := 0; i < len(ws); {
		r, ok := longest(runs[ws[i]], ws[i:])
		if !ok {
			i++
			continue
		}
		if !deniable || !v.denied(ws[free:i]) && !v.varied(ws, i) && !v.later(ws, i, r) {
			out = append(out, r)
		}
		i += len(r.Words)
		free = i
	}
	return out
}

// least returns the meaning of the lowest rank, "" of none.
func least(rs []lexicon.Run) string {
	if len(rs) == 0 {
		return ""
	}
	return slices.MinFunc(rs, func(a, b lexicon.Run) int { return a.Rank - b.Rank }).Meaning
}

func longest(runs []lexicon.Run, ws []string) (best lexicon.Run, ok bool) {
	for _, r := range runs {
		if len(r.Words) > len(best.Words) && r.Starts(ws) {
			best, ok = r, true
		}
	}
	return best, ok
}

// denied reports whether the words before a phrase, up to the end of the clause before, take it back.
func (v *vocabulary) denied(before []string) bool {
	for i := len(before) - 1; i >= max(0, len(before)-1-maxDenial) && before[i] != ""; i-- {
		if v.denial[before[i]] {
			return true
		}
	}
	return false
}

// varied reports whether the clause around i is about colours or sizes, of which it lists what there is.
func (v *vocabulary) varied(ws []string, i int) bool {
	from, to := i, i
	for from > 0 && ws[from-1] != "" {
		from--
	}
	for to < len(ws) && ws[to] != "" {
		to++
	}
	return slices.ContainsFunc(ws[from:to], func(w string) bool { return v.variety[w] })
}

// numbersAside puts the number sign for numbers of one digit, as phrases have it: "only # left".
func numbersAside(ws []string) []string {
	for i, w := range ws {
		if len(w) == 1 && w[0] >= '0' && w[0] <= '9' {
			ws[i] = "#"
		}
	}
	return ws
}

// Stock reads a statement of availability; StockUnknown where none is recognised.
func Stock(text string) market.Stock { return shipped().stockOf(text) }

// maxStates is how many different things a statement of stock may say: one that says more is a list of all that might be.
const maxStates = 2

func (v *vocabulary) stockOf(text string) market.Stock {
	rs := v.heard(numbersAside(words(text)), v.stock, true)
	states := map[string]bool{}
	for _, r := range rs {
		if r.Meaning != "unknown" {
			states[r.Meaning] = true
		}
	}
	if s := least(rs); s != "unknown" && len(states) <= maxStates {
		return market.Stock(s)
	}
	return market.StockUnknown
}

// Condition reads a statement of condition; ConditionUnknown where none is recognised.
func Condition(text string) market.Condition {
	v := shipped()
	return market.Condition(least(v.heard(words(text), v.condition, true)))
}

// Answer reads a yes or a no, also as the offer of a pick-up; AnswerUnknown where neither is recognised.
func Answer(text string) market.Answer {
	v := shipped()
	return market.Answer(least(v.heard(words(text), v.answer, false)))
}

// Free reports whether a text says that delivery costs nothing, whatever one orders.
func Free(text string) bool {
	v := shipped()
	return least(v.heard(words(text), v.delivery, false)) == "free"
}

// VAT reads whether a price holds value-added tax; VATUnknown where the text does not say.
func VAT(text string) money.VAT {
	if v := money.FindVAT(text); v != money.VATUnknown {
		return v
	}
	return shipped().vat[strings.Join(words(text), " ")]
}

// Number returns the first whole number in a text, such as 12 of "nog 12 stuks".
func Number(text string) (int64, bool) {
	for _, w := range words(text) {
		if n, err := strconv.ParseInt(w, 10, 32); err == nil && n >= 0 {
			return n, true
		}
	}
	return 0, false
}
