package rule

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"pricegap/alerts"
	"pricegap/market"
)

func init() { register("source_blind", newSourceBlind) }

// sourceBlindOptions are the options of the rule "source_blind".
type sourceBlindOptions struct {
	Intervals int `yaml:"intervals" json:"intervals,omitzero" range:"1..1000" jsonschema:"After how many intervals of the source without one good look at it; 1 to 1000; 2 where not stated."`
}

// sourceBlind holds while a source has not been seen well for some intervals. Its prices are stale by then and
// raise no alert of their own, so one incident stands for all of them. It is about rivals, or about us.
type sourceBlind struct {
	intervals int
	own       bool
}

func newSourceBlind(o sourceBlindOptions) (alerts.Rule, error) {
	if o.Intervals < 0 {
		return nil, errors.New("intervals: must not be below nought")
	}
	return sourceBlind{intervals: cmp.Or(o.Intervals, 2)}, nil
}

// Judge implements alerts.Rule.
func (r sourceBlind) Judge(e *alerts.Event) []alerts.Finding {
	s := e.Source
	if s.ID == "" || s.Own != r.own {
		return nil
	}
	facts := func() market.Facts {
		f := market.Facts{Theirs: market.Side{Source: s.ID, Name: s.Name}, LastGoodAt: s.LastGoodAt}
		if e.Run != nil {
			f.Failures = frequent(e.Run.Failures)
		}
		return f
	}
	return []alerts.Finding{{Topic: market.Topic{Source: s.ID}, Holds: r.holds(e), Facts: facts}}
}

func (r sourceBlind) holds(e *alerts.Event) alerts.Holds {
	good, interval := e.Source.LastGoodAt, e.Source.Interval
	switch {
	case !good.IsZero() && interval > 0:
		if e.Now.Sub(good) > interval*time.Duration(r.intervals) {
			return alerts.Yes
		}
		return alerts.No
	case e.Run == nil || e.Run.Outcome == market.RunGoing || e.Run.Outcome == market.RunInterrupted:
		return alerts.Neither
	case e.Run.Good():
		return alerts.No
	}
	return alerts.Yes // never seen well, or visited only by hand and then in vain
}

// frequent returns the kinds of failures, most frequent first.
func frequent(n map[market.FailureKind]int) []market.FailureKind {
	return slices.SortedFunc(maps.Keys(n), func(a, b market.FailureKind) int {
		return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b))
	})
}
