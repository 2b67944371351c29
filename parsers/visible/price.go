package visible

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"pricegap/market/money"
	"pricegap/parsers/price"
	"pricegap/parsers/structured"
)

// Reason is one reason for or against a candidate, in hundredths.
type Reason struct {
	Name   string
	Points int
}

// Candidate is a price that the page shows.
type Candidate struct {
	Amount money.Amount
	// Reference says that it is a former or advised price, and Aside that it is one of another kind.
	Reference, Aside bool
	Text, Where      string
	Reading          price.Reading
	Score            int
	Why              []Reason
	at               int    // index of the element
	kind             string // its signature
}

func (c *Candidate) add(name string, points int) {
	if points != 0 {
		c.Score += points
		c.Why = append(c.Why, Reason{name, points})
	}
}

// Page is what can be told from a page as people see it.
type Page struct {
	// Candidates are all prices, the best first.
	Candidates []Candidate
	// Buy says that there is a button to buy the page's own product.
	Buy bool

	v          *view
	title, buy int // indexes, -1 for none
	l          money.Locale
	amounts    map[money.Amount]int
	kinds      map[string]kind // by signature
}

// kind is how many prices have a signature, and which is the first of them behind the headline.
type kind struct{ n, first int }

// maxCandidates is how many prices are looked at.
const maxCandidates = 2000

// maxPrice is how long a text with a price and its label may be, in bytes.
const maxPrice = 80

// Read reads a page. names are what the page is called elsewhere: in its title, for machines.
func Read(root *html.Node, names []string, l money.Locale) *Page {
	p := &Page{v: look(root), l: l, amounts: map[money.Amount]int{}, kinds: map[string]kind{}}
	p.title = p.findTitle(names)
	p.buy = -1
	p.buy = p.findBuy()
	p.Buy = p.buy >= 0
	p.collect()
	for i := range p.Candidates {
		p.judge(&p.Candidates[i])
	}
	p.pairs()
	slices.SortStableFunc(p.Candidates, func(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) })
	return p
}

// findTitle finds the headline of the page's own product.
func (p *Page) findTitle(names []string) int {
	var known []map[string]bool
	for _, n := range names {
		if set := wordSet(n); len(set) > 0 {
			known = append(known, set)
		}
	}
	best, score := -1, 0.0
	for i := range p.v.els {
		e := &p.v.els[i]
		if e.to-e.from > 400 || e.to-e.from < 3 {
			continue
		}
		s := 0.0
		switch {
		case e.node.DataAtom == atom.H1:
			s = 1
		case e.node.DataAtom == atom.H2:
			s = 0.2
		case anyWord(e.words, []string{"product title", "product name", "item title", "item name", "title", "name"}):
			s = 0.3
		default:
			continue
		}
		set := wordSet(p.v.textOf(i))
		if len(set) == 0 {
			continue
		}
		like := 0.0
		for _, k := range known {
			n := 0
			for w := range set {
				if k[w] {
					n++
				}
			}
			like = max(like, float64(n)/float64(len(set))*math.Min(1, float64(len(set))/3))
		}
		s += 1.5 * like
		if e.zone&(zoneFrame|zoneOthers|zoneCart|zoneReviews) != 0 {
			s -= 0.3
		}
		if s > score {
			best, score = i, s
		}
	}
	if score < 0.9 {
		return -1
	}
	return best
}

func wordSet(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 0x80)
	}) {
		if len(w) > 1 {
			set[w] = true
		}
	}
	return set
}

