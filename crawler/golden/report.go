package golden

import (
	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers/known"
)

// Verdict says what a page is found to be, held against what is kept of it.
type Verdict string

// The verdicts.
const (
	Same     Verdict = "same"     // everything is read as it is kept
	Reading  Verdict = "reading"  // the kept page is read otherwise than when it was kept, or the parser fails
	Values   Verdict = "values"   // prices or other values have changed; they are read as they were
	Product  Verdict = "product"  // the page shows another product
	Template Verdict = "template" // fields are lost, or another reader or another place gives them
	Away     Verdict = "away"     // the page cannot be had, or is no longer one of a product
)

// Report is how one page is read.
type Report struct {
	Page    string  `json:"page"`
	URL     string  `json:"url"`
	Verdict Verdict `json:"verdict"`
	// Failure is set where nothing is read, with its Message.
	Failure     market.FailureKind `json:"failure,omitzero"`
	Message     string             `json:"message,omitzero"`
	Differences []known.Difference `json:"differences,omitzero"`
}

// Wrong reports whether somebody has to look: values may change by themselves.
func (r Report) Wrong() bool { return r.Verdict != Same && r.Verdict != Values }

// Replay reads the kept page with the parser and the configuration of the site as they are now. Another reader or place
// that gives the same value makes no difference; everything else does.
func (p Page) Replay(site crawler.Site) Report {
	r, said := p.report(p.Visit(site))
	for _, d := range known.Compare(p.Role, known.Said{Offers: p.Offers}, said) {
		if d.Kept != d.Read {
			r.Differences = append(r.Differences, d)
		}
	}
	if r.Verdict = Same; len(r.Differences) > 0 {
		r.Verdict = Reading
	}
	return r
}

// Against holds a visit of the page as it is now against what is kept: a change of the shop's template, not of its prices,
// shows by fields that are lost and by other readers and places.
func (p Page) Against(v crawler.Visit) Report {
	r, said := p.report(v)
	switch kind := said.Failure; {
	case kind == market.FailInternalPanic:
		r.Verdict = Reading
		return r
	case kind.Info().Phase == "read":
		r.Verdict = Template
	case kind != "":
		r.Verdict = Away
		return r
	}
	r.Differences = known.Compare(p.Role, known.Said{Offers: p.Offers}, said)
	if r.Verdict == "" {
		r.Verdict = verdict(r.Differences)
	}
	return r
}

func (p Page) report(v crawler.Visit) (Report, known.Said) {
	said := known.By(v.Result)
	if v.Failure != nil {
		said = known.Said{Failure: v.Failure.Kind, Message: v.Failure.Error()}
	}
	return Report{Page: p.Name, URL: p.Asked, Failure: said.Failure, Message: said.Message}, said
}

// passing are fields that come and go with an offer: that one is lost says nothing of the template.
var passing = map[market.Field]bool{
	known.Offer: true, market.FieldLowPrice: true, market.FieldHighPrice: true, market.FieldReference: true, market.FieldMember: true,
	market.FieldCoupon: true, market.FieldPerMonth: true, market.FieldUnitPrice: true, market.FieldShipping: true,
	market.FieldStockCount: true, market.FieldDelivery: true, market.FieldPickup: true, market.FieldSeller: true,
	market.FieldServices: true, market.FieldRating: true,
}

// verdict is what the differences of a page come to.
func verdict(ds []known.Difference) Verdict {
	out := Same
	for _, d := range ds {
		number := d.Field == market.FieldSKU || d.Field == market.FieldGTIN || d.Field == market.FieldMPN
		switch {
		case number && d.Offer == "" && d.Kept != "" && d.Read != "" && d.Kept != d.Read:
			return Product
		case d.Kind == known.Moved, d.Kind == known.Lost && !passing[d.Field]:
			out = Template
		case out == Same:
			out = Values
		}
	}
	return out
}
