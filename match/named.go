package match

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"pricegap/market"
	"pricegap/market/gtin"
)

// Named returns the products that text may mean, best first, at most limit: an article number, a GTIN, an MPN or words
// of brand and title. The error is that of products.
func Named(products iter.Seq2[market.Product, error], text string, limit int) ([]market.Product, error) {
	type hit struct {
		p     market.Product
		score int
	}
	want := strings.ToLower(strings.TrimSpace(text))
	words := strings.Fields(want)
	var barcode string
	if c, err := gtin.Parse(text); err == nil {
		barcode = c.GTIN
	}
	var hits []hit
	for p, err := range products {
		if err != nil {
			return nil, err
		}
		if s := score(p, want, barcode, words); s > 0 {
			hits = append(hits, hit{p, s})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), a.p.Compare(b.p))
	})
	var out []market.Product
	for _, h := range hits[:min(max(limit, 0), len(hits))] {
		out = append(out, h.p)
	}
	return out, nil
}

// score says how well a product fits what somebody typed: 0 is not at all.
func score(p market.Product, want, barcode string, words []string) int {
	switch {
	case want == "":
		return 0
	case strings.ToLower(string(p.ID)) == want:
		return 1000
	case barcode != "" && p.GTIN == barcode:
		return 900
	case p.MPN != "" && strings.ToLower(p.MPN) == want:
		return 800
	}
	text := strings.ToLower(p.Brand.Plain() + " " + p.Title.Plain() + " " + p.MPN)
	n := 0
	for _, word := range words {
		if !strings.Contains(text, word) {
			return 0
		}
		n++
	}
	return n
}
