package feed

import (
	"io"
	"slices"
	"strings"

	"pricegap/market"
	"pricegap/parsers/feed/sheet"
)

// ReadMatches reads decided matches: CSV with a header, or JSONL, with one pair a row:
//
//	product;source;sku;kind;decision
//	1001;acme;A1;exact;accept
//
// product, source and one of listing, sku and url are needed. A listing is acme/sku:A1 as pricegap writes it, or
// sku:A1 or url:https://… without the source. kind is exact (the default) or equivalent, decision
// accept (the default) or reject. Errors: as Read.
func ReadMatches(r io.Reader) ([]market.Match, []BadRow, error) {
	var out []market.Match
	cols := columns{usual: matchNames}
	bad, err := each("", r, Options{}, func(rec sheet.Record) error {
		row, err := cols.row(rec, fProduct)
		if err != nil {
			return err
		}
		m, err := row.match()
		if err == nil {
			out = append(out, m)
		}
		return err
	})
	return out, bad, err
}

func (r row) match() (market.Match, error) {
	m := market.Match{
		Product: market.ProductID(r.get(fProduct).Text), Source: market.SourceID(r.get(fSource).Text),
		Exact: true, Method: "explicit", ScoreBasisPoints: 10_000, Decision: market.Accept, DecidedBy: market.NewText(r.get(fBy).Text),
		Why: []string{"decided by hand"},
	}
	var err error
	if m.Listing, err = r.listing(m.Source); err != nil {
		return m, err
	}
	if m.Listing == "" {
		m.Listing = market.Identify(m.Source, r.get(fURL).Text, market.Offer{
			SKU: r.get(fID).Text, Variant: market.NewText(r.get(fVariant).Text), Seller: market.NewText(r.get(fSeller).Text),
		})
	}
	switch {
	case m.Product == "":
		return m, r.bad(fProduct, "no product is given")
	case m.Source == "":
		return m, r.bad(fSource, "no source is given")
	case m.Listing == "":
		return m, BadRow{Line: r.Line, Reason: "it has neither listing nor sku nor url"}
	}
	switch k := strings.ToLower(r.get(fExact).Text); {
	case k == "" || slices.Contains([]string{"exact", "yes", "ja", "true", "1", "gelijk"}, k):
	case slices.Contains([]string{"equivalent", "no", "nee", "false", "0", "gelijkwaardig"}, k):
		m.Exact = false
	default:
		return m, r.bad(fExact, "%.40q is neither exact nor equivalent", k)
	}
	switch d := strings.ToLower(r.get(fDecision).Text); {
	case d == "" || slices.Contains([]string{"accept", "accepted", "ja", "yes", "goed", "akkoord"}, d):
	case slices.Contains([]string{"reject", "rejected", "nee", "no", "fout", "afgekeurd"}, d):
		m.Decision, m.ScoreBasisPoints = market.Reject, 0
	default:
		return m, r.bad(fDecision, "%.40q is neither accept nor reject", d)
	}
	return m, nil
}
