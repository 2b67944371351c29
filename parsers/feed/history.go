package feed

import (
	"io"
	"slices"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/parsers/feed/sheet"
)

// ReadObservations reads history from elsewhere: JSONL, or CSV and the other formats of a catalogue, with one
// observation a row:
//
//	{"source":"acme","sku":"A1","seen_at":"2026-03-01T10:00:00Z","price":"12.99","currency":"EUR","stock":"in_stock"}
//
// source, seen_at and one of listing, sku and url are needed, and a price or a stock. seen_at is RFC 3339, or
// a date, which means its beginning in UTC. Further fields are those of a catalogue and seller. The
// observations are trusted; a listing that is not given is identified as a crawl would. Errors: as Read.
func ReadObservations(r io.Reader) ([]market.Observation, []BadRow, error) {
	var out []market.Observation
	bad, err := EachObservation(r, func(o market.Observation, _ int) error {
		out = append(out, o)
		return nil
	})
	return out, bad, err
}

// EachObservation is ReadObservations for a file of any length: it hands each observation to yield, with its
// line, as it is read. A BadRow that yield returns is a bad row like any other; another error ends it.
func EachObservation(r io.Reader, yield func(o market.Observation, line int) error) ([]BadRow, error) {
	return eachRow(r, observationNames, fSource, func(row row) error {
		o, err := row.observation()
		if err != nil {
			return err
		}
		return yield(o, row.Line)
	})
}

// eachRow is each for a file with those columns, of which need must be there.
func eachRow(r io.Reader, usual names, need field, do func(row) error) ([]BadRow, error) {
	cols := columns{usual: usual}
	return each("", r, Options{}, func(rec sheet.Record) error {
		if err := cols.use(rec); err != nil {
			return err
		}
		if err := cols.need(rec, need); err != nil {
			return err
		}
		return do(row{rec, &cols})
	})
}

func (r row) observation() (market.Observation, error) {
	at := r.get(fSeenAt).Text
	seenAt, dated := moment(at)
	o := market.Observation{
		Source: market.SourceID(r.get(fSource).Text), Listing: market.ListingID(r.get(fListing).Text), SeenAt: seenAt,
		Parser: "import", Trust: market.Trust{State: market.Trusted},
	}
	switch {
	case o.Source == "":
		return o, r.bad(fSource, "no source is given")
	case len(o.Listing) > market.MaxListingBytes || market.Printable(string(o.Listing)) != string(o.Listing):
		return o, r.bad(fListing, "it is no listing")
	case at == "":
		return o, r.bad(fSeenAt, "no seen_at is given")
	case !dated:
		return o, r.bad(fSeenAt, "%.40q is no moment such as 2026-03-01T10:00:00Z", at)
	}
	var err error
	if o.Offer, err = r.offer(Options{}); err != nil {
		return o, err
	}
	for f, e := range o.Offer.Evidence {
		e.Reader = "import"
		o.Offer.Evidence[f] = e
	}
	o.Page = o.Offer.URL
	if o.Listing == "" {
		o.Listing = market.Identify(o.Source, o.Page, o.Offer)
	}
	switch {
	case o.Listing == "":
		return o, BadRow{Line: r.Line, Reason: "it has neither listing nor sku nor url"}
	case !o.Offer.Price.Known() && o.Offer.Stock == market.StockUnknown:
		return o, BadRow{Line: r.Line, Reason: "it has neither a price nor a stock"}
	}
	return o, nil
}

func moment(s string) (t time.Time, ok bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC().Truncate(time.Second), t.Unix() > 0 && t.Year() <= 9999 // 1 January 1970 often means that none is set
		}
	}
	return t, false
}

// ReadMatches reads decided matches: CSV with a header, or JSONL, with one pair a row:
//
//	product;source;sku;kind;decision
//	1001;acme;A1;exact;accept
//
// product, source and one of listing, sku and url are needed. kind is exact (the default) or equivalent, decision
// accept (the default) or reject. Errors: as Read.
func ReadMatches(r io.Reader) ([]market.Match, []BadRow, error) {
	var out []market.Match
	bad, err := eachRow(r, matchNames, fProduct, func(row row) error {
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
		Product: market.ProductID(r.get(fProduct).Text), Source: market.SourceID(r.get(fSource).Text), Listing: market.ListingID(r.get(fListing).Text),
		Exact: true, Method: "explicit", ScoreBasisPoints: 10_000, Decision: market.Accept, DecidedBy: market.NewText(r.get(fBy).Text),
		Why: []string{"decided by hand"},
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
