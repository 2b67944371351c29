package match

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
)

var noon = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

const (
	ean      = "4006381333931"
	otherEAN = "5901234123457"
	inStore  = "2012345678903"
)

func product(id, gtin, brand, mpn string) market.Product {
	return market.Product{ID: market.ProductID(id), GTIN: gtin, Brand: market.NewText(brand), MPN: mpn}
}

func offer(source, listing string, o market.Offer) market.Observation {
	return market.Observation{Source: market.SourceID(source), Listing: market.ListingID(listing), Offer: o}
}

func TestFind(t *testing.T) {
	brand := market.NewText
	tests := []struct {
		name     string
		products []market.Product
		offer    market.Offer
		source   string
		want     []string // product method decision score
	}{
		{"GTIN", []market.Product{product("1", "04006381333931", "", ""), product("2", otherEAN, "", "")}, market.Offer{GTIN: ean}, "a", []string{"1 gtin accept 9990"}},
		{"GTIN with spaces and zeros", []market.Product{product("1", ean, "", "")}, market.Offer{GTIN: "0 4006381 333931"}, "a", []string{"1 gtin accept 9990"}},
		{"wrong check digit", []market.Product{product("1", "4006381333930", "", "")}, market.Offer{GTIN: "4006381333930"}, "a", nil},
		{"in-store number", []market.Product{product("1", inStore, "", "")}, market.Offer{GTIN: inStore}, "a", nil},
		{"no number at all", []market.Product{product("1", "", "", "")}, market.Offer{}, "a", nil},
		{"GTIN, brand and MPN", []market.Product{product("1", ean, "Acme", "X-100")}, market.Offer{GTIN: ean, Brand: brand("ACME Corp."), MPN: "x100"}, "a", []string{"1 gtin accept 9999"}},
		{"GTIN, another MPN", []market.Product{product("1", ean, "Acme", "X-100")}, market.Offer{GTIN: ean, Brand: brand("Acme"), MPN: "Y-200"}, "a", []string{"1 gtin review 6000"}},
		{"GTIN, MPN with an ending", []market.Product{product("1", ean, "Acme", "X-100")}, market.Offer{GTIN: ean, Brand: brand("Acme"), MPN: "X-100/BLK"}, "a", []string{"1 gtin accept 9999"}},
		{"GTIN, MPN of one digit", []market.Product{product("1", ean, "Acme", "100")}, market.Offer{GTIN: ean, Brand: brand("Acme"), MPN: "1"}, "a", []string{"1 gtin review 6000"}},
		{"GTIN, another brand", []market.Product{product("1", ean, "Acme", "")}, market.Offer{GTIN: ean, Brand: brand("Bolt")}, "a", []string{"1 gtin review 6000"}},
		{"GTIN and MPN, another brand", []market.Product{product("1", ean, "Hewlett-Packard", "X100")}, market.Offer{GTIN: ean, Brand: brand("HP"), MPN: "X100"}, "a", []string{"1 gtin accept 9990"}},
		{
			"two products with one GTIN",
			[]market.Product{product("1", ean, "Acme", "X-100"), product("2", ean, "Acme", "X-200")},
			market.Offer{GTIN: ean, Brand: brand("Acme"), MPN: "X-100"},
			"a",
			[]string{"1 gtin review 5000", "2 gtin review 5000"},
		},
		{"brand and MPN", []market.Product{product("1", "", "Acme", "X-100 b")}, market.Offer{Brand: brand("acme"), MPN: "x100B"}, "a", []string{"1 brand_mpn accept 9950"}},
		{"brand with accents", []market.Product{product("1", "", "Nestlé", "X-100")}, market.Offer{Brand: brand("NESTLE"), MPN: "X-100"}, "a", []string{"1 brand_mpn accept 9950"}},
		{"brand and MPN, GTIN unknown to us", []market.Product{product("1", "", "Acme", "X-100")}, market.Offer{GTIN: ean, Brand: brand("Acme"), MPN: "X-100"}, "a", []string{"1 brand_mpn accept 9950"}},
		{"brand and MPN, another GTIN", []market.Product{product("1", otherEAN, "Acme", "X-100")}, market.Offer{GTIN: ean, Brand: brand("Acme"), MPN: "X-100"}, "a", []string{"1 brand_mpn review 6000"}},
		{"MPN, another brand", []market.Product{product("1", "", "Acme", "X-100")}, market.Offer{Brand: brand("Bolt"), MPN: "X-100"}, "a", nil},
		{"MPN without a brand", []market.Product{product("1", "", "Acme", "X-100")}, market.Offer{MPN: "X-100"}, "a", nil},
		{"MPN that is a word", []market.Product{product("1", "", "Acme", "Black")}, market.Offer{Brand: brand("Acme"), MPN: "BLACK"}, "a", []string{"1 brand_mpn review 5000"}},
		{"MPN too short", []market.Product{product("1", "", "Acme", "X1")}, market.Offer{Brand: brand("Acme"), MPN: "X1"}, "a", []string{"1 brand_mpn review 5000"}},
		{
			"two products with one brand and MPN",
			[]market.Product{product("1", "", "Acme", "X-100"), product("2", "", "Acme", "X100")},
			market.Offer{Brand: brand("Acme"), MPN: "X-100"},
			"a",
			[]string{"1 brand_mpn review 5000", "2 brand_mpn review 5000"},
		},
		{"own number", []market.Product{product("1", otherEAN, "", ""), product("2", ean, "", "")}, market.Offer{SKU: "1", GTIN: ean}, "ours", []string{"1 own accept 10000"}},
		{"own shop without a number", []market.Product{product("1", ean, "", "")}, market.Offer{GTIN: ean}, "ours", []string{"1 gtin accept 9990"}},
		{"a rival's number is not ours", []market.Product{product("1", "", "", "")}, market.Offer{SKU: "1"}, "a", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Find(tt.products, []market.Observation{offer(tt.source, "l", tt.offer)}, nil, []market.SourceID{"ours"}, noon)
			if d := cmp.Diff(tt.want, say(got)); d != "" {
				t.Error(d)
			}
			for _, m := range got {
				if m.Listing != "l" || m.Source != market.SourceID(tt.source) || !m.DecidedAt.Equal(noon) || len(m.Why) == 0 || !m.Exact {
					t.Errorf("incomplete: %+v", m)
				}
				if m.Decision == market.Review && !strings.Contains(strings.Join(m.Why, "; "), "but ") && !strings.Contains(strings.Join(m.Why, "; "), "products of ours") {
					t.Errorf("for review without a reason: %q", m.Why)
				}
			}
		})
	}
}

