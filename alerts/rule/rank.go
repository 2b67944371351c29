package rule

import (
	"cmp"
	"errors"
	"fmt"

	"pricegap/alerts"
	"pricegap/market/money"
)

func init() { register("rank", newRank) }

// rankOptions are the options of the rule "rank".
type rankOptions struct {
	When  string `yaml:"when" json:"when,omitzero" jsonschema:"lost, which is the default: our price is no longer among the lowest; won: it is again."`
	Place int    `yaml:"place" json:"place,omitzero" range:"1..100" jsonschema:"The last place that counts among the lowest, 1 to 100; 1 where not stated, which is the lowest price."`
}

// rank holds while our price stands, or stands no longer, among the lowest. Equal prices share the better place. It begins
// only when it is seen to begin, and where a rival's price is not known only what stands in either case is said.
type rank struct {
	won   bool
	place int
}

func newRank(o rankOptions) (alerts.Rule, error) {
	when, err := oneOf(o.When, "lost", "won")
	if err != nil {
		return nil, fmt.Errorf("when: %w", err)
	}
	if o.Place < 0 {
		return nil, errors.New("place: must not be below 1")
	}
	return rank{when == "won", cmp.Or(o.Place, 1)}, nil
}

// Judge implements alerts.Rule.
func (r rank) Judge(e *alerts.Event) []alerts.Finding { return field(e, true, r.holds) }

func (r rank) holds(_ money.Amount, all rivals) alerts.Holds {
	among, past := all.worst() <= r.place, all.best() > r.place
	switch {
	case r.won && among && all.known() > 0, !r.won && past:
		return alerts.Yes
	case among || past:
		return alerts.No
	}
	return alerts.Neither
}
