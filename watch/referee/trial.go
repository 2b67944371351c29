package referee

import (
	"context"
	"strings"
	"time"

	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
)

// Backtest implements Judge. One moment a day is judged, the same time of the day as now, so that it ends with the present; of a
// product the verdict that counts for a day is the one that grants most.
func (r *Referee) Backtest(ctx context.Context, q BacktestQuery) (policy.Trial, error) {
	p := r.policy
	if q.Policy != nil {
		p = q.Policy
	}
	if p == nil {
		return policy.Trial{}, nil
	}
	now := r.clock()
	var days []time.Time
	for at := now; !at.Before(q.Since); at = at.AddDate(0, 0, -1) {
		days = append(days, at)
	}
	t := policy.NewTrial(*p, q.Since, now, len(days))
	if len(days) == 0 {
		return t, nil
	}
	b := r.bench(*p, q.Sources, q.Store)
	// Nobody asks because of a price that is no longer known.
	fresh := func(p compare.Position) bool { return !p.Stale && p.NotBecause != compare.TooOld }
	for product, err := range r.store.Products(ctx) {
		if err != nil {
			return t, err
		}
		if !wanted(product, q) {
			continue
		}
		f, err := b.file(ctx, product, days[len(days)-1], now)
		if err != nil {
			return t, err
		}
		before := t.Asked
		for _, at := range days {
			t.Count(b.judge(f, at, policy.Staff, fresh))
		}
		if t.Asked > before {
			t.Products++
		}
	}
	return t, nil
}

func wanted(p market.Product, q BacktestQuery) bool {
	return strings.HasPrefix(strings.ToLower(p.Category.Plain()), strings.ToLower(q.Category)) &&
		(q.Brand == "" || strings.EqualFold(p.Brand.Plain(), q.Brand))
}
