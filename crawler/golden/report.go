package golden

import (
	"strings"

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

// Against holds visits of the pages as they are now, one for each, against what is kept of them. A change of the shop's
// template, not of its prices, shows by fields that are lost and by other readers and places; what another of the pages
// still says at the same place is no sign of one, but for a price that another reader gives.
func Against(pages []Page, visits []crawler.Visit) []Report {
	there := places{}
	for _, v := range visits {
		for _, o := range v.Result.Offers {
			for f, e := range o.Evidence {
				there[placed{f, known.Place(known.At(e))}] = true
			}
		}
	}
	var out []Report
	for i, p := range pages {
		r, said := p.report(visits[i])
		switch kind := said.Failure; {
		case kind == market.FailInternalPanic:
			r.Verdict = Reading
		case kind.Info().Phase == "read" && !there.has(market.FieldPrice, p.Offers[0].Evidence[market.FieldPrice]):
			r.Differences = known.Compare(p.Role, known.Said{Offers: p.Offers}, said)
			r.Verdict = Template
		case kind != "":
			r.Verdict = Away
		default:
			r.Differences = known.Compare(p.Role, known.Said{Offers: p.Offers}, said)
			r.Verdict = there.verdict(r.Differences)
		}
		out = append(out, r)
	}
	return out
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

// places are where the pages say something now.
type places map[placed]bool

type placed struct {
	field market.Field
	place string
}

func (ps places) has(f market.Field, e market.Evidence) bool {
	return ps[placed{f, known.Place(known.At(e))}]
}

// verdict is what the differences of a page come to.
func (ps places) verdict(ds []known.Difference) Verdict {
	out := Same
	for _, d := range ds {
		number := d.Field == market.FieldSKU || d.Field == market.FieldGTIN || d.Field == market.FieldMPN
		left := d.Kind == known.Moved || d.Kind == known.Lost && !passing[d.Field]
		was, _, _ := strings.Cut(d.KeptAt, " ")
		is, _, _ := strings.Cut(d.ReadAt, " ")
		reader := d.Field == market.FieldPrice && d.Kind == known.Moved && was != is
		switch {
		case number && d.Offer == "" && d.Kept != "" && d.Read != "" && d.Kept != d.Read:
			return Product
		case reader, left && !ps[placed{d.Field, known.Place(d.KeptAt)}]:
			out = Template
		case out == Same:
			out = Values
		}
	}
	return out
}
