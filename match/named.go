package match

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"pricegap/market"
	"pricegap/market/gtin"
)

// Names finds products by what people type. It reads the products at the first question, and again after Forget; the zero Names is
// not ready. It is safe for concurrent use.
type Names struct {
	products func(context.Context, ...market.ProductID) iter.Seq2[market.Product, error]

	mu    sync.Mutex
	names []name
	read  bool
}

// name is a product, and what it may be called, in lower case.
type name struct {
	market.Product
	id, mpn, words string
}

// NewNames returns Names of the products that products yields.
func NewNames(products func(context.Context, ...market.ProductID) iter.Seq2[market.Product, error]) *Names {
	return &Names{products: products}
}

// Forget is for whoever changes the products: what is asked from now on is answered out of those that are there now.
func (n *Names) Forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.names, n.read = nil, false
}

// all reads the products where that was not done yet.
func (n *Names) all(ctx context.Context) ([]name, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.read {
		return n.names, nil
	}
	var names []name
	for p, err := range n.products(ctx) {
		if err != nil {
			return nil, fmt.Errorf("match: products: %w", err)
		}
		names = append(names, name{
			p, strings.ToLower(string(p.ID)), strings.ToLower(p.MPN), strings.ToLower(p.Brand.Plain() + " " + p.Title.Plain() + " " + p.MPN),
		})
	}
	n.names, n.read = names, true
	return names, nil
}

// hit is a product that may be meant, the more so the higher its score.
type hit struct {
	*name
	score int
}

// Find returns the products that text may mean, best first, at most limit: an article number, a GTIN, an MPN or words
// of brand and title. The error is that of reading the products.
func (n *Names) Find(ctx context.Context, text string, limit int) ([]market.Product, error) {
	names, err := n.all(ctx)
	if err != nil || limit <= 0 {
		return nil, err
	}
	want := strings.ToLower(strings.TrimSpace(text))
	words := strings.Fields(want)
	var barcode string
	if c, err := gtin.Parse(text); err == nil {
		barcode = c.GTIN
	}
	var best []hit
	for i := range names {
		h := hit{&names[i], names[i].score(want, barcode, words)}
		if h.score == 0 || len(best) == limit && h.compare(best[limit-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, h, hit.compare)
		best = slices.Insert(best[:min(len(best), limit-1)], min(at, limit-1), h)
	}
	var out []market.Product
	for _, h := range best {
		out = append(out, h.Product)
	}
	return out, nil
}

// compare orders hits, the best first.
func (h hit) compare(other hit) int {
	return cmp.Or(cmp.Compare(other.score, h.score), h.Compare(other.Product))
}

// score says how well a product fits what somebody typed: 0 is not at all.
func (n *name) score(want, barcode string, words []string) int {
	switch {
	case want == "":
		return 0
	case n.id == want:
		return 1000
	case barcode != "" && n.GTIN == barcode:
		return 900
	case n.mpn != "" && n.mpn == want:
		return 800
	}
	for _, word := range words {
		if !strings.Contains(n.words, word) {
			return 0
		}
	}
	return len(words)
}
