package facts

import (
	"context"
	"time"

	"pricegap/alerts/notify/lang"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/watch/referee"
)

// Advice is what the price-match policy says of a rival's price to staff, and why.
type Advice struct{ Outcome, Why string }

// Verdicts are what staff may do about each rival's price of a product at this moment, in the words of a language.
func Verdicts(ctx context.Context, j referee.Judge, id market.ProductID, language string, at time.Time) (map[market.SourceID]Advice, error) {
	vs, err := j.Verdicts(ctx, referee.Query{Product: id, Role: policy.Staff})
	out := make(map[market.SourceID]Advice, len(vs))
	for _, v := range vs {
		outcome, why := lang.Of(language).Say(v.Brief(), at)
		out[v.Source] = Advice{outcome, why}
	}
	return out, err
}
