package visible

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/price"
	"pricegap/parsers/structured"
	"pricegap/parsers/visible/view"
	"pricegap/parsers/visible/word"
)

// kind is how many prices have a signature, and which is the first of them behind the headline.
type kind struct{ n, first int }

// maxCandidates is how many prices are looked at.
const maxCandidates = 2000

// manyPrices is how many most pages have.
const manyPrices = 12

// maxPrice is how long a text with a price and its label may be, in bytes.
const maxPrice = 80

// collect finds all prices.
func (p *Page) collect() {
	v := p.v
	p.Candidates = make([]Candidate, 0, manyPrices)
	taken := map[int]bool{}
	for i := v.Len() - 1; i >= 0; i-- {
		e := v.At(i)
		size := e.Size()
		if size < 1 || size > maxPrice || taken[i] || digits(v.BytesOf(i)) == 0 {
			continue
		}
		if word.Partial(v.Text, e.From(), e.To()) {
			continue
		}
		_, split := p.split(i)
		if !split && p.inner(i) {
			continue
		}
		c, ok := p.read(i)
		if !ok {
			continue
		}
		for up := e.Parent(); up >= 0; up = v.At(up).Parent() {
			u := v.At(up)
			if u.Size() > maxPrice {
				break
			}
			if digits(v.BytesOf(up)) != digits(v.BytesOf(i)) {
				break
			}
			above, ok := p.read(up)
			if !ok || sum(above.Reading) != sum(c.Reading) || digits(above.Text) != digits(c.Text) {
				break
			}
			taken[up] = true
			c.Reading, c.Text = above.Reading, above.Text
		}
		for n := len(p.Candidates); n > 0 && p.v.Within(p.Candidates[n-1].at, i); n-- { // its parts are no prices
			p.Candidates = p.Candidates[:n-1]
		}
		c.Amount = sum(c.Reading)
		c.Reference = c.Reading.Reference.Known() && !c.Reading.Amount.Known()
		c.Aside = !c.Reading.Amount.Known() && !c.Reference
		c.Low = c.Reading.Low.Known()
		c.kind, c.Where = p.signature(i), p.path(i)
		if p.Candidates = append(p.Candidates, c); len(p.Candidates) >= maxCandidates {
			break
		}
	}
	slices.Reverse(p.Candidates)
	for _, c := range p.Candidates {
		p.amounts[c.Amount]++
		k := p.kinds[c.kind]
		if k.n++; k.first == 0 && c.at > p.title {
			k.first = c.at
		}
		p.kinds[c.kind] = k
	}
}

// inner reports whether a price that was found, not just a part of one or a deposit, stands within an element.
func (p *Page) inner(i int) bool {
	for n := len(p.Candidates) - 1; n >= 0 && p.v.Within(p.Candidates[n].at, i); n-- {
		if !p.Candidates[n].Reading.Part.Known() {
			return true
		}
	}
	return false
}

func digits[T string | []byte](s T) (n int) {
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}

// sum is the only sum that a reading states.
func sum(r *price.Reading) money.Amount {
	for _, a := range []money.Amount{r.Amount, r.Reference, r.Low, r.PerMonth, r.PerUnit, r.Member, r.Coupon, r.Shipping, r.Part} {
		if a.Known() {
			return a
		}
	}
	return money.Amount{}
}

// read reads the text of an element as a price.
func (p *Page) read(i int) (Candidate, bool) {
	n := p.v.At(i).Node
	if only := n.FirstChild; only != nil && only == n.LastChild && only.Type == html.TextNode && !p.named(i) && !word.Sums(only.Data) {
		return Candidate{}, false // as most are
	}
	said := p.said(i)
	if joined, ok := p.split(i); ok {
		said = structured.Said{Text: joined}
	}
	text := said.Text
	named := p.named(i)
	if len(text) > maxPrice+40 || !named && !word.Sums(text) {
		return Candidate{}, false
	}
	r := p.reading(said)
	if !r.Signed && (!named || word.Letters(text) > maxLetters) {
		return Candidate{}, false
	}
	if named && r.Problem == market.FailPriceAmbiguous {
		p.unclear = append(p.unclear, Candidate{Reading: r, at: i})
	}
	if !sum(r).Known() || sum(r).Sign() <= 0 {
		return Candidate{}, false
	}
	return Candidate{Reading: r, Text: text, at: i}, true
}

// said is the text of an element.
func (p *Page) said(i int) structured.Said {
	text, seam := p.v.Said(i)
	return structured.Said{Text: text, Seam: seam}
}

// reading is what a text says.
func (p *Page) reading(said structured.Said) *price.Reading {
	r := p.readings[said]
	if r == nil {
		read := price.ReadSaid(said, "", p.l)
		r = &read
		p.readings[said] = r
	}
	return r
}

// maxLetters is how many letters may stand in the text of a price without a sign: in others numbers are of other things.
const maxLetters = 20

// maxParts is of how many elements a price consists at most.
const maxParts = 100

// split returns the text of an element whose parts are called whole units and cents, with a decimal sign between.
func (p *Page) split(i int) (string, bool) {
	v := p.v
	whole, cents := -1, -1
	for k := i + 1; k <= min(v.At(i).Last(), i+maxParts); k++ {
		switch e := v.At(k); {
		case e.To() <= e.From():
		case whole < 0 && e.Whole:
			whole = k
		case whole >= 0 && cents < 0 && k > v.At(whole).Last() && (e.Cents || e.Node.DataAtom == atom.Sup):
			cents = k
		}
	}
	if whole < 0 || cents < 0 {
		return "", false
	}
	w, c := strings.Trim(v.TextOf(whole), " .,"), strings.Trim(v.TextOf(cents), " .,")
	if len(c) != 2 || digits(c) != 2 || digits(w) == 0 || v.At(cents).To() > v.At(i).To() {
		return "", false
	}
	from, to := v.At(i).From(), v.At(i).To()
	return strings.TrimSpace(string(v.Text[from:v.At(whole).From()])) + " " + w + "." + c + " " + strings.TrimSpace(string(v.Text[v.At(cents).To():to])), true
}

// named reports whether an element, or one closely around it, is called a price.
func (p *Page) named(i int) bool {
	for n := 0; i >= 0 && n < 3; n++ {
		if p.v.At(i).Price {
			return true
		}
		i = p.v.At(i).Parent()
	}
	return false
}

// signature tells the kind of an element by its names and those around it.
func (p *Page) signature(i int) string {
	var b strings.Builder
	for n := 0; i >= 0 && n < 4; n++ {
		e := p.v.At(i)
		b.WriteString(e.Node.Data)
		b.WriteByte('.')
		b.WriteString(short(view.Attr(e.Node, "class")))
		b.WriteByte('/')
		i = e.Parent()
	}
	return b.String()
}

// short is as much of the names of an element as is looked at.
func short(names string) string { return names[:min(len(names), word.MaxNames)] }

// path is the place of an element, for people.
func (p *Page) path(i int) string {
	var parts []string
	for n := 0; i >= 0 && n < 2; n++ {
		e := p.v.At(i).Node
		s := e.Data
		if id := strings.Fields(short(view.Attr(e, "id"))); len(id) > 0 {
			s += "#" + id[0]
			n = 2
		} else if f := strings.Fields(short(view.Attr(e, "class"))); len(f) > 0 {
			s += "." + f[0]
		}
		parts = append([]string{s}, parts...)
		i = p.v.At(i).Parent()
	}
	return strings.Join(parts, " > ")
}
