package terminal

import (
	"bufio"
	"io"
	"iter"
	"strconv"
	"strings"

	"pricegap/compare"
	"pricegap/market"
)

// measured is how many rows are looked at before the widths of the columns are fixed.
const measured = 200

// grid is one kind of table: its heading and the cells of a row.
type grid struct {
	look  Look
	basis compare.Basis
	heads []span
	cells func(g *grid, s *compare.Standing) []span
	marks map[string]bool // used so far
	last  bool            // serves where nothing else fits
}

// span is a piece of text in one paint.
type span struct {
	text  string
	paint paint
	right bool
	flex  bool // may be cut to make room
}

// Table writes one line for each product: our price, and price and gap at each rival where the width allows,
// else at the lowest rival. Marks behind a price say what is doubtful about it and are explained at the end. It
// returns the first error of the standings or of w.
func Table(w io.Writer, standings iter.Seq2[compare.Standing, error], l Look) error {
	out := bufio.NewWriter(w)
	next, stop := iter.Pull2(standings)
	defer stop()
	var first []compare.Standing
	for len(first) < measured {
		s, err, ok := next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		first = append(first, s)
	}
	if len(first) == 0 {
		_, err := io.WriteString(w, l.Word("no products")+"\n")
		return err
	}
	g, rows, widths := arrange(first, l)
	g.line(out, g.heads, widths, bold)
	for _, r := range rows {
		g.line(out, r, widths, plain)
	}
	for len(first) == measured {
		s, err, ok := next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		g.line(out, g.cells(g, &s), widths, plain)
	}
	g.legend(out, first[0])
	return out.Flush()
}

// arrange chooses the grid that fits and returns it with the first rows and the widths of the columns.
func arrange(first []compare.Standing, l Look) (*grid, [][]span, []int) {
	for _, g := range []*grid{wideGrid(first[0], l), narrowGrid(first[0], l)} {
		rows := make([][]span, len(first))
		widths := make([]int, len(g.heads))
		for c, h := range g.heads {
			widths[c] = columns(h.text)
		}
		for i := range first {
			rows[i] = g.cells(g, &first[i])
			for c, s := range rows[i] {
				widths[c] = max(widths[c], columns(s.text))
			}
		}
		if g.squeeze(widths) || g.last {
			return g, rows, widths
		}
	}
	return nil, nil, nil // not reached: the narrow grid always serves
}

// squeeze cuts the flexible columns until the widths fit the terminal; false when they cannot.
func (g *grid) squeeze(widths []int) bool {
	over := 2*(len(widths)-1) - g.look.Width
	for _, n := range widths {
		over += n
	}
	for c, h := range g.heads {
		if !h.flex {
			continue
		}
		most := widths[c] - 40 // no title needs more
		if g.look.Width > 0 {
			most = max(most, min(over, widths[c]-10))
		}
		if most > 0 {
			widths[c] -= most
			over -= most
		}
	}
	return g.look.Width == 0 || over <= 0
}

func (g *grid) line(w *bufio.Writer, cells []span, widths []int, p paint) {
	var b strings.Builder
	for i, c := range cells {
		if i > 0 {
			b.WriteString("  ")
		}
		t := c.text
		if i < len(cells)-1 || c.right {
			t = fit(t, widths[i], c.right)
		}
		if p != plain {
			c.paint = p
		}
		b.WriteString(g.look.in(c.paint, t))
	}
	b.WriteByte('\n')
	_, _ = w.WriteString(b.String()) // a bufio.Writer keeps its first error for Flush
}

// wideGrid has a column for each rival.
func wideGrid(s compare.Standing, l Look) *grid {
	g := &grid{look: l, basis: s.Basis, marks: map[string]bool{}}
	g.heads = []span{{text: l.Word("PRODUCT")}, {text: l.Word("TITLE"), flex: true}, {text: l.Word("OURS"), right: true}}
	for _, r := range s.Rivals {
		g.heads = append(g.heads, span{text: strings.ToUpper(safe(r.Name)), right: true})
	}
	g.heads = append(g.heads, span{text: l.Word("RANK"), right: true})
	rivals := len(s.Rivals)
	g.cells = func(g *grid, s *compare.Standing) []span {
		out := g.lead(s)
		for i := range rivals {
			cell := span{text: "–", paint: faint, right: true}
			if i < len(s.Rivals) {
				cell = g.rival(&s.Rivals[i])
			}
			out = append(out, cell)
		}
		return append(out, g.rank(s))
	}
	return g
}

