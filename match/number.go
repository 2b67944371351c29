package match

import "pricegap/market/gtin"

// number returns the GTIN-14 of a printed number where it may serve as a key that shops share: its check
// digit is right, and it is not one that a shop gives out for itself. "" where it may not.
func number(s string) string {
	if s == "" {
		return ""
	}
	g, ok := gtin.Normalize(s)
	if !ok || gtin.RestrictedGTIN(g) {
		return ""
	}
	return g
}
