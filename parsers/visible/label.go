package visible

import (
	"bytes"
	"strings"

	"pricegap/market"
	"pricegap/parsers/lang"
	"pricegap/parsers/structured"
	"pricegap/parsers/visible/reason"
	"pricegap/parsers/visible/word"
)

// labels judges the words around the candidate at an index.
func (p *Page) labels(at int) {
	c, w := &p.Candidates[at], word.Said()
	label := p.label(c)
	line := label[strings.LastIndexByte(label, '\n')+1:]
	x := p.around(at)
	c.behind, _, _ = strings.Cut(word.BeforeNumber(x.behind), "\n")
	switch {
	case word.Lowest(x.wide[0]), word.Lowest(x.wide[1]) && !p.leads(at):
		c.Low, c.Aside, c.Reference = false, false, true
		c.Why.Add(reason.LabelledFormer, 1)
	case x.other || word.Minus(x.before) || word.Pieces(x.wide[0]) && lang.Stock(x.wide[0]) == market.StockUnknown:
		c.Low, c.Aside = false, true
		c.Why.Add(reason.LabelledElse, 1)
	case c.Reading.Amount.Known() && c.Reading.Reference.Known(): // its own words say which is which
		c.Why.Add(reason.LabelledNow, 1)
	case c.Low, w.From.End(strings.ToLower(p.v.Before(c.at, maxLabel))):
		c.Low, c.Aside = true, true
		p.lowest(c, x.before)
	case p.alone(c, label):
	case !c.labelled(w, line) && !c.labelled(w, label):
		c.Of = p.other(c, x.before)
	}
	if said := word.Behind(x.behind); w.OtherBehind.In(said) || word.First(said) || word.PiecesBehind(x.wide[1]) || p.remarked(c, x.behind) || p.remarked(c, x.remark) {
		c.Low, c.Aside = false, true
		c.Why.Add(reason.ElseBehind, 1)
	}
	if c.Aside && !c.Low && !c.Reading.Amount.Known() {
		c.Why.Add(reason.OtherKind, 1)
	}
}

// remarked reports whether a text behind a price says that it is one of several payments or, both read as one text, a sum of another
// kind: "€ 5 per 100 gram".
func (p *Page) remarked(c *Candidate, behind string) bool {
	w := word.Said()
	if said, ok := w.OtherBehind.CutEnd(word.Behind(behind)); word.Parts(behind) || ok && word.Bare(said) {
		return true
	}
	if digits(behind) == 0 || len(behind) > maxPrice || !c.Reading.Amount.Known() || !strings.Contains(behind, "/") && !w.Kinds.In(behind) {
		return false
	}
	_, last := word.Sum(c.Text)
	r := p.reading(structured.Said{Text: c.Text[:last] + behind})
	return !r.Amount.Known() && !r.Low.Known() && sum(r) == c.Amount && (r.Unit == "" || digits(r.Unit) > 0)
}

// lowest judges what the text before a price says before its "from": that may be the lowest price of something else, or of another kind.
func (p *Page) lowest(c *Candidate, before string) {
	w := word.Said()
	said, _ := w.From.CutEnd(before)
	switch said = said[strings.LastIndexByte(said, '\n')+1:]; {
	case w.Price.In(said), w.Now.In(said):
	case w.Other.In(word.Before(said)):
		c.Low = false
		c.Why.Add(reason.LabelledElse, 1)
	default:
		c.Of = p.other(c, said)
	}
}

// other returns what a candidate is the price of by the words before it in its block or line, "" where these say nothing else
// than that it is a price, or what the page sells.
func (p *Page) other(c *Candidate, before string) string {
	said, w := word.Named(before), word.Said()
	if said == "" || word.Named(word.Before(before)) == "" || w.Plain.In(said) || c.Reading.VAT != "" || word.Likeness(said, p.titles) > 0.3 || w.Buy.In(said) || lang.Stock(said) != market.StockUnknown {
		return ""
	}
	return said
}

// alone judges a label that says that the price is that of one thing alone: "battery only:".
func (p *Page) alone(c *Candidate, label string) bool {
	named, w := word.Alone(label), word.Said()
	if named != "" && !w.Price.In(named) && !w.Now.In(named) && !w.Was.In(named) && !w.Other.In(named) {
		c.Of = p.other(c, named)
	}
	return c.Of != ""
}

// maxBehind is how much of the line behind a price is looked at, in bytes.
const maxBehind = 24

// context is the text around a price, in small letters.
type context struct {
	before, behind string    // in its line, and in the block that has nothing but it and words
	remark         string    // the line below it, where that is short and no sum follows of which it may be the label
	wide           [2]string // before and behind it in the block that has no other price
	other          bool      // the block, read as one text, states a sum of another kind, such as a deposit
}

