package match

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"

	"pricegap/market"
)

func catalogue(ps *[]market.Product, fail *error) func(context.Context, ...market.ProductID) iter.Seq2[market.Product, error] {
	return func(context.Context, ...market.ProductID) iter.Seq2[market.Product, error] {
		return func(yield func(market.Product, error) bool) {
			for _, p := range *ps {
				if !yield(p, nil) {
					return
				}
			}
			if *fail != nil {
				yield(market.Product{}, *fail)
			}
		}
	}
}

// TestNames holds which products are meant, in which order, and that a change of them is seen once they are forgotten.
func TestNames(t *testing.T) {
	named := func(id, gtin, mpn, brand, title string, rank int64) market.Product {
		p := market.Product{ID: market.ProductID(id), GTIN: gtin, MPN: mpn, Brand: market.NewText(brand), Title: market.NewText(title)}
		if rank > 0 {
			p.Rank = market.CountOf(rank)
		}
		return p
	}
	ps := []market.Product{
		named("A1", "04006381333931", "NV-1", "Zwiepa", "Waterkoker Nova", 0),
		named("A2", "04006381333948", "NV-2", "Zwiepa", "Waterkoker Nova wit", 3),
		named("nv-1", "", "X", "Acme", "Broodrooster", 0),
		named("A4", "", "", "Zwiepa", "Waterkoker Luna", 1),
	}
	var fail error
	n := NewNames(catalogue(&ps, &fail))
	for _, tt := range []struct {
		text  string
		limit int
		want  []market.ProductID
	}{
		{"A2", 5, []market.ProductID{"A2"}},
		{" a2 ", 5, []market.ProductID{"A2"}},
		{"4006381333931", 5, []market.ProductID{"A1"}},
		{"nv-1", 5, []market.ProductID{"nv-1", "A1"}}, // an article number before an MPN
		{"waterkoker", 5, []market.ProductID{"A4", "A2", "A1"}},
		{"waterkoker", 2, []market.ProductID{"A4", "A2"}},
		{"waterkoker", 1, []market.ProductID{"A4"}},
		{"nova ZWIEPA", 5, []market.ProductID{"A2", "A1"}},
		{"nova luna", 5, nil},
		{"", 5, nil},
		{"waterkoker", 0, nil},
		{"waterkoker", -1, nil},
	} {
		got, err := n.Find(t.Context(), tt.text, tt.limit)
		if ids := ids(got); err != nil || !slices.Equal(ids, tt.want) {
			t.Errorf("%q, %d: %q, %v, want %q", tt.text, tt.limit, ids, err, tt.want)
		}
	}
	ps = append(ps, named("A5", "", "", "Zwiepa", "Waterkoker Nova XL", 2))
	n.Forget()
	fail = errors.New("the disk is away")
	if _, err := n.Find(t.Context(), "xl", 5); !errors.Is(err, fail) {
		t.Errorf("got %v", err)
	}
	fail = nil
	var g sync.WaitGroup
	for i := range 8 {
		g.Go(func() {
			if i == 3 {
				n.Forget()
			}
			if got, err := n.Find(t.Context(), "nova", 5); err != nil || fmt.Sprint(ids(got)) != "[A5 A2 A1]" {
				t.Errorf("%q, %v", ids(got), err)
			}
		})
	}
	g.Wait()
}

func ids(ps []market.Product) (out []market.ProductID) {
	for _, p := range ps {
		out = append(out, p.ID)
	}
	return out
}
