package compare

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"pricegap/compare/phrase"
	"pricegap/market"
)

// Advantages returns the selling points of our formula that the rival does not match for this article, in
// the order in which our formula tells them. What an offer says of the article itself goes before what its
// shop says of all. A point on which theirs is as good or better is left out, and so are delivery and
// pick-up of what we do not have; a point of which nothing is known of theirs is told with an empty Theirs.
// The maps are shared with the formulas: they are not to be written to.
func Advantages(ours, theirs Shop, oursSeen, theirsSeen market.Observation) []market.Advantage {
	var out []market.Advantage
	for _, p := range ours.Formula.Points {
		if a, ok := advantage(p, &theirs.Formula, &oursSeen.Offer, &theirsSeen.Offer); ok {
			out = append(out, a)
		}
	}
	return out
}

// Even returns the points of our formula of which theirs is known for this article, and neither is known to be better.
func Even(ours, theirs Shop, oursSeen, theirsSeen market.Observation) []market.Advantage {
	var out []market.Advantage
	o, t := &oursSeen.Offer, &theirsSeen.Offer
	for _, p := range ours.Formula.Points {
		absent := o.Stock.Available() == market.AnswerNo && (p.Kind == market.PointDelivery || p.Kind == market.PointPickup)
		if _, more := advantage(p, &theirs.Formula, o, t); more || absent || len(p.Words) == 0 {
			continue
		}
		a := market.Advantage{Kind: p.Kind, Ours: p.Words, Theirs: p.Words}
		if p.Kind != market.PointService {
			n := p.Amount
			if page := stated(p.Kind, o); page.Known() && page != n {
				n, a.Ours = page, say(p.Kind, page)
			}
			m, words := offered(p.Kind, &theirs.Formula, t)
			if a.Theirs = words; len(words) == 0 || better(p.Kind, m, n) || better(p.Kind, n, m) {
				continue
			}
		}
		out = append(out, a)
	}
	return out
}

func advantage(p market.SellingPoint, theirs *market.Formula, o, t *market.Offer) (market.Advantage, bool) {
	none := market.Advantage{}
	if p.Kind == market.PointService {
		return service(p, theirs, t)
	}
	if (p.Kind == market.PointDelivery || p.Kind == market.PointPickup) && o.Stock.Available() == market.AnswerNo {
		return none, false
	}
	if p.Kind == market.PointPickup && o.Pickup == market.AnswerNo {
		return none, false
	}
	n, words := p.Amount, p.Words
	if page := stated(p.Kind, o); page.Known() && page != n {
		n, words = page, say(p.Kind, page) // the general promise does not hold for this article
	}
	if len(words) == 0 {
		words = say(p.Kind, n)
	}
	if len(words) == 0 {
		return none, false
	}
	m, theirWords := offered(p.Kind, theirs, t)
	switch {
	case len(theirWords) == 0 && !m.Known():
		return market.Advantage{Kind: p.Kind, Ours: words}, true
	case p.Kind == market.PointPickup && t.Pickup == market.AnswerNo:
		return market.Advantage{Kind: p.Kind, Ours: words, Theirs: theirWords}, true
	case better(p.Kind, n, m):
		return market.Advantage{Kind: p.Kind, Ours: words, Theirs: theirWords}, true
	}
	return none, false
}

// stated returns the number that an offer states for its own article.
func stated(k market.PointKind, o *market.Offer) market.Count {
	switch k {
	case market.PointDelivery:
		return o.DeliveryDays
	case market.PointWarranty:
		return o.WarrantyMonths
	case market.PointReturns:
		return o.ReturnsDays
	}
	return market.Count{}
}

// offered returns what the rival offers of that kind, as a number and in words; neither where nothing is
// known.
func offered(k market.PointKind, f *market.Formula, t *market.Offer) (market.Count, map[string]string) {
	if k == market.PointPickup && t.Pickup == market.AnswerNo {
		return market.Count{}, phrase.Plain("no pick-up")
	}
	if n := stated(k, t); n.Known() {
		return n, say(k, n)
	}
	for _, p := range f.Points {
		if p.Kind != k {
			continue
		}
		if len(p.Words) > 0 {
			return p.Amount, p.Words
		}
		return p.Amount, say(k, p.Amount)
	}
	if k == market.PointPickup && t.Pickup == market.AnswerYes {
		return market.Count{}, phrase.Plain("pick-up too")
	}
	return market.Count{}, nil
}

// better reports whether our number is provably better than theirs.
func better(k market.PointKind, ours, theirs market.Count) bool {
	o, ok := ours.Get()
	t, too := theirs.Get()
	if !ok || !too {
		return false
	}
	if k == market.PointDelivery || k == market.PointPickup {
		return o < t
	}
	return o > t
}

// service judges one service of ours: they match it where a service of theirs, on the page or in their
// formula, is told in the same words.
func service(p market.SellingPoint, f *market.Formula, t *market.Offer) (market.Advantage, bool) {
	if len(p.Words) == 0 {
		return market.Advantage{}, false
	}
	for _, w := range p.Words {
		for _, s := range t.Services {
			if sameWords(w, s.Plain()) {
				return market.Advantage{}, false
			}
		}
	}
	stated := false
	for _, q := range f.Points {
		if q.Kind != market.PointService {
			continue
		}
		stated = true
		for _, w := range p.Words {
			for _, v := range q.Words {
				if sameWords(w, v) {
					return market.Advantage{}, false
				}
			}
		}
	}
	a := market.Advantage{Kind: p.Kind, Ours: p.Words}
	if stated {
		a.Theirs = phrase.Plain("not with them")
	}
	return a, true
}

// sameWords reports whether one text holds the other, without case and punctuation.
func sameWords(x, y string) bool {
	x, y = PlainWords(x), PlainWords(y)
	return x != "" && y != "" && (strings.Contains(x, y) || strings.Contains(y, x))
}

// PlainWords returns the words of s in lower case, each between spaces; "" where there is none.
func PlainWords(s string) string {
	ws := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r)
	})
	if len(ws) == 0 {
		return ""
	}
	return " " + strings.Join(ws, " ") + " "
}

// say puts a number into words; nil where it is unknown, or told only in words of its own.
func say(k market.PointKind, c market.Count) map[string]string {
	if n, ok := c.Get(); ok {
		return phrase.Number(string(k), n)
	}
	return nil
}

// Words picks the text of a language: that language, else its base language ("nl" of "nl-BE"), else
// English, else the first by name; "" where there is none.
func Words(by map[string]string, language string) string {
	base, _, _ := strings.Cut(language, "-")
	for _, l := range []string{language, base, "en"} {
		if w := by[l]; w != "" {
			return w
		}
	}
	for _, l := range slices.Sorted(maps.Keys(by)) {
		if by[l] != "" {
			return by[l]
		}
	}
	return ""
}
