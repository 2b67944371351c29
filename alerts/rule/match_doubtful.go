package rule

import (
	"errors"

	"pricegap/alerts"
	"pricegap/alerts/formula"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/gtin"
)

func init() { register("match_doubtful", newMatchDoubtful) }

// matchDoubtfulOptions are the options of the rule "match_doubtful".
type matchDoubtfulOptions struct {
	Score market.Percent `yaml:"score" json:"score,omitzero" jsonschema:"Doubt what was matched with less certainty than this, such as 99; nothing is doubted for it where not stated."`
	Gap   market.Percent `yaml:"gap" json:"gap,omitzero" jsonschema:"Doubt a match where the two prices differ by at least this many percent of ours; 60 where not stated."`
}

// matchDoubtful holds while a listing that is taken for a product of ours may be another article: it shows another GTIN than
// ours, it was matched with little certainty, or its price is worlds apart. A match that a person has decided is not doubted.
type matchDoubtful struct{ o matchDoubtfulOptions }

func newMatchDoubtful(o matchDoubtfulOptions) (alerts.Rule, error) {
	if o.Score < 0 || o.Score > 100_00 || o.Gap < 0 {
		return nil, errors.New("score and gap must not be below nought, nor score above 100")
	}
	if o.Gap == 0 {
		o.Gap = 60_00
	}
	return matchDoubtful{o}, nil
}

// Judge implements alerts.Rule.
func (r matchDoubtful) Judge(e *alerts.Event) []alerts.Finding {
	s := &e.Standing
	if s.Product.ID == "" {
		return nil
	}
	out := make([]alerts.Finding, 0, len(s.Rivals))
	for i := range s.Rivals {
		p := &s.Rivals[i]
		f := finding(s, p, compare.Shelf, alerts.No)
		switch {
		case p.Listing == "" || p.Match.DecidedBy.Known():
		case unseen(p):
			f.Holds = alerts.Neither
		default:
			if doubt := r.doubt(s, p); doubt != "" {
				f = saying(finding(s, p, compare.Shelf, alerts.Yes), func(f *market.Facts) { f.Doubt = doubt })
			}
		}
		out = append(out, f)
	}
	return out
}

// doubt says why a listing may be another article, or nothing.
func (r matchDoubtful) doubt(s *compare.Standing, p *compare.Position) string {
	theirs, ok := gtin.Normalize(p.Seen.Offer.GTIN)
	var bp int64
	if s.Ours.Comparable && p.Comparable {
		_, gap := formula.Gap(s.Ours.Price, p.Price)
		bp, _ = gap.Get()
	}
	switch {
	case ok && p.Match.Exact && s.Product.GTIN != "" && theirs != s.Product.GTIN:
		return "gtin"
	case p.Match.Exact && market.Percent(p.Match.ScoreBasisPoints) < r.o.Score:
		return "score"
	case market.Percent(max(bp, -bp)) >= r.o.Gap:
		return "price"
	}
	return ""
}
