package watch

import (
	"context"
	"errors"
	"time"

	"pricegap/alerts"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/rehearse"
)

// errRules is returned where no rules can be tried.
var errRules = errors.New("watch: no rules can be read here")

// rehearseLook is how often a rehearsal looks for prices that have grown stale.
const rehearseLook = 6 * time.Hour

// Rehearse implements rehearse.Rehearser: another Watcher lives through history.
func (w *Watcher) Rehearse(ctx context.Context, q rehearse.Query) (rehearse.Trial, error) {
	if w.ReadRules == nil {
		return rehearse.Trial{}, errRules
	}
	rules, err := w.ReadRules(q.Ruling)
	if err != nil {
		return rehearse.Trial{}, err
	}
	c := rehearse.Company{Store: w.Store, Rules: rules, Channels: w.Channels, Now: w.Clock()}
	for _, s := range w.Shops {
		c.Shops = append(c.Shops, s.ID)
	}
	c.Stage = func(st store.Store, channels []alerts.Channel, clock market.Clock) (func(context.Context, bool) error, error) {
		o := w.Options
		o.Store, o.Rules, o.Channels, o.Clock, o.Log, o.LookEvery = st, rules, channels, clock, nil, rehearseLook
		then, err := New(o)
		if err != nil {
			return nil, err
		}
		products, err := w.products(ctx, StandingQuery{})
		if err != nil {
			return nil, err
		}
		ids := make([]market.ProductID, 0, len(products))
		for _, p := range products {
			ids = append(ids, p.ID)
		}
		return func(ctx context.Context, ended bool) error {
			if ended {
				clear(then.pasts)
			}
			_, err := then.Deliver(ctx)
			return err
		}, then.judge.Present(ctx, ids)
	}
	return rehearse.Run(ctx, c, q.Since)
}
