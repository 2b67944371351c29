package known

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"pricegap/market"
	"pricegap/parsers"
)

// Kind says how what a page says differs from what is known.
type Kind string

// The kinds of differences.
const (
	Changed Kind = "changed" // the same reader finds another value at the same place
	Lost    Kind = "lost"    // a field that was known is not read
	Gained  Kind = "gained"  // a field is read that was not known
	Moved   Kind = "moved"   // another reader or another place gives the field, perhaps another value
)

// What else differs than a field of an offer; it stands in the place of the field.
const (
	Failure market.Field = "failure" // what is wrong with the page as a whole
	Offer   market.Field = "offer"   // a whole offer
)

// Difference is one field that is read otherwise than it is known.
type Difference struct {
	// Offer says which offer of the page, in the words of its variant or seller; empty for the page's own.
	Offer string       `json:"offer,omitzero"`
	Field market.Field `json:"field"`
	Kind  Kind         `json:"kind"`
	// Kept is the known value, Read the one that was read; empty is unknown.
	Kept string `json:"kept,omitzero"`
	Read string `json:"read,omitzero"`
	// KeptAt and ReadAt are the reader and the place of each.
	KeptAt string `json:"kept_at,omitzero"`
	ReadAt string `json:"read_at,omitzero"`
}

// String is the difference in one line of text from the page: whoever prints it makes it safe.
func (d Difference) String() string {
	known := func(v, at string) string {
		if v = cmp.Or(v, "unknown"); at != "" {
			v += " (" + at + ")"
		}
		return v
	}
	name := string(d.Field)
	if d.Offer != "" {
		name = d.Offer + ": " + name
	}
	return fmt.Sprintf("%s %s: kept %s, read %s", name, d.Kind, known(d.Kept, d.KeptAt), known(d.Read, d.ReadAt))
}

// Compare returns how what is read differs from what is known, field by field: the page's own offer where it is a
// product page, then the others by their variant, seller, condition and article number. Links and messages are not compared.
func Compare(role parsers.Role, kept, read Said) []Difference {
	var out []Difference
	if kept.Failure != read.Failure {
		out = append(out, Difference{Field: Failure, Kind: kind(string(kept.Failure), string(read.Failure)), Kept: string(kept.Failure), Read: string(read.Failure)})
	}
	was, is := kept.Offers, slices.Clone(read.Offers)
	if role == parsers.RoleProduct && len(was) > 0 && len(is) > 0 {
		out = append(out, compare("", was[0], is[0])...)
		was, is = was[1:], is[1:]
	}
	for _, o := range was {
		i := slices.IndexFunc(is, func(x market.Offer) bool { return who(x) == who(o) })
		if i < 0 {
			out = append(out, Difference{Offer: who(o), Field: Offer, Kind: Lost, Kept: o.Price.String()})
			continue
		}
		out = append(out, compare(who(o), o, is[i])...)
		is = slices.Delete(is, i, i+1)
	}
	for _, o := range is {
		out = append(out, Difference{Offer: who(o), Field: Offer, Kind: Gained, Read: o.Price.String()})
	}
	return out
}

// who says which of the offers of a page one is.
func who(o market.Offer) string {
	parts := []string{o.Variant.Plain(), o.Seller.Plain(), string(o.Condition), o.SKU}
	said := strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
	return cmp.Or(said, "another offer")
}

// compare compares two offers that are known to be one.
func compare(offer string, kept, read market.Offer) []Difference {
	var out []Difference
	was, is := Values(kept), Values(read)
	for _, f := range market.Fields {
		a, b := kept.Evidence[f], read.Evidence[f]
		d := Difference{Offer: offer, Field: f, Kind: kind(was[f], is[f]), Kept: was[f], Read: is[f], KeptAt: At(a), ReadAt: At(b)}
		aside := f == market.FieldCurrency || f == market.FieldVAT // whether a page says them or its source goes with the words of a price
		switch {
		case was[f] == is[f] && (was[f] == "" || aside || Place(d.KeptAt) == Place(d.ReadAt)):
			continue
		case was[f] != "" && is[f] != "" && Place(d.KeptAt) != Place(d.ReadAt):
			d.Kind = Moved
		}
		out = append(out, d)
	}
	return out
}

func kind(kept, read string) Kind {
	switch {
	case kept == "":
		return Gained
	case read == "":
		return Lost
	}
	return Changed
}

// At is the reader and the place of a value, as they stand in a Difference.
func At(e market.Evidence) string { return strings.TrimSpace(e.Reader + " " + e.Where) }

// Place is what At returns without its numbers: one script more on a page does not move what stands in the others.
func Place(at string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, at)
}

// keys are the JSON names of fields in an offer, where the contract of the command line has other ones.
var keys = map[market.Field]string{
	market.FieldName: "title", market.FieldAvailability: "stock", market.FieldLowPrice: "low", market.FieldHighPrice: "high",
	market.FieldReference: "reference", market.FieldMember: "member", market.FieldCoupon: "coupon", market.FieldDelivery: "delivery_text",
}

// Values returns the values of the known fields of an offer in words, such as "189.50 EUR" and "in_stock". They may hold
// text from a page: whoever prints them makes them safe.
func Values(o market.Offer) map[market.Field]string {
	raw, err := json.Marshal(o)
	if err != nil {
		return nil // an offer is made of what JSON can say
	}
	var values map[string]any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&values); err != nil {
		return nil
	}
	out := map[market.Field]string{}
	for _, f := range market.Fields {
		if v, ok := values[cmp.Or(keys[f], string(f))]; ok {
			out[f] = words(v)
		}
	}
	if c := cmp.Or(o.Price.Currency(), o.Low.Currency()); c != "" {
		out[market.FieldCurrency] = string(c)
	}
	add := func(f market.Field, form string, v any, known bool) {
		if known {
			out[f] = strings.TrimSpace(out[f] + " " + fmt.Sprintf(form, v))
		}
	}
	days, known := o.DeliveryDays.Get()
	add(market.FieldDelivery, "(%d days)", days, known)
	votes, known := o.RatingCount.Get()
	add(market.FieldRating, "(%d votes)", votes, known)
	add(market.FieldUnitPrice, "per %s", o.Unit.Plain(), o.Unit.Known())
	return out
}

// words is a value of JSON for people.
func words(v any) string {
	if list, ok := v.([]any); ok {
		parts := make([]string, len(list))
		for i, x := range list {
			parts[i] = fmt.Sprint(x)
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(v)
}
