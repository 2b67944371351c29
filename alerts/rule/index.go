package rule

import (
	"cmp"
	"errors"

	"pricegap/alerts"
	"pricegap/market"
	"pricegap/market/money"
)

func init() { register("index", newIndex) }

// indexOptions are the options of the rule "index".
type indexOptions struct {
	Below  market.Percent `yaml:"below" json:"below,omitzero" jsonschema:"Tell when our price is less than this many percent of the mean of the rivals, such as 95."`
	Above  market.Percent `yaml:"above" json:"above,omitzero" jsonschema:"Tell when our price is more than this many percent of the mean of the rivals, such as 105."`
	Clear  market.Percent `yaml:"clear" json:"clear,omitzero" jsonschema:"It is over when the price is this many points inside the band; at its edge where not stated."`
	Rivals int            `yaml:"rivals" json:"rivals,omitzero" range:"1..100" jsonschema:"Of how many rivals at least, 1 to 100; 2 where not stated."`
}

// index holds while our price is outside a band around the mean of the rivals. The band of a category is an exception of
// the rule. Where one of the rivals is not known, nothing is said.
type index struct{ o indexOptions }

func newIndex(o indexOptions) (alerts.Rule, error) {
	switch {
	case o.Below < 0 || o.Above < 0 || o.Clear < 0 || o.Rivals < 0:
		return nil, errors.New("limits must not be below nought")
	case o.Above != 0 && o.Below+2*o.Clear >= o.Above:
		return nil, errors.New("below: must be under above, with clear between them")
	case o.Below == 0 && o.Above == 0:
		o.Below, o.Above = 90_00, 110_00
	}
	o.Rivals = cmp.Or(o.Rivals, 2)
	return index{o}, nil
}

// Judge implements alerts.Rule.
func (r index) Judge(e *alerts.Event) []alerts.Finding { return field(e, false, r.holds) }

func (r index) holds(ours money.Amount, all rivals) alerts.Holds {
	if all.hidden == 0 && all.known() < r.o.Rivals {
		return alerts.No
	}
	n, known := all.index(ours).Get()
	at := market.Percent(n)
	switch {
	case !known:
		return alerts.Neither
	case at < r.o.Below, r.o.Above != 0 && at > r.o.Above:
		return alerts.Yes
	case at >= r.o.Below+r.o.Clear && (r.o.Above == 0 || at <= r.o.Above-r.o.Clear):
		return alerts.No
	}
	return alerts.Neither
}
