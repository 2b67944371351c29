package rule

import (
	"cmp"
	"errors"
	"fmt"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
)

func init() { register("delivery", newDelivery) }

// deliveryOptions are the options of the rule "delivery".
type deliveryOptions struct {
	When string `yaml:"when" json:"when,omitzero" jsonschema:"faster, which is the default: a rival begins to promise an earlier delivery than we do; slower: a later one."`
	Days int    `yaml:"days" json:"days,omitzero" range:"1..365" jsonschema:"By how many days at least, 1 to 365; 1 where not stated."`
}

// delivery holds while a rival promises to deliver earlier, or later, than we do. It begins only when it is seen to
// begin; who has none to sell delivers to nobody.
type delivery struct {
	slower bool
	days   int64
}

func newDelivery(o deliveryOptions) (alerts.Rule, error) {
	when, err := oneOf(o.When, "faster", "slower")
	if err != nil {
		return nil, fmt.Errorf("when: %w", err)
	}
	if o.Days < 0 {
		return nil, errors.New("days: must not be below 1")
	}
	return delivery{when == "slower", int64(cmp.Or(o.Days, 1))}, nil
}

// Judge implements alerts.Rule.
func (r delivery) Judge(e *alerts.Event) []alerts.Finding {
	return state(e, compare.Shelf, true, r.holds)
}

func (r delivery) holds(c *Case) alerts.Holds {
	we, known := c.Ours.DeliveryDays.Get()
	they, known2 := c.Theirs.DeliveryDays.Get()
	if r.slower {
		we, they = they, we
	}
	switch {
	case c.Theirs.Available == market.AnswerNo:
		return alerts.No
	case !known || !known2:
		return alerts.Neither
	case we-they >= r.days:
		return alerts.Yes
	}
	return alerts.No
}
