package rule

import (
	"cmp"
	"errors"

	"pricegap/alerts"
)

func init() { register("own_stale", newOwnStale) }

// ownStaleOptions are the options of the rule "own_stale".
type ownStaleOptions struct {
	Intervals int `yaml:"intervals" json:"intervals,omitzero" range:"1..1000" jsonschema:"After how many intervals of our own source in which nothing brought its prices; 1 to 1000; 2 where not stated."`
}

// newOwnStale returns the rule "source_blind" about ourselves: the catalogue, or a crawl of our own shop, has not brought our prices for
// some intervals. They are stale by then and nothing is compared with them.
func newOwnStale(o ownStaleOptions) (alerts.Rule, error) {
	if o.Intervals < 0 {
		return nil, errors.New("intervals: must not be below nought")
	}
	return sourceBlind{intervals: cmp.Or(o.Intervals, 2), own: true}, nil
}
