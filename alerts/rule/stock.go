package rule

import (
	"errors"

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
	switch o.When {
	case "", "rival_out":
		return stock{ours: market.AnswerYes, theirs: market.AnswerNo}, nil
	case "rival_in":
		return stock{ours: market.AnswerNo, theirs: market.AnswerYes}, nil
	}
	return nil, errors.New("when: must be rival_out or rival_in")
}

// Judge implements alerts.Rule.
func (r stock) Judge(e alerts.Event) []alerts.Finding {
	s := e.Standing
	if s.Product.ID == "" {
		return nil
	}
	var out []alerts.Finding
	for _, p := range s.Rivals {
		f := facts(s, p, compare.Shelf)
		h := r.holds(s.Ours, p)
		if was, ok := r.began(e, s.Ours, p); h == alerts.Still && ok {
			h, f.StockBefore = alerts.Yes, was
		}
		out = append(out, alerts.Finding{Topic: topic(s, p.Source), Holds: h, Facts: f})
	}
	return out
}

func (r stock) holds(ours, theirs compare.Position) alerts.Holds {
	if unlike(theirs) || gone(ours) || gone(theirs) {
		return alerts.No
	}
	we, they := ours.Seen.Offer.Stock.Available(), theirs.Seen.Offer.Stock.Available()
	switch {
	case unseen(ours) || unseen(theirs) || we == market.AnswerUnknown || they == market.AnswerUnknown:
		return alerts.Neither
	case we == r.ours && they == r.theirs:
		return alerts.Still
	}
	return alerts.No
}

// began reports whether the change of e is the one that made the condition hold, with the stock before it.
func (r stock) began(e alerts.Event, ours, theirs compare.Position) (market.Stock, bool) {
	old, ok := before(e)
	if !ok {
		return "", false
	}
	was, c := old.Offer.Stock, e.Change.After
	switch {
	case c.Source == theirs.Source && c.Listing == theirs.Listing:
		return was, was.Available() != market.AnswerUnknown && was.Available() != r.theirs
	case c.Source == ours.Source && c.Listing == ours.Listing:
		return was, was.Available() != market.AnswerUnknown && was.Available() != r.ours
	}
	return "", false
}
