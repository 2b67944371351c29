package rule

import (
	"errors"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

func init() { register("price_change", newPriceChange) }

// priceChangeOptions are the options of the rule "price_change".
type priceChangeOptions struct {
	Direction  string         `yaml:"direction" json:"direction,omitzero" jsonschema:"Which way the price must move: up, down or any, which is the default."`
	Whose      string         `yaml:"whose" json:"whose,omitzero" jsonschema:"Whose price: rival, which is the default, own or any."`
	MinAmount  money.Amount   `yaml:"min_amount" json:"min_amount,omitzero" jsonschema:"Pass over smaller moves, such as 1.00 EUR; with min_percent both must be reached."`
	MinPercent market.Percent `yaml:"min_percent" json:"min_percent,omitzero" jsonschema:"Pass over moves of fewer percent of the price before."`
}

// priceChange tells that a trusted price moved. It happens; it has no end.
type priceChange struct{ o priceChangeOptions }

func newPriceChange(o priceChangeOptions) (alerts.Rule, error) {
	if o.Direction == "" {
		o.Direction = "any"
	}
	if o.Whose == "" {
		o.Whose = "rival"
	}
	switch {
	case o.Direction != "up" && o.Direction != "down" && o.Direction != "any":
		return nil, errors.New("direction: must be up, down or any")
	case o.Whose != "rival" && o.Whose != "own" && o.Whose != "any":
		return nil, errors.New("whose: must be rival, own or any")
	case o.MinAmount.Sign() < 0 || o.MinPercent < 0:
		return nil, errors.New("thresholds must not be below nought")
	}
	return priceChange{o}, nil
}

// Judge implements alerts.Rule.
func (r priceChange) Judge(e alerts.Event) []alerts.Finding {
	old, ok := before(e)
	if !ok || e.Standing.Product.ID == "" {
		return nil
	}
	p, ok := changed(e)
	own := p.Source == e.Standing.Ours.Source
	if !ok || unlike(p) || (own && r.o.Whose == "rival") || (!own && r.o.Whose == "own") {
		return nil
	}
	was, ok := onOurBasis(old.Offer.Price, e.Change.After.Offer.Price, p.Price)
	if !ok || was == p.Price {
		return nil
	}
	holds := alerts.Happened
	if !r.Tells(was, p.Price) {
		holds = alerts.Moved
	}
	theirs := p
	if own {
		theirs = compare.Position{}
	}
	f := facts(e.Standing, theirs, compare.Shelf)
	f.Before = was
	return []alerts.Finding{{Topic: topic(e.Standing, p.Source), Holds: holds, Facts: f}}
}

// onOurBasis brings the price before onto the VAT basis on which shown says what now says on the page's own.
// It is false where that cannot be done, or where a price is unknown.
func onOurBasis(was, now, shown money.Amount) (money.Amount, bool) {
	if _, err := was.Cmp(now); err != nil || !shown.Known() {
		return money.Amount{}, false
	}
	if now == shown {
		return was, true
	}
	v, err := was.Scale(shown.Micros(), now.Micros())
	return v, err == nil && v.Currency() == shown.Currency()
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
