package rule

import (
	"errors"
	"fmt"

	"pricegap/alerts"
	"pricegap/market"
	"pricegap/market/money"
)

func init() { register("price_change", newPriceChange) }

// priceChangeOptions are the options of the rule "price_change".
type priceChangeOptions struct {
	Direction  string         `yaml:"direction" json:"direction,omitzero" jsonschema:"Which way the price must move: any, which is the default, up or down."`
	Whose      string         `yaml:"whose" json:"whose,omitzero" jsonschema:"Whose price: rival, which is the default, own or any."`
	MinAmount  money.Amount   `yaml:"min_amount" json:"min_amount,omitzero" jsonschema:"Pass over smaller moves, such as 1.00 EUR; with min_percent both must be reached."`
	MinPercent market.Percent `yaml:"min_percent" json:"min_percent,omitzero" jsonschema:"Pass over moves of fewer percent of the price before."`
}

func (o priceChangeOptions) sums() map[string]money.Amount {
	return map[string]money.Amount{"min_amount": o.MinAmount}
}

// priceChange tells that a trusted price moved. It happens; it has no end.
type priceChange struct{ o priceChangeOptions }

func newPriceChange(o priceChangeOptions) (alerts.Rule, error) {
	var err error
	if o.Direction, err = oneOf(o.Direction, "any", "up", "down"); err != nil {
		return nil, fmt.Errorf("direction: %w", err)
	}
	if o.Whose, err = oneOf(o.Whose, "rival", "own", "any"); err != nil {
		return nil, fmt.Errorf("whose: %w", err)
	}
	if o.MinAmount.Sign() < 0 || o.MinPercent < 0 {
		return nil, errors.New("thresholds must not be below nought")
	}
	return priceChange{o}, nil
}

// Judge implements alerts.Rule.
func (r priceChange) Judge(e *alerts.Event) []alerts.Finding {
	return happened(e, func(m move) alerts.Holds {
		switch {
		case m.own && r.o.Whose == "rival", !m.own && r.o.Whose == "own":
			return alerts.No
		case !m.was.Price.Known() || !m.now.Price.Known() || m.was.Price == m.now.Price:
			return alerts.No
		case r.Tells(m.was.Price, m.now.Price):
			return alerts.Happened
		}
		return alerts.Moved
	}, priceBefore)
}

// Tells implements alerts.Mover.
func (r priceChange) Tells(was, now money.Amount) bool {
	move, err := now.Sub(was)
	if err != nil || move.Sign() == 0 || (move.Sign() > 0 && r.o.Direction == "down") || (move.Sign() < 0 && r.o.Direction == "up") {
		return false
	}
	if reached, known := atLeast(move.Abs(), r.o.MinAmount); !reached || !known {
		return false
	}
	if r.o.MinPercent == 0 {
		return true
	}
	bp, err := now.BasisPoints(was)
	return err == nil && market.Percent(max(bp, -bp)) >= r.o.MinPercent
}
