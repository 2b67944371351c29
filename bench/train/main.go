// Command train fits the weights by which the price that a page shows is found (package parsers/visible) on the labelled pages
// of half of the shops, and prints how the weights in use and the fitted ones do on both halves. The pages are not part of
// the project: they are read from the folder given with -data. The same pages and seed give the same weights.
package main

import (
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"net/url"
	"os"
	"slices"
	"strings"

	"pricegap/bench/saved"
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/market/money"
	"pricegap/parsers"
	"pricegap/parsers/price"
	"pricegap/parsers/schema"
	"pricegap/parsers/structured"
	"pricegap/parsers/visible"
	"pricegap/parsers/visible/reason"
)

// sample is a page that was read, with its true prices; none where it shows none.
type sample struct {
	page *visible.Page
	want []string
}

func main() {
	data := flag.String("data", "../shared/data", "the folder with pages/rows.jsonl")
	seed := flag.String("seed", "1", "which half of the shops is which")
	flag.Parse()
	if err := run(*data, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(data, seed string) error {
	var halves [2][]sample
	rows, err := saved.Load(data)
	if err != nil {
		return err
	}
	for _, r := range rows {
		s, err := read(r)
		if err != nil {
			return fmt.Errorf("%s: %w", r.ID, err)
		}
		h := half(r.In.URL, seed)
		halves[h] = append(halves[h], s)
	}
	hand := reason.InUse()
	for h, seen := range halves {
		unseen := halves[1-h]
		fitted := fit(hand, seen)
		fmt.Printf("fitted on half %d: %d pages, the other has %d\n", h+1, len(seen), len(unseen))
		fmt.Printf("  in use: seen %s, unseen %s\n", count(seen, &hand), count(unseen, &hand))
		fmt.Printf("  fitted: seen %s, unseen %s\n", count(seen, &fitted), count(unseen, &fitted))
		for i := range fitted {
			if fitted[i] != hand[i] {
				fmt.Printf("    %-36s %5d, was %d\n", reason.Kind(i), fitted[i], hand[i])
			}
		}
	}
	return nil
}

// half is the half to which a shop belongs, 0 or 1, whatever country it sells in.
func half(address, seed string) uint32 {
	u, err := url.Parse(address)
	if err != nil {
		return 0
	}
	shop, _, _ := strings.Cut(link.Site(u.Hostname()), ".")
	h := fnv.New32a()
	io.WriteString(h, seed+" "+shop)
	return h.Sum32() >> 16 & 1
}

// read reads a page as package parsers does.
func read(r saved.Row) (sample, error) {
	d := parsers.NewDoc(parsers.Input{Page: market.Page{URL: r.In.URL, Body: r.Body}, Role: parsers.RoleProduct, Locale: money.Locale{Currency: price.Unnamed}})
	dom, err := d.HTML()
	if err != nil {
		return sample{}, err
	}
	page, err := d.Structured()
	if err != nil {
		return sample{}, err
	}
	name, _ := schema.Name(page)
	known := visible.Known{URL: r.In.URL, Names: []string{name.Plain(), page.Title}}
	for _, reader := range structured.Readers {
		known.Products = append(known.Products, schema.Products(page, reader, schema.Env{URL: d.Base(), Locale: d.Locale, Own: func(string) bool { return false }})...)
	}
	return sample{visible.Read(dom.Nodes[0], known, d.Locale), r.Want.Price}, nil
}

// tally is how many prices were right and wrong, and how many there are.
type tally struct{ right, wrong, all int }

// wrongCosts is how many right prices a wrong one costs.
const wrongCosts = 4

func (t tally) String() string {
	f1 := 2 * float64(t.right) / float64(max(1, t.right+t.wrong+t.all))
	return fmt.Sprintf("F1 %.3f (%d right, %d wrong, %d missed)", f1, t.right, t.wrong, t.all-t.right)
}

func count(pages []sample, w *reason.Weights) (t tally) {
	for _, s := range pages {
		s.page.Weigh(w)
		if len(s.want) > 0 {
			t.all++
		}
		won, rivals := s.page.Price()
		switch {
		case won == nil || won.Low || won.Of != "" || len(rivals) > 0:
		case s.right(won.Amount):
			t.right++
		default:
			t.wrong++
		}
	}
	return t
}

func (s sample) right(a money.Amount) bool {
	return slices.ContainsFunc(s.want, func(w string) bool {
		is, err := money.FromDecimal(w, a.Currency())
		return err == nil && is == a
	})
}

// loss is how far the decisions on the pages are from right and sure, by the logistic function of their margins, with what
// it costs that weights are far from those in use, of which people know why they are so.
func loss(pages []sample, w, used *reason.Weights) (sum float64) {
	const (
		sure  = 30 // points by which odds grow e-fold
		trust = 40 // points from the weight in use that cost as much as half of a page
	)
	for _, s := range pages {
		s.page.Weigh(w)
		const none = -1000
		right, wrong := none, none
		for _, c := range s.page.Candidates {
			switch {
			case c.Reference || c.Aside:
			case s.right(c.Amount):
				right = max(right, c.Score)
			default:
				wrong = max(wrong, c.Score)
			}
		}
		missed, stated := min(right-visible.Enough, right-wrong-visible.Ahead), min(wrong-visible.Enough, wrong-right-visible.Ahead)
		if right > none {
			sum += soft(-float64(missed) / sure)
		}
		if wrong > none {
			sum += wrongCosts * soft(float64(stated)/sure)
		}
	}
	for i := range w {
		d := float64(w[i]-used[i]) / trust
		sum += d * d / 2
	}
	return sum
}

// soft is log(1+eˣ).
func soft(x float64) float64 { return math.Log1p(math.Exp(min(x, 50))) }

// fit searches for better weights, one after the other, until no step on its own is an improvement.
func fit(used reason.Weights, pages []sample) reason.Weights {
	w := used
	best := loss(pages, &w, &used)
	for step := 40; step >= 5; step /= 2 {
		for before := math.Inf(1); best < before-0.01; {
			before = best
			for i := range w {
				for _, by := range []int{-step, step} {
					was := w[i]
					w[i] += by
					if v := loss(pages, &w, &used); v < best && int64(w[i])*int64(used[i]) >= 0 { // no reason turns into its opposite
						best = v
					} else {
						w[i] = was
					}
				}
			}
		}
	}
	return w
}
