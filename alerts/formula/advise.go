package formula

import (
	"context"

	"pricegap/market"
)

// Advise says whether we match a rival's price of a product at this moment; a nil one says nothing.
type Advise func(context.Context, market.ProductID, market.SourceID) (market.Verdict, error)

// Give returns an alert with the verdict on their price: a new one where that price, ours, either with delivery, the gap,
// their stock or the state of the alert is another than it was. An alert waits for no verdict: one that cannot be had is missing, and is asked for at the next change.
func (ask Advise) Give(ctx context.Context, was, a market.Alert) market.Alert {
	f := a.Facts
	same := was.Facts.Verdict.Outcome != "" && was.Transition == a.Transition && was.Facts.Theirs.Price == f.Theirs.Price &&
		was.Facts.Ours.Price == f.Ours.Price && was.Facts.Theirs.Delivered == f.Theirs.Delivered &&
		was.Facts.Ours.Delivered == f.Ours.Delivered && was.Facts.Gap == f.Gap && was.Facts.Theirs.Stock == f.Theirs.Stock
	over := a.State == market.AlertInactive || a.State == market.AlertResolved
	switch {
	case ask == nil || same:
		return a
	case over || a.Topic.Product == "" || !f.Theirs.Price.Known() || f.Theirs.Source == f.Ours.Source:
		a.Facts.Verdict = market.Verdict{}
		return a
	}
	v, err := ask(ctx, a.Topic.Product, f.Theirs.Source)
	if err != nil {
		v = market.Verdict{}
	}
	a.Facts.Verdict = v
	return a
}
