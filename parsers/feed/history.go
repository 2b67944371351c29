package feed

import (
	"io"
	"math"
	"time"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/feed/sheet"
)

// ReadObservations reads history from elsewhere: JSONL, Parquet, or CSV and the other formats of a catalogue, with one
// observation a row:
//
//	{"source":"acme","sku":"A1","seen_at":"2026-03-01T10:00:00Z","price":"12.99","currency":"EUR","stock":"in_stock"}
//
// source, seen_at and one of listing, sku and url are needed, and a price, a range or a stock. seen_at is RFC 3339,
// or a date, which means its beginning in UTC. Further fields are those of a catalogue, low_price, high_price,
// seller, and status with its reason; where no status is given the observation is trusted. A listing that is not
// given is identified as a crawl would.
//
// An exported history is read as well, and gives the observations back that it holds: as JSON they are whole, and so they
// are in Parquet; in another table they are its columns. Errors: as Read.
func ReadObservations(r io.Reader) ([]market.Observation, []BadRow, error) {
	var out []market.Observation
	bad, err := EachObservation(r, func(o market.Observation, _ int) error {
		out = append(out, o)
		return nil
	})
	return out, bad, err
}

// EachObservation is ReadObservations for a file of any length: it hands each observation to yield, with its
// line, as it is read; those that say the same share their maps, which nobody may change. A BadRow that yield returns is a bad row like any other; another error ends it.
func EachObservation(r io.Reader, yield func(o market.Observation, line int) error) ([]BadRow, error) {
	var last echo
	cols := columns{usual: observationNames}
	return each("", r, Options{}, func(rec sheet.Record) error {
		if o, ok := last.again(rec); ok {
			return yield(o, rec.Line)
		}
		r, o, err := cols.observation(rec)
		if err != nil {
			return err
		}
		last = echoOf(r, o)
		return yield(o, rec.Line)
	})
}

// observation reads a record as an observation. A line as export history writes it needs no columns.
func (c *columns) observation(rec sheet.Record) (r row, o market.Observation, err error) {
	if isExported(rec.Raw) {
		r = row{rec, c}
		o, err = r.whole()
		return r, o, err
	}
	if r, err = c.row(rec, fSource); err == nil {
		o, err = r.observation()
	}
	return r, o, err
}

func (r row) observation() (market.Observation, error) {
	if r.isWhole() {
		return r.whole()
	}
	if offer := r.get(fOffer).Text; offer != "" && r.exported && r.Literal {
		return r.unpacked(offer)
	}
	at := r.get(fSeenAt).Text
	seenAt, dated := r.moment(fSeenAt)
	o := market.Observation{
		Source: market.SourceID(r.get(fSource).Text), SeenAt: seenAt,
		Parser: "import", Trust: market.Trust{State: market.TrustState(r.get(fStatus).Text), Reason: r.get(fReason).Text},
	}
	switch {
	case o.Source == "":
		return o, r.bad(fSource, "no source is given")
	case at == "":
		return o, r.bad(fSeenAt, "no seen_at is given")
	case !dated:
		return o, r.bad(fSeenAt, "%.40q is no moment such as 2026-03-01T10:00:00Z", at)
	case o.Trust.State != "" && !knownTrust(o.Trust.State):
		return o, r.bad(fStatus, "%.40q is none of trusted, quarantined and refused", string(o.Trust.State))
	case !shows(o.Trust.Reason):
		return o, r.bad(fReason, "%.40q is no reason", o.Trust.Reason)
	case o.Trust.State == "":
		o.Trust.State = market.Trusted
	}
	var err error
	if o.Listing, err = r.listing(o.Source); err != nil {
		return o, err
	}
	if o.Offer, err = r.offer(Options{}); err != nil {
		return o, err
	}
	for f, e := range o.Offer.Evidence {
		e.Reader = "import"
		o.Offer.Evidence[f] = e
	}
	o.Page = o.Offer.URL
	if r.exported {
		if err := r.readBack(&o); err != nil {
			return o, err
		}
	}
	if o.Listing == "" {
		o.Listing = market.Identify(o.Source, o.Page, o.Offer)
	}
	switch {
	case o.Listing == "":
		return o, BadRow{Line: r.Line, Reason: "it has neither listing nor sku nor url"}
	case !r.exported && !o.Offer.Price.Known() && !o.Offer.Low.Known() && o.Offer.Stock == market.StockUnknown:
		return o, BadRow{Line: r.Line, Reason: "it has neither a price nor a stock"}
	}
	return o, nil
}

// readBack reads what an exported history says of an observation besides its offer; older ones have no such columns.
func (r row) readBack(o *market.Observation) error {
	for f, to := range map[field]*string{fPage: &o.Page, fRun: (*string)(&o.Run), fParser: &o.Parser, fBody: &o.Body} {
		if _, ok := r.at[f]; !ok {
			continue
		}
		if *to = r.get(f).Text; !shows(*to) || f == fPage && !isAddress(*to) {
			return r.bad(f, "%.40q is nothing that a history holds", *to)
		}
	}
	o.Trust.By = market.NewText(r.get(fBy).Text)
	if c := r.number(fNeeds); c.Text != "" {
		n, ok := count(c)
		needs, _ := n.Get()
		if !ok || needs < 0 || needs > math.MaxInt32 {
			return r.bad(fNeeds, "%.40q is no count", c.Text)
		}
		o.Trust.Needs = int(needs)
	}
	if c := r.get(fDecidedAt); c.Text != "" {
		at, ok := r.moment(fDecidedAt)
		if !ok {
			return r.bad(fDecidedAt, "%.40q is no moment such as 2026-03-01T10:00:00Z", c.Text)
		}
		o.Trust.DecidedAt = at
	}
	return nil
}

// moment reads a time as text or as a spreadsheet has it.
func (r row) moment(f field) (t time.Time, ok bool) {
	c := r.get(f)
	if c.Plain && !r.Loose {
		return serial(c.Text)
	}
	return moment(c.Text)
}

func moment(s string) (t time.Time, ok bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return inTime(t)
		}
	}
	return t, false
}

// inTime returns t as an observation holds it; 1 January 1970 and before often mean that none is set.
func inTime(t time.Time) (time.Time, bool) {
	return t.UTC().Truncate(time.Second), t.Unix() > 0 && t.Year() <= 9999
}

// serial reads the time of a spreadsheet: days since 30 December 1899.
func serial(s string) (t time.Time, ok bool) {
	days, ok := machineAmount(s, "XXX")
	if !ok || days.Micros() < 0 || days.Micros() > 3_000_000*money.Micros {
		return t, false
	}
	whole, part := days.Micros()/money.Micros, days.Micros()%money.Micros
	day := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(whole))
	return inTime(day.Add(time.Duration(part) * 86_400 * time.Microsecond).Round(time.Second))
}
