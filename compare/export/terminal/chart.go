package terminal

import (
	"fmt"
	"io"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

// Point is a price that began to hold at a moment.
type Point struct {
	At    time.Time
	Price money.Amount
}

// Line is the price of one listing over time; Points are in order of time.
type Line struct {
	Name   string
	Points []Point
}

// LineOf returns the line of the trusted prices among observations.
func LineOf(name string, points []market.Observation) Line {
	l := Line{Name: name}
	for _, p := range points {
		if p.Trust.State == market.Trusted && p.Offer.Price.Known() {
			l.Points = append(l.Points, Point{p.SeenAt, p.Offer.Price})
		}
	}
	return l
}

// chartMarks draw the lines, and linePaints colour them, in order; after the last they begin again.
var (
	chartMarks = []rune("●○■□▲△◆◇")
	linePaints = []paint{bold, red, green, yellow, "34", "35", "36"}
)

// chart is a field of cells; each holds the number of a line, from 1, and whether it only joins two steps.
type chart struct {
	look       Look
	from, to   time.Time
	low, high  int64 // micros
	currency   money.Currency
	wide, tall int
	cells      [][]int
	joins      [][]bool
	left       []string
}

// Chart draws prices over time as steps, with prices on the left and times below; the first line lies on
// top. The chart is look.Width columns wide (80 when 0) and tall rows high (12 when 0). Zero from and to are the first and
// last point. Lines in another currency than the first point's are named, not drawn.
func Chart(w io.Writer, lines []Line, from, to time.Time, tall int, l Look) error {
	if l.Width <= 0 {
		l.Width = 80
	}
	if tall <= 0 {
		tall = 12
	}
	c := &chart{look: l, from: from, to: to, tall: max(tall, 3)}
	lines = within(lines, from, to)
	if !c.scale(lines) {
		_, err := io.WriteString(w, l.Word("no prices in this time")+"\n")
		return err
	}
	for i := len(lines) - 1; i >= 0; i-- {
		if c.drawable(lines[i]) {
			c.draw(i, lines[i])
		}
	}
	_, err := io.WriteString(w, c.render(lines))
	return err
}

// within keeps of each line what shows between from and to: the price that held at from, and the later ones.
func within(lines []Line, from, to time.Time) []Line {
	out := make([]Line, len(lines))
	for i, l := range lines {
		ps := l.Points
		for !from.IsZero() && len(ps) > 1 && !ps[1].At.After(from) {
			ps = ps[1:]
		}
		for !to.IsZero() && len(ps) > 0 && ps[len(ps)-1].At.After(to) {
			ps = ps[:len(ps)-1]
		}
		out[i] = Line{l.Name, ps}
	}
	return out
}

func (c *chart) drawable(l Line) bool {
	return len(l.Points) > 0 && l.Points[0].Price.Currency() == c.currency
}

// scale finds the ends of both axes; false where there is nothing to draw.
func (c *chart) scale(lines []Line) bool {
	first, last := time.Time{}, time.Time{}
	for _, l := range lines {
		for _, p := range l.Points {
			if c.currency == "" {
				c.currency = p.Price.Currency()
				c.low, c.high = p.Price.Micros(), p.Price.Micros()
			}
			if p.Price.Currency() != c.currency {
				continue
			}
			c.low, c.high = min(c.low, p.Price.Micros()), max(c.high, p.Price.Micros())
			if first.IsZero() || first.After(p.At) {
				first = p.At
			}
			if p.At.After(last) {
				last = p.At
			}
		}
	}
	if c.currency == "" {
		return false
	}
	if c.from.IsZero() {
		c.from = first
	}
	if c.to.IsZero() {
		c.to = last
	}
	if !c.to.After(c.from) {
		c.to = c.from.Add(time.Hour)
	}
	if c.low == c.high {
		c.low, c.high = c.low-money.Micros, c.high+money.Micros
	}
	gutter := 0
	c.left = make([]string, c.tall)
	for _, row := range []int{0, (c.tall - 1) / 2, c.tall - 1} {
		c.left[row] = c.look.Price(c.rounded(c.high - mulDiv(c.high-c.low, int64(row), int64(c.tall-1))))
		gutter = max(gutter, columns(c.left[row]))
	}
	for i := range c.left {
		c.left[i] = fit(c.left[i], gutter, true)
	}
	c.wide = max(10, c.look.Width-gutter-3)
	c.cells, c.joins = make([][]int, c.tall), make([][]bool, c.tall)
	for i := range c.cells {
		c.cells[i], c.joins[i] = make([]int, c.wide), make([]bool, c.wide)
	}
	return true
}

// rounded returns the price of a label: an end of the scale as it is, what lies between in whole minor units.
func (c *chart) rounded(micros int64) money.Amount {
	if micros != c.low && micros != c.high {
		unit := int64(money.Micros)
		for range c.currency.Digits() {
			unit /= 10
		}
		micros -= micros % unit
	}
	return money.New(micros, c.currency)
}

// mulDiv returns a × n / d without overflow for the small n and d of a screen.
func mulDiv(a, n, d int64) int64 { return a/d*n + a%d*n/d }

// row returns where a price lies, 0 at the top.
func (c *chart) row(micros int64) int {
	span := c.high - c.low
	off, steps := c.high-micros, int64(c.tall-1)
	for span > 1<<50 {
		span, off = span>>1, off>>1
	}
	return int(min(max((off*steps+span/2)/span, 0), steps))
}

func (c *chart) draw(n int, l Line) {
	step := c.to.Sub(c.from) / time.Duration(c.wide)
	i, last := -1, -1
	for x := range c.wide {
		end := c.from.Add(step * time.Duration(x+1))
		if x == c.wide-1 {
			end = c.to
		}
		for i+1 < len(l.Points) && !l.Points[i+1].At.After(end) {
			i++
		}
		if i < 0 || l.Points[i].Price.Currency() != c.currency {
			last = -1
			continue
		}
		y := c.row(l.Points[i].Price.Micros())
		for j := min(y, last) + 1; last >= 0 && j < max(y, last); j++ {
			c.cells[j][x], c.joins[j][x] = n+1, true
		}
		c.cells[y][x], c.joins[y][x] = n+1, false
		last = y
	}
}

func (c *chart) render(lines []Line) string {
	var b strings.Builder
	for y := range c.cells {
		edge := " │"
		if strings.TrimSpace(c.left[y]) != "" {
			edge = " ┤"
		}
		b.WriteString(c.left[y] + edge)
		line := ""
		for x, n := range c.cells[y] {
			switch {
			case n == 0:
				line += " "
			case c.joins[y][x]:
				line += c.look.in(colourOf(n-1), "│")
			default:
				line += c.look.in(colourOf(n-1), string(markOf(n-1)))
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	gutter := strings.Repeat(" ", columns(c.left[0]))
	b.WriteString(gutter + " └" + strings.Repeat("─", c.wide) + "\n")
	layout := "2006-01-02"
	if c.to.Sub(c.from) < 72*time.Hour {
		layout = "2006-01-02 15:04"
	}
	from, to := c.look.at(c.from).Format(layout), c.look.at(c.to).Format(layout)
	b.WriteString(gutter + "  " + from + fit(to, max(c.wide-columns(from), columns(to)+1), true) + "\n")
	for i, l := range lines {
		name := safe(l.Name)
		switch {
		case c.drawable(l):
			fmt.Fprintf(&b, "%s  %s %s  %s\n", gutter, c.look.in(colourOf(i), string(markOf(i))), name,
				c.look.Price(l.Points[len(l.Points)-1].Price))
		case len(l.Points) > 0:
			b.WriteString(gutter + "  " + c.look.Word("%s: in another currency, not drawn", name) + "\n")
		}
	}
	return b.String()
}

func markOf(i int) rune { return chartMarks[i%len(chartMarks)] }

func colourOf(i int) paint { return linePaints[i%len(linePaints)] }
