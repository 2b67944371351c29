package rule

import (
	"pricegap/alerts"
	"pricegap/market"
)

func init() { register("shop_changed", newShopChanged) }

// shopChangedOptions are the options of the rule "shop_changed": there are none.
type shopChangedOptions struct{}

// shopChanged holds while a whole shop is odd: what is new of it is held back and raises no alert of its own, so one
// message stands for all.
type shopChanged struct{}

func newShopChanged(shopChangedOptions) (alerts.Rule, error) { return shopChanged{}, nil }

// Judge implements alerts.Rule.
func (shopChanged) Judge(e *alerts.Event) []alerts.Finding {
	if e.Source.ID == "" || e.Run == nil {
		return nil
	}
	f := market.Facts{Theirs: market.Side{Source: e.Source.ID, Name: e.Source.Name}, Odd: e.Run.Odd}
	holds := alerts.Neither // a run that saw nothing
	switch {
	case len(e.Run.Odd) > 0:
		holds = alerts.Yes
	case e.Run.Good():
		holds = alerts.No
	}
	return []alerts.Finding{{Topic: market.Topic{Source: e.Source.ID}, Holds: holds, Facts: func() market.Facts { return f }}}
}
