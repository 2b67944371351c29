// Package chart draws price histories as steps, in whole units of an SVG view box. It decides where things
// stand; the template decides how they look.
package chart

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/watch"
)

// Chart is a history as steps, in whole units of its view box.
type Chart struct {
	Width, Height, Left, Right, Foot int
	X, Y                             []Mark
	Lines                            []Line
}

// Mark is a label on an axis.
type Mark struct {
	At    int
	Label string
}

// Line is one series; Held are observations that were not trusted, beside it.
type Line struct {
	Name, Class, Path string
	Own               bool
	Held              []Dot
}

// Dot is a value that was held back, with what to say of it.
type Dot struct {
	X, Y int
	Text string
}

const (
	width, height = 760, 300
	left, right   = 96, 748
	top, bottom   = 12, 268
	classes       = 8 // s0 to s7 in the style sheet
)

// axes turn moments and prices into units.
type axes struct {
	from, to  time.Time
	low, high int64 // micros
	currency  money.Currency
}

func (a axes) x(t time.Time) int {
	return left + int(int64(right-left)*int64(t.Sub(a.from)/time.Second)/max(1, int64(a.to.Sub(a.from)/time.Second)))
}

func (a axes) y(micros int64) int {
	shift := 0
	for (a.high-a.low)>>shift > 1<<40 {
		shift++
	}
	micros = min(max(micros, a.low), a.high)
	return top + int(((a.high-micros)>>shift)*int64(bottom-top)/max(1, (a.high-a.low)>>shift))
}

// Labels say prices and days on a chart in the language of its reader.
type Labels struct {
	Money func(money.Amount) string
	Day   func(time.Time) string
	Held  func(money.Amount) string
}

// Draw makes the chart of series between two moments, of which the first may move to the first price; nil where there is no price to draw. Only prices in the
// currency of the first known one, which is ours where we have one, are drawn.
func Draw(series []watch.Series, from, to time.Time, say Labels) *Chart {
	a := axes{from: to, to: to}
	for _, one := range series {
		for _, p := range one.Points {
			v := p.Offer.Price
			if !v.Known() || p.Trust.State != market.Trusted {
				continue
			}
			if a.currency == "" {
				a.currency, a.low, a.high = v.Currency(), v.Micros(), v.Micros()
			}
			if p.SeenAt.Before(a.from) {
				a.from = p.SeenAt
			}
			if v.Currency() == a.currency {
				a.low, a.high = min(a.low, v.Micros()), max(a.high, v.Micros())
			}
		}
	}
	if a.currency == "" {
		return nil
	}
	if a.from.Before(from) {
		a.from = from
	}
	c := &Chart{Width: width, Height: height, Left: left, Right: right, Foot: height - 8}
	step := a.stretch()
	for m := a.low; ; m += step {
		c.Y = append(c.Y, Mark{a.y(m), say.Money(money.New(m, a.currency))})
		if m > a.high-step {
			break
		}
	}
	for i := range time.Duration(5) {
		t := a.from.Add(a.to.Sub(a.from) / 10 * (2*i + 1))
		if m := (Mark{a.x(t), say.Day(t)}); len(c.X) == 0 || c.X[len(c.X)-1].Label != m.Label {
			c.X = append(c.X, m)
		}
	}
	for i, one := range series {
		l := Line{Name: cmp.Or(one.Name, string(one.Source)), Class: fmt.Sprintf("s%d", i%classes), Own: one.Own}
		l.Path, l.Held = a.steps(one.Points, say.Held)
		c.Lines = append(c.Lines, l)
	}
	return c
}

// stretch rounds the ends of the price axis outwards to a step of 1, 2 or 5, and returns the step.
func (a *axes) stretch() int64 {
	const most = 1 << 62 // what is beyond has no room for a step and is cut
	a.low, a.high = min(max(a.low, -most/2), most/2), min(max(a.high, -most/2), most/2)
	step := int64(10_000)
	for i := 0; (a.high-a.low)/step > 4; i++ {
		step = step / []int64{1, 2, 5}[i%3] * []int64{2, 5, 10}[i%3]
	}
	low, high := a.low/step*step, (a.high/step+1)*step
	if low >= a.low && low != 0 {
		low -= step
	}
	a.low, a.high = low, high
	return step
}

// steps draws a price as it stood: level until another was seen, a gap where no price was known, and up to
// the last sight only, since nobody knows what came after.
func (a *axes) steps(points []market.Observation, say func(money.Amount) string) (path string, held []Dot) {
	var b strings.Builder
	last, open := 0, false
	for _, p := range points {
		v := p.Offer.Price
		x := a.x(p.SeenAt)
		switch {
		case p.Trust.State != market.Trusted:
			if v.Known() && v.Currency() == a.currency {
				y := a.y(v.Micros())
				held = append(held, Dot{x, y, say(v)})
			}
		case !v.Known() || v.Currency() != a.currency:
			open = false
		case !open:
			fmt.Fprintf(&b, "M%d %d", x, a.y(v.Micros()))
			last, open = a.y(v.Micros()), true
		default:
			fmt.Fprintf(&b, "H%d", x)
			if y := a.y(v.Micros()); y != last {
				fmt.Fprintf(&b, "V%d", y)
				last = y
			}
		}
	}
	return b.String(), held
}
