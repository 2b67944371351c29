package rule

import (
	"fmt"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
)

func init() { register("stock", newStock) }

// stockOptions are the options of the rule "stock".
type stockOptions struct {
	When string `yaml:"when" json:"when,omitzero" jsonschema:"rival_out, which is the default: a rival runs out of what we have; rival_in: a rival has what we ran out of."`
}

// stock holds while one of us can deliver a product and the other cannot. It begins only when one of the two
// is seen to change: what was so from the start is no news.
type stock struct{ ours, theirs market.Answer }

func newStock(o stockOptions) (alerts.Rule, error) {
	when, err := oneOf(o.When, "rival_out", "rival_in")
	switch {
	case err != nil:
		return nil, fmt.Errorf("when: %w", err)
	case when == "rival_out":
		return stock{ours: market.AnswerYes, theirs: market.AnswerNo}, nil
	}
	return stock{ours: market.AnswerNo, theirs: market.AnswerYes}, nil
}

// Judge implements alerts.Rule.
func (r stock) Judge(e *alerts.Event) []alerts.Finding {
	out := state(e, compare.Shelf, true, r.holds)
	for i := range out {
		if out[i].Holds == alerts.Yes {
			was, _ := old(e)
			out[i] = saying(out[i], func(f *market.Facts) { f.StockBefore = was.Offer.Stock })
		}
	}
	return out
}

func (r stock) holds(c *Case) alerts.Holds {
	switch {
	case c.Ours.Available == market.AnswerUnknown || c.Theirs.Available == market.AnswerUnknown:
		return alerts.Neither
	case c.Ours.Available == r.ours && c.Theirs.Available == r.theirs:
		return alerts.Yes
	}
	return alerts.No
}
