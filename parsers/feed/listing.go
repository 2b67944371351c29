package feed

import (
	"net/url"
	"strings"

	"pricegap/market"
)

// listing reads the identity of a listing as people write it, with its source or without, and returns it as
// market.Identify writes it. Variant and seller stand in columns of their own where the identity has no such parts.
// It is empty where the cell is.
func (r row) listing(src market.SourceID) (market.ListingID, error) {
	text := r.get(fListing).Text
	o := market.Offer{Variant: market.NewText(r.get(fVariant).Text), Seller: market.NewText(r.get(fSeller).Text)}
	if text == "" {
		return "", nil
	}
	if r.exported && shows(text) && len(text) <= market.MaxListingBytes {
		return market.ListingID(text), nil
	}
	id := market.ListingID("")
	rest, whole := strings.CutPrefix(text, string(src)+"/")
	parts := strings.Split(rest, "|")
	kind, value, _ := strings.Cut(parts[0], ":")
	known := market.Printable(text) == text && describe(&o, parts[1:])
	switch {
	case !known:
	case kind == "sku":
		o.SKU = plainKey(value)
		id = market.Identify(src, "", o)
	case kind == "url":
		o.URL = value
		id = market.Identify(src, "", o)
	case kind == "hash" && whole && value != "" && len(parts) == 1 && len(text) <= market.MaxListingBytes:
		id = market.ListingID(text)
	}
	if id == "" {
		return "", r.bad(fListing, "%.40q is no listing such as sku:A1 or url:https://…", text)
	}
	return id, nil
}

// describe reads the parts of an identity behind the thing: variant, seller and condition.
func describe(o *market.Offer, parts []string) bool {
	for _, p := range parts {
		name, value, _ := strings.Cut(p, "=")
		value = plainKey(value)
		ok := value != ""
		switch name {
		case "v":
			o.Variant = market.NewText(value)
		case "s":
			o.Seller = market.NewText(value)
		case "c":
			o.Condition, ok = conditionOf(value)
		default:
			ok = false
		}
		if !ok {
			return false
		}
	}
	return true
}

// plainKey undoes the percent signs of an identity; what has none of its own is as it is.
func plainKey(s string) string {
	if p, err := url.PathUnescape(s); err == nil {
		return p
	}
	return s
}