// findBuy finds the button by which the page's own product is bought.
func (p *Page) findBuy() int {
	best, score := -1, 0
	for i := range p.v.els {
		e := &p.v.els[i]
		n := e.node
		if n.DataAtom != atom.Button && n.DataAtom != atom.Input && n.DataAtom != atom.A && !strings.EqualFold(attr(n, "role"), "button") {
			continue
		}
		if p.zone(i)&(zoneFrame|zoneOthers|zoneReviews) != 0 || e.to-e.from > 60 {
			continue
		}
		said := strings.ToLower(p.v.textOf(i) + " " + attr(n, "value") + " " + attr(n, "title") + " " + attr(n, "aria-label") + " " + attr(n, "alt"))
		if n.DataAtom == atom.Input {
			if t := strings.ToLower(attr(n, "type")); t != "submit" && t != "button" && t != "image" {
				continue
			}
		}
		s := 0
		if says(said, buyPhrases) {
			s += 2
		}
		if joined := strings.ReplaceAll(e.words, " ", ""); slices.ContainsFunc(buyNames, func(w string) bool { return strings.Contains(joined, w) }) {
			s += 2
		}
		if s == 0 {
			continue
		}
		if n.DataAtom != atom.A {
			s++
		}
		if p.title >= 0 && i > p.title {
			s++
		}
		if s > score {
			best, score = i, s
		}
	}
	return best
}

// zone is the part of the page in which an element stands. Names of what holds the headline, or the button to buy, are
// those of the page's own product.
func (p *Page) zone(i int) (z zone) {
	struck := p.v.els[i].zone & zoneStruck
	for ; i >= 0; i = p.v.els[i].parent {
		if p.title >= 0 && p.v.within(p.title, i) {
			return z | struck
		}
		own := p.v.els[i].own
		if p.buy >= 0 && p.v.within(p.buy, i) {
			own &^= zoneCart | zoneExtra | zoneForm | zoneOthers
		}
		z |= own
	}
	return z
}

