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
		f := alerts.Finding{Topic: topic(s, p.Source), Holds: alerts.No, Facts: formula.Of(s, p, compare.Shelf)}
		switch {
		case p.Listing == "" || p.Match.DecidedBy.Known():
		case unseen(p):
			f.Holds = alerts.Neither
		default:
			if f.Facts.Doubt = r.doubt(s, p, f.Facts.GapBasisPoints); f.Facts.Doubt != "" {
				f.Holds = alerts.Yes
			}
		}
		out = append(out, f)
	}
	return out
}

// doubt says why a listing may be another article, or nothing.
func (r matchDoubtful) doubt(s *compare.Standing, p *compare.Position, gap market.Count) string {
	theirs, ok := gtin.Normalize(p.Seen.Offer.GTIN)
	bp, _ := gap.Get()
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
