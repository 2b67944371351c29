package say

import (
	"fmt"
	"strings"

	"pricegap/alerts"
	"pricegap/market"
)

// sourceLines say what is the matter with a shop.
func (w words) sourceLines(m alerts.Message, a market.Alert) []Line {
	if len(a.Facts.Odd) == 0 {
		return w.blindLines(m, a)
	}
	lines := []Line{{{Text: fmt.Sprintf(w.Changed, name(a.Facts.Theirs)), Bold: true}}}
	said := map[string]bool{}
	for _, o := range a.Facts.Odd {
		if say := w.Odd[o.Kind]; say != "" && !said[o.Kind] {
			said[o.Kind] = true
			lines = append(lines, Line{{Text: fmt.Sprintf(say, o.Offers, o.Of)}})
		}
	}
	return append(lines, Line{{Text: w.NewHeld}})
}

// blindLines say that a source cannot be seen, since when, why, and what that means.
func (w words) blindLines(m alerts.Message, a market.Alert) []Line {
	f := a.Facts
	last := w.NeverSeen
	if !f.LastGoodAt.IsZero() {
		last = fmt.Sprintf(w.LastGood, w.Ago(f.LastGoodAt, m.At))
	}
	if len(f.Failures) > 0 {
		reasons := make([]string, 0, 3)
		for _, k := range f.Failures[:min(len(f.Failures), 3)] {
			say := string(k)
			if phase := w.Phases[k.Info().Phase]; phase != "" {
				say = phase + " (" + say + ")"
			}
			reasons = append(reasons, say)
		}
		last += " · " + fmt.Sprintf(w.Reason, strings.Join(reasons, ", "))
	}
	head, means := fmt.Sprintf(w.Blind, name(f.Theirs)), fmt.Sprintf(w.NoNews, name(f.Theirs))
	if a.Kind == "own_stale" {
		head, means = w.Kinds["own_stale"], w.Kinds["own_stale means"]
	}
	return []Line{{{Text: head, Bold: true}}, {{Text: last}}, {{Text: means}}}
}
