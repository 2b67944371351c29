package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"pricegap/market"
	"pricegap/market/gtin"
	"pricegap/market/link"
	"pricegap/market/money"
)

// isWhole reports whether a row is an observation whole, as JSON exports of a history hold it.
func (r row) isWhole() bool {
	return r.Raw != nil && slices.ContainsFunc(r.Names, func(n string) bool { return strings.HasPrefix(n, "offer_") })
}

// whole reads an observation whole and changes nothing of it. What no store of ours would hold is refused.
func (r row) whole() (market.Observation, error) {
	var o market.Observation
	if reason := document(r.Raw, &o); reason != "" {
		return o, BadRow{Line: r.Line, Reason: "it is no observation: " + reason}
	}
	return r.sound(o)
}

// document reads the one JSON object that there is; what is wrong with it is the answer.
func document(b []byte, to any) (reason string) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields() // a field that is dropped is history that is lost
	if err := dec.Decode(to); err != nil {
		return market.NewText(err.Error()).Plain()
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return "something follows the JSON object"
	}
	return ""
}

// unpacked reads an observation whole out of the columns of an exported history, of which one holds the offer as a document.
func (r row) unpacked(offer string) (market.Observation, error) {
	o := market.Observation{
		Source: market.SourceID(r.get(fSource).Text), Listing: market.ListingID(r.get(fListing).Text),
		Trust: market.Trust{State: market.TrustState(r.get(fStatus).Text), Reason: r.get(fReason).Text},
	}
	o.SeenAt, _ = r.moment(fSeenAt)
	if reason := document([]byte(offer), &o.Offer); reason != "" {
		return o, r.bad(fOffer, "it is no offer: %s", reason)
	}
	if err := r.readBack(&o); err != nil {
		return o, err
	}
	return r.sound(o)
}

// sound completes an observation that was given whole, and refuses what no store of ours would hold.
func (r row) sound(o market.Observation) (market.Observation, error) {
	bad := func(reason string) (market.Observation, error) {
		return market.Observation{}, BadRow{Line: r.Line, Reason: reason}
	}
	if o.Listing == "" {
		o.Listing = market.Identify(o.Source, o.Page, o.Offer)
	}
	if o.Trust.State == "" {
		o.Trust.State = market.Trusted
	}
	switch at, ok := inTime(o.SeenAt); {
	case o.Source == "":
		return bad("source: no source is given")
	case o.Listing == "":
		return bad("it has neither listing nor sku nor url")
	case len(o.Listing) > market.MaxListingBytes:
		return bad("listing: it is too long")
	case !ok:
		return bad("seen_at: it is missing, or no moment such as 2026-03-01T10:00:00Z")
	default:
		o.SeenAt = at
	}
	if f := strange(o); f != "" {
		return bad(f + ": it is nothing that a history holds")
	}
	return o, nil
}

// strange names the field of an observation whose value pricegap would not have written; "" where there is none.
func strange(o market.Observation) string {
	f := o.Offer
	for _, c := range []struct {
		name string
		ok   bool
	}{
		{"trust", knownTrust(o.Trust.State) && o.Trust.Needs >= 0},
		{"price", f.Price.Sign() > 0 || !f.Price.Known() || o.Trust.State != market.Trusted},
		{"stock", f.Stock == market.StockUnknown || f.Stock.Available() != market.AnswerUnknown},
		{"condition", slices.Contains([]market.Condition{"", market.ConditionNew, market.ConditionRefurbished, market.ConditionUsed, market.ConditionDamaged}, f.Condition)},
		{"vat", slices.Contains([]money.VAT{money.VATUnknown, money.VATIncluded, money.VATExcluded}, f.VAT)},
		{"pickup", slices.Contains([]market.Answer{market.AnswerUnknown, market.AnswerYes, market.AnswerNo}, f.Pickup)},
		{"gtin", f.GTIN == "" || isGTIN(f.GTIN)},
		{"page", isAddress(o.Page)},
		{"url", isAddress(f.URL)},
		{"image", isAddress(f.Image)},
		{"source", shows(string(o.Source))},
		{"listing", shows(string(o.Listing))},
		{"sku", shows(f.SKU)},
		{"mpn", shows(f.MPN)},
		{"run", shows(string(o.Run), o.Parser, o.Body)},
		{"trust", shows(o.Trust.Reason)},
	} {
		if !c.ok {
			return c.name
		}
	}
	for field, e := range f.Evidence {
		if !shows(string(field), e.Reader, e.Where) {
			return "evidence"
		}
	}
	for branch := range f.BranchStock {
		if !shows(branch) {
			return "branch_stock"
		}
	}
	return ""
}

func knownTrust(s market.TrustState) bool {
	return s == market.Trusted || s == market.Quarantined || s == market.Refused
}

func isGTIN(s string) bool {
	_, err := gtin.Parse(s)
	return err == nil
}

func isAddress(s string) bool {
	_, err := link.Resolve("", s)
	return s == "" || err == nil && shows(s)
}

// shows reports whether nothing in the strings acts on a display.
func shows(ss ...string) bool {
	return !slices.ContainsFunc(ss, func(s string) bool { return market.Printable(s) != s })
}
