package rule

import (
	"fmt"

	"pricegap/alerts"
	"pricegap/market"
)

func init() { register("promotion", newPromotion) }

// promotionOptions are the options of the rule "promotion".
type promotionOptions struct {
	When string `yaml:"when" json:"when,omitzero" jsonschema:"started, which is the default: a rival shows a struck-through price above its own; ended: its price is up again without one; any."`
}

// promotion tells that a rival begins or ends a promotion. A struck-through price that is no longer seen ends nothing by
// itself, since a page may show it elsewhere: the price must have gone up.
type promotion struct{ when string }

func newPromotion(o promotionOptions) (alerts.Rule, error) {
	when, err := oneOf(o.When, "started", "ended", "any")
	if err != nil {
		return nil, fmt.Errorf("when: %w", err)
	}
	return promotion{when}, nil
}

// Judge implements alerts.Rule.
func (r promotion) Judge(e *alerts.Event) []alerts.Finding {
	return happened(e, func(m move) alerts.Holds {
		if what := r.what(m); m.own || what == "" || r.when != "any" && r.when != what {
			return alerts.No
		}
		return alerts.Happened
	}, func(m move, f *market.Facts) {
		f.Before, f.Promotion, f.Reference = m.was.Price, r.what(m), m.now.Reference
	})
}

// what is what a move says of a promotion: started, ended, or nothing.
func (promotion) what(m move) string {
	c, err := m.now.Price.Cmp(m.was.Price)
	switch was, is := reduced(m.was), reduced(m.now); {
	case err != nil || was == is:
		return ""
	case is:
		return "started"
	case c > 0:
		return "ended"
	}
	return ""
}

// reduced reports whether a shop shows a struck-through price above its own.
func reduced(s Shop) bool {
	if !s.Reference.Known() {
		return false // so most often; an error costs more
	}
	c, err := s.Price.Cmp(s.Reference)
	return err == nil && c < 0
}