// narrowGrid has the lowest rival only.
func narrowGrid(s compare.Standing, l Look) *grid {
	g := &grid{look: l, basis: s.Basis, marks: map[string]bool{}, last: true}
	g.heads = []span{
		{text: l.Word("PRODUCT")},
		{text: l.Word("TITLE"), flex: true},
		{text: l.Word("OURS"), right: true},
		{text: l.Word("LOWEST"), right: true},
		{text: l.Word("AT"), flex: true},
		{text: l.Word("RANK"), right: true},
	}
	g.cells = func(g *grid, s *compare.Standing) []span {
		best := lowestRival(s)
		out := g.lead(s)
		if best == nil {
			out = append(out, span{text: "–", paint: faint, right: true}, span{text: "–", paint: faint})
		} else {
			out = append(out, g.rival(best), span{text: safe(best.Name)})
		}
		return append(out, g.rank(s))
	}
	return g
}

// lead is what both grids begin with.
func (g *grid) lead(s *compare.Standing) []span {
	ours := span{text: g.look.Price(s.Ours.On(s.Basis)), right: true}
	if m := g.mark(&s.Ours); m != "" {
		ours.text += m
		ours.paint = faint
	}
	return []span{
		{text: safe(string(s.Product.ID))},
		{text: safe(s.Product.Title.Plain())},
		ours,
	}
}

func (g *grid) rank(s *compare.Standing) span {
	n, ok := s.Rank.Get()
	if !ok {
		return span{text: "–", paint: faint, right: true}
	}
	c := span{text: strconv.FormatInt(n, 10), right: true}
	if n == 1 {
		c.paint = green
	}
	return c
}

// rival is price, gap and marks of one position.
func (g *grid) rival(p *compare.Position) span {
	if p.Seen.Listing == "" && p.Held == nil {
		return span{text: "–", paint: faint, right: true}
	}
	amount := p.On(g.basis)
	if !amount.Known() {
		amount = p.Shown()
	}
	c := span{text: g.look.Price(amount), right: true}
	if bp, ok := p.GapBasisPoints.Get(); ok {
		c.text += " " + g.look.percent(bp)
		switch p.Gap.Sign() {
		case -1:
			c.paint = red
		case 1:
			c.paint = green
		}
	}
	c.text += g.mark(p)
	if !p.Comparable {
		c.paint = faint
	}
	return c
}

// mark returns the marks of a position: what is doubtful about it.
func (g *grid) mark(p *compare.Position) string {
	m := ""
	add := func(s string, holds bool) {
		if holds {
			m += s
			g.marks[s] = true
		}
	}
	old := p.Stale || p.NotBecause == compare.TooOld
	add("~", old)
	add("?", p.Held != nil)
	add("#", p.Seen.Listing != "" && !p.Comparable && p.NotBecause != compare.TooOld && p.NotBecause != compare.Stale)
	add("°", p.Seen.Offer.Stock.Available() == market.AnswerNo)
	if m != "" {
		m = " " + m
	}
	return m
}

// legend explains the marks that were used.
func (g *grid) legend(w *bufio.Writer, s compare.Standing) {
	line := g.look.Word("as of %s", g.look.moment(s.At)) + ", " + basisWords(g.look, s.Basis)
	for _, m := range [][2]string{
		{"~", "stale"}, {"?", "a newer value is held back"}, {"#", "not comparable"}, {"°", "not in stock"},
	} {
		if g.marks[m[0]] {
			line += " · " + m[0] + " " + g.look.Word(m[1])
		}
	}
	_, _ = w.WriteString(g.look.in(faint, line) + "\n")
}

func basisWords(l Look, b compare.Basis) string {
	if b == compare.Delivered {
		return l.Word("on the price delivered")
	}
	return l.Word("on the shelf price")
}

// lowestRival returns the comparable rival with the lowest price, the first among equals; nil where there is
// none.
func lowestRival(s *compare.Standing) *compare.Position {
	var best *compare.Position
	for i := range s.Rivals {
		r := &s.Rivals[i]
		if !r.Comparable {
			continue
		}
		if best != nil {
			if c, err := r.On(s.Basis).Cmp(best.On(s.Basis)); err != nil || c >= 0 {
				continue
			}
		}
		best = r
	}
	return best
}