// around returns the context of the candidate at an index, from the headline on.
func (p *Page) around(at int) (x context) {
	v, c := p.v, &p.Candidates[at]
	e := v.At(c.at)
	own := strings.ToLower(v.TextOf(c.at))
	first, last := word.Sum(own)
	from := e.From()
	to := from + len(bytes.TrimRight(v.BytesOf(c.at), " \n"))
	line := string(v.Text[max(0, from-maxLabel):from])
	start := from - len(line[strings.LastIndexByte(line, '\n')+1:])
	line, _, _ = strings.Cut(string(v.Text[to:min(to+maxBehind, len(v.Text))]), "\n")
	end := to + len(line)
	outer, outerEnd := start, end
	for up := e.Parent(); up >= 0 && v.At(up).Size() <= maxPrice && !v.Within(p.title, up) && !p.others(at, up); up = v.At(up).Parent() {
		u := v.At(up)
		outer, outerEnd = min(outer, u.From()), max(outerEnd, u.To())
		if digits(v.BytesOf(up)) == digits(own) {
			start, end = outer, outerEnd
			x.other = x.other || p.states(up)
		}
	}
	text := func(from, to int) string { return strings.ToLower(string(v.Text[from:min(to, len(v.Text))])) }
	x.before, x.behind, x.remark = text(start, from)+own[:first], own[last:]+text(to, end), p.remark(to)
	x.wide = [2]string{text(outer, from) + own[:first], own[last:] + text(to, outerEnd)}
	return x
}

// maxRemark is of how many words what is said of a price in a line below it is at most.
const maxRemark = 4

// remark is the line below a text that ends at to, where it is short, states no sum itself, and no number
// follows of which it may be the label.
func (p *Page) remark(to int) string {
	rest, below := bytes.CutPrefix(p.v.Text[to:min(to+maxPrice, len(p.v.Text))], []byte{'\n'})
	line, more, ends := bytes.Cut(rest, []byte{'\n'})
	next, _, _ := bytes.Cut(more, []byte{'\n'})
	if !below || !ends || len(bytes.Fields(line)) > maxRemark || digits(next) > 0 || digits(line) > 0 && p.reading(structured.Said{Text: string(line)}).Signed {
		return ""
	}
	return strings.ToLower(string(line))
}

// others reports whether an element has another price than the candidate at an index.
func (p *Page) others(at, i int) bool {
	return at > 0 && p.v.Within(p.Candidates[at-1].at, i) || at+1 < len(p.Candidates) && p.v.Within(p.Candidates[at+1].at, i)
}

// leads reports whether the line goes on from the candidate at an index to the next.
func (p *Page) leads(at int) bool {
	if at+1 == len(p.Candidates) {
		return false
	}
	v := p.v
	from, to := min(v.At(p.Candidates[at].at).To(), len(v.Text)), v.At(p.Candidates[at+1].at).From()
	return from <= to && to-from <= maxPrice && bytes.IndexByte(v.Text[from:to], '\n') < 0
}

// states reports whether the text of an element, as one, states a sum that is no price.
func (p *Page) states(i int) bool {
	r := p.reading(p.said(i))
	return r.Signed && r.Problem == "" && !r.Sums() && !r.Shipping.Known()
}

// labelled judges a label, and reports whether it says what the price is. A word for a former price amid the line above may be said
// of something else.
func (c *Candidate) labelled(w *word.Words, label string) bool {
	above := label[:strings.LastIndexByte(label, '\n')+1]
	switch {
	case w.Other.In(word.Before(label)):
		c.Aside = true
		c.Why.Add(reason.LabelledElse, 1)
	case w.Was.In(above) && !w.Was.End(above): // perhaps of something else
		c.Aside = true
		c.Why.Add(reason.LabelledElse, 1)
	case w.Was.In(label):
		c.Reference = true
		c.Why.Add(reason.LabelledFormer, 1)
	case w.Now.In(label):
		c.Why.Add(reason.LabelledNow, 1)
	case w.Price.In(label):
		c.Why.Add(reason.LabelledPrice, 1)
	default:
		return false
	}
	return true
}

// maxLabel is how long a label may be, in bytes.
const maxLabel = 48

// label is the text before a candidate in its line, and the line above, in small letters, that says nothing about another sum.
func (p *Page) label(c *Candidate) string {
	apart, from := " ", p.v.At(c.at).From()
	if from > 0 && p.v.Text[from-1] == '\n' {
		apart = "\n"
	}
	own := p.v.TextOf(c.at)
	text := p.v.Before(c.at, maxLabel) + apart + own[:max(0, strings.IndexAny(own, "0123456789"))]
	return strings.ToLower(text[strings.LastIndexAny(text, "0123456789")+1:])
}