// collect finds all prices.
func (p *Page) collect() {
	v := p.v
	taken := map[int]bool{}
	for i := len(v.els) - 1; i >= 0; i-- {
		e := &v.els[i]
		size := e.to - e.from
		if size < 1 || size > maxPrice || taken[i] || !digit(v.text[min(e.from, len(v.text)):min(e.to, len(v.text))]) {
			continue
		}
		if p.partial(e.from, e.to) {
			continue
		}
		c, ok := p.read(i)
		if !ok {
			continue
		}
		for up := e.parent; up >= 0; up = v.els[up].parent {
			u := &v.els[up]
			if u.to-u.from > maxPrice {
				break
			}
			above, ok := p.read(up)
			if !ok || sum(above.Reading) != sum(c.Reading) || digits(above.Text) != digits(c.Text) {
				break
			}
			taken[up] = true
			c.Reading, c.Text = above.Reading, above.Text
		}
		if _, ok := p.split(i); ok { // its parts are no prices
			for p.inner(i) {
				p.Candidates = p.Candidates[:len(p.Candidates)-1]
			}
		} else if p.inner(i) {
			continue
		}
		c.Amount = sum(c.Reading)
		c.Reference = c.Reading.Reference.Known() && !c.Reading.Amount.Known()
		c.Aside = !c.Reading.Amount.Known() && !c.Reference
		c.kind = p.signature(i)
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

// partial reports whether a text is a part of a number that goes on beside it.
func (p *Page) partial(from, to int) bool {
	t := p.v.text
	is := func(i int, set string) bool { return i >= 0 && i < len(t) && strings.IndexByte(set, t[i]) >= 0 }
	const ten, sign = "0123456789", ".,"
	for from < to && is(from, " ") {
		from++
	}
	for from < to && is(to-1, " ") {
		to--
	}
	switch {
	case is(to-1, ten) && (is(to, ten) || is(to, sign) && is(to+1, ten)), is(to-1, sign) && is(to, ten):
		return true
	case is(from, ten) && (is(from-1, ten) || is(from-1, sign) && is(from-2, ten)), is(from, sign) && is(from-1, ten):
		return true
	}
	return false
}

// inner reports whether the price that was found last, the next on the page, stands within an element.
func (p *Page) inner(i int) bool {
	n := len(p.Candidates)
	return n > 0 && p.v.within(p.Candidates[n-1].at, i)
}

func digit(b []byte) bool {
	return slices.ContainsFunc(b, func(c byte) bool { return c >= '0' && c <= '9' })
}

func digits(s string) (n int) {
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}

// sum is the only sum that a reading states.
func sum(r price.Reading) money.Amount {
	for _, a := range []money.Amount{r.Amount, r.Reference, r.Low, r.PerMonth, r.PerUnit, r.Member, r.Coupon, r.Shipping} {
		if a.Known() {
			return a
		}
	}
	return money.Amount{}
}

// read reads the text of an element as a price.
func (p *Page) read(i int) (Candidate, bool) {
	said := structured.Text(p.v.els[i].node)
	if joined, ok := p.split(i); ok {
		said = structured.Said{Text: joined}
	}
	text := said.Text
	if len(text) > maxPrice+40 || text == "" {
		return Candidate{}, false
	}
	m, err := money.Parse(text, money.Locale{Language: p.l.Language})
	if err != nil || m.Kind == money.KindNone {
		return Candidate{}, false
	}
	if m.Symbol == "" && !(p.named(i) && strings.ContainsAny(text, ".,0123456789")) {
		return Candidate{}, false
	}
	r := price.ReadSaid(said, "", p.l)
	if !sum(r).Known() || sum(r).Sign() <= 0 {
		return Candidate{}, false
	}
	return Candidate{Reading: r, Text: text, Where: p.path(i), at: i}, true
}

// split returns the text of an element whose parts are called whole units and cents, with a decimal sign between.
func (p *Page) split(i int) (string, bool) {
	v := p.v
	whole, cents := -1, -1
	for k := i + 1; k <= v.els[i].last; k++ {
		switch e := &v.els[k]; {
		case e.to <= e.from:
		case whole < 0 && anyWord(e.words, wholeWords):
			whole = k
		case whole >= 0 && cents < 0 && k > v.els[whole].last && (anyWord(e.words, centsWords) || e.node.DataAtom == atom.Sup):
			cents = k
		}
	}
	if whole < 0 || cents < 0 {
		return "", false
	}
	w, c := strings.Trim(v.textOf(whole), " .,"), strings.Trim(v.textOf(cents), " .,")
	if len(c) != 2 || digits(c) != 2 || digits(w) == 0 || v.els[cents].to > v.els[i].to {
		return "", false
	}
	from, to := v.els[i].from, v.els[i].to
	return strings.TrimSpace(string(v.text[from:v.els[whole].from])) + " " + w + "." + c + " " + strings.TrimSpace(string(v.text[v.els[cents].to:to])), true
}

// named reports whether an element, or one closely around it, is called a price.
func (p *Page) named(i int) bool {
	for n := 0; i >= 0 && n < 3; n++ {
		if anyWord(p.v.els[i].words, priceWords) {
			return true
		}
		i = p.v.els[i].parent
	}
	return false
}

// signature tells the kind of an element by its names and those around it.
func (p *Page) signature(i int) string {
	var b strings.Builder
	for n := 0; i >= 0 && n < 4; n++ {
		e := &p.v.els[i]
		b.WriteString(e.node.Data)
		b.WriteByte('.')
		b.WriteString(attr(e.node, "class"))
		b.WriteByte('/')
		i = e.parent
	}
	return b.String()
}

// path is the place of an element, for people.
func (p *Page) path(i int) string {
	var parts []string
	for n := 0; i >= 0 && n < 2; n++ {
		e := p.v.els[i].node
		s := e.Data
		if id := attr(e, "id"); id != "" {
			s += "#" + strings.Fields(id + " ")[0]
			n = 2
		} else if f := strings.Fields(attr(e, "class")); len(f) > 0 {
			s += "." + f[0]
		}
		parts = append([]string{s}, parts...)
		i = p.v.els[i].parent
	}
	return strings.Join(parts, " > ")
}

// judge sums up what speaks for a candidate being the price of the page's own product.
func (p *Page) judge(c *Candidate) {
	v := p.v
	e := &v.els[c.at]
	p.names(c)
	for _, z := range zones {
		if p.zone(c.at)&z.zone != 0 {
			c.add(z.name, z.points)
		}
	}
	if p.zone(c.at)&zoneStruck != 0 {
		c.Reference = true
	}
	p.labels(c)
	if href := ""; e.link >= 0 {
		if href = attr(v.els[e.link].node, "href"); !strings.HasPrefix(href, "#") && !strings.HasPrefix(href, "javascript") {
			c.add("leads elsewhere", -120)
		}
	}
	if k := p.kinds[c.kind]; k.n > 2 && (p.title < 0 || k.first != c.at) {
		c.add("one of "+strconv.Itoa(k.n)+" alike", -min(40*k.n, 200))
	}
	if n := p.amounts[c.Amount]; n > 1 {
		c.add("shown again", min(20*n, 60))
	}
	p.place(c)
	switch e.node.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.Strong, atom.B, atom.Big:
		c.add("set large", 30)
	case atom.Small, atom.Sup, atom.Sub, atom.Li, atom.P:
		c.add("set small", -30)
	}
	if len(c.Text) > 30 {
		c.add("within other text", -60)
	}
}

// zones are what the part of a page says about a price in it.
var zones = []struct {
	zone   zone
	name   string
	points int
}{
	{zoneFrame, "in the frame of the page", -250}, {zoneAside, "beside the matter", -120}, {zoneOthers, "among other products", -260},
	{zoneCart, "in the cart", -150}, {zoneReviews, "in the reviews", -150}, {zoneExtra, "in an extra", -200}, {zoneForm, "in a filter", -150},
	{zoneStruck, "struck through", -300},
}

// names judges what the shop's people call a candidate and what is closely around it.
func (p *Page) names(c *Candidate) {
	v := p.v
	var words strings.Builder
	for i, n := c.at, 0; i >= 0 && n < 4; i, n = v.els[i].parent, n+1 {
		if u := &v.els[i]; u.to-u.from <= 2*maxPrice {
			words.WriteString(u.words)
		}
	}
	if anyWord(words.String(), priceWords) {
		c.add("called a price", 120)
	}
	switch p.called(c.at) {
	case 1:
		c.add("called the price now", 60)
	case -1:
		c.Reference = true
		c.add("called a former price", -200)
	}
	if attr(v.els[c.at].node, "itemprop") == "price" {
		c.add("marked as price", 80)
	}
}

// labels judges the words around a candidate.
func (p *Page) labels(c *Candidate) {
	switch label := strings.ToLower(p.label(c)); {
	case says(label, notBefore):
		c.Aside = true
		c.add("called something else", -150)
	case says(label, wasBefore):
		c.Reference = true
		c.add("labelled as a former price", -200)
	case says(label, nowLabels):
		c.add("labelled as the price now", 140)
	case says(label, nowBefore):
		c.add("labelled as price", 100)
	}
	if says(strings.ToLower(p.behind(c)), notBehind) {
		c.Aside = true
		c.add("called something else behind it", -150)
	}
	if c.Reading.Low.Known() || c.Aside && !c.Reading.Amount.Known() {
		c.add("another kind of price", -200)
	}
}

// label is the text before a candidate in its line, or the line above, that says nothing about another sum.
func (p *Page) label(c *Candidate) string {
	text := p.v.before(c.at, 48)
	if i := strings.IndexAny(c.Text, "0123456789"); i > 0 {
		text += " " + c.Text[:i]
	}
	if i := strings.LastIndexAny(text, "0123456789"); i >= 0 {
		text = text[i+1:]
	}
	return text
}

// behind is the text behind a candidate in its line, up to the next number.
func (p *Page) behind(c *Candidate) string {
	text := ""
	if i := strings.LastIndexAny(c.Text, "0123456789"); i >= 0 {
		text = c.Text[i+1:]
	}
	to := min(p.v.els[c.at].to, len(p.v.text))
	rest := string(p.v.text[to:min(to+24, len(p.v.text))])
	line, _, _ := strings.Cut(rest, "\n")
	text += " " + line
	if i := strings.IndexAny(text, "0123456789"); i >= 0 {
		text = text[:i]
	}
	return text
}

// called reports whether the names of an element, or of what is closely around it, are those of the price now (1) or of
// a former one (-1).
func (p *Page) called(i int) int {
	for n := 0; i >= 0 && n < 4; n++ {
		e := &p.v.els[i]
		if e.to-e.from > 2*maxPrice {
			return 0
		}
		now, was := anyWord(e.words, nowWords), anyWord(e.words, struckWords)
		switch {
		case now && was, !now && !was:
		case now:
			return 1
		default:
			return -1
		}
		i = e.parent
	}
	return 0
}

// place judges where a candidate stands against the headline and the button to buy.
func (p *Page) place(c *Candidate) {
	v := p.v
	if p.title >= 0 {
		d := c.at - p.title
		switch {
		case d < 0 && d > -60:
			c.add("shortly before the headline", -20)
		case d < 0:
			c.add("before the headline", -150)
		default:
			c.add("behind the headline", max(0, 100-int(25*math.Log2(1+float64(d)/20))))
		}
		if s := v.shared(c.at, p.title); s >= 0 {
			share := float64(v.els[s].last-s) / float64(len(v.els))
			c.add("in the block of the headline", int(60*(1-math.Min(1, share*2))))
		}
	}
	if p.buy >= 0 {
		d := c.at - p.buy
		if d < 0 {
			d = -d
		}
		c.add("near the button to buy", max(0, 80-int(25*math.Log2(1+float64(d)/15))))
		if s := v.shared(c.at, p.buy); s >= 0 {
			share := float64(v.els[s].last-s) / float64(len(v.els))
			c.add("in the block of the button", int(50*(1-math.Min(1, share*4))))
		}
	}
	c.add("early on the page", -int(60*float64(c.at)/float64(len(v.els))))
}

// pairs finds the former price beside the price now: of two that stand together the higher.
func (p *Page) pairs() {
	for i := range p.Candidates {
		a := &p.Candidates[i]
		for k := i + 1; k < len(p.Candidates) && p.Candidates[k].at-a.at <= 12; k++ {
			b := &p.Candidates[k]
			if a.Reference || b.Reference || a.Aside || b.Aside || a.Score < enough || b.Score < enough || a.Amount.Currency() != b.Amount.Currency() {
				continue
			}
			high, low := a, b
			if c, err := a.Amount.Cmp(b.Amount); err != nil || c == 0 {
				continue
			} else if c < 0 {
				high, low = b, a
			}
			off, err := high.Amount.BasisPoints(low.Amount)
			if low.Score < high.Score-80 {
				continue
			}
			if s := p.v.shared(a.at, b.at); err != nil || off > 40_000 || off < -9_000 || s < 0 || p.v.els[s].to-p.v.els[s].from > 3*maxPrice {
				continue
			}
			high.Reference = true
			high.add("beside a lower price", -200)
		}
	}
}

// The least that a price must reach, and by how much it must be ahead of any other sum.
const (
	enough = 90
	ahead  = 35
)

// Price is the price of the page's own product, nil where none is clear. rivals are the others that may be it.
func (p *Page) Price() (won *Candidate, rivals []Candidate) {
	for i := range p.Candidates {
		c := &p.Candidates[i]
		if c.Reference || c.Aside {
			continue
		}
		switch {
		case won == nil && c.Score < enough:
			return nil, nil
		case won == nil:
			won = c
		case c.Amount != won.Amount && c.Score > won.Score-ahead:
			rivals = append(rivals, *c)
		}
	}
	for i := range p.Candidates { // "from" beside it: the price of one variant of several
		if c := &p.Candidates[i]; won != nil && c.Reading.Low.Known() && abs(c.at-won.at) <= 12 {
			rivals = append(rivals, *c)
		}
	}
	return won, rivals
}

// String lists a candidate and its reasons.
func (c Candidate) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s %q at %s:", c.Score, c.Amount, c.Text, c.Where)
	for _, w := range c.Why {
		fmt.Fprintf(&b, " %s %+d;", w.Name, w.Points)
	}
	return b.String()
}