func say(ms []market.Match) []string {
	var out []string
	for _, m := range ms {
		out = append(out, strings.Join([]string{string(m.Product), m.Method, string(m.Decision), decimal(m.ScoreBasisPoints)}, " "))
	}
	return out
}

func decimal(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return decimal(n/10) + decimal(n%10)
}

// TestExisting holds what was decided against what would be found.
func TestExisting(t *testing.T) {
	products := []market.Product{product("1", ean, "", ""), product("2", otherEAN, "", "")}
	found := Find(products, []market.Observation{offer("a", "l", market.Offer{GTIN: ean})}, nil, nil, noon)
	pair := func(id, method string, d market.Decision, exact bool, by string) market.Match {
		return market.Match{Product: market.ProductID(id), Source: "a", Listing: "l", Method: method, Decision: d, Exact: exact, DecidedBy: market.NewText(by)}
	}
	tests := []struct {
		name     string
		existing []market.Match
		gtin     string
		want     []string
	}{
		{"found before: nothing new", found, ean, nil},
		{"rejected: never comes back", []market.Match{pair("1", "gtin", market.Reject, true, "")}, ean, nil},
		{"a person's word stays", []market.Match{pair("1", "brand_mpn", market.Review, true, "Jo")}, ean, nil},
		{"an explicit pair wins over the GTIN", []market.Match{pair("2", Explicit, market.Accept, true, "")}, ean, nil},
		{
			"an explicit pair sends the found one back to review",
			append([]market.Match{pair("2", Explicit, market.Accept, true, "")}, found...), ean,
			[]string{"1 gtin review 9990"},
		},
		{"an explicit equivalent leaves the exact one alone", []market.Match{pair("2", Explicit, market.Accept, false, "")}, ean, []string{"1 gtin accept 9990"}},
		{"a review is settled by better evidence", []market.Match{pair("1", "brand_mpn", market.Review, true, "")}, ean, []string{"1 gtin accept 9990"}},
		{"the page now shows another product", found, otherEAN, []string{"2 gtin review 6000"}},
		{"the number left the page", found, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := NewIndex(products, tt.existing)
			o := offer("a", "l", market.Offer{GTIN: tt.gtin})
			if d := cmp.Diff(tt.want, say(x.Find(&o, noon))); d != "" {
				t.Error(d)
			}
			if again := x.Find(&o, noon.Add(time.Hour)); len(again) != 0 {
				t.Errorf("asked again: %v", say(again))
			}
		})
	}
}
