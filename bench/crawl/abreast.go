package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// place is a folder with a store, and the shops that are crawled into it.
type place struct {
	dir   string
	shops *shops
	n     int // product pages
}

// open starts count shops with n product pages among them. The place is to be closed.
func open(count, n int, how serving) (*place, error) {
	dir, err := os.MkdirTemp("", "pricegap-bench-")
	if err != nil {
		return nil, err
	}
	shops, err := serve(count, n, how)
	if err != nil {
		_ = os.RemoveAll(dir) // the figures are what counts
		return nil, err
	}
	return &place{dir, shops, n / count * count}, nil
}

func (p *place) close() {
	p.shops.close()
	_ = os.RemoveAll(p.dir) // the figures are what counts
}

// crawl runs one scenario, and holds it against the number of products. Observations are kept to the second: it lets
// one go by.
func (p *place) crawl(bin string, s scenario) (figures, error) {
	if s.later {
		if err := p.shops.age(); err != nil {
			return figures{}, err
		}
	}
	if err := os.WriteFile(filepath.Join(p.dir, "sources.yaml"), configuration(p.shops, s.lastmod), 0o600); err != nil {
		return figures{}, err
	}
	f, err := run(bin, p.dir)
	if err != nil {
		return figures{}, fmt.Errorf("%s: %w", s.name, err)
	}
	f.Scenario = s.name
	if f.Rows != p.n {
		return figures{}, fmt.Errorf("%s: %d of %d offers", s.name, f.Rows, p.n)
	}
	time.Sleep(1100 * time.Millisecond)
	return f, nil
}

// Pairs of crawls, of one shop and of eight: a first crawl costs ten times as much.
const (
	firstPairs   = 3
	recrawlPairs = 9
)

// abreast compares eight shops with one. They are crawled by turns, since a machine changes its speed: a row is the
// median of its crawls.
func abreast(bin string, n int) ([]figures, error) {
	how := serving{etag: true}
	all := [4][]figures{}
	var places [2]*place
	for round := range firstPairs {
		for i, count := range [2]int{1, 8} {
			at, err := open(count, n, how)
			if err != nil {
				return nil, err
			}
			defer at.close()
			places[i] = at
			f, err := at.crawl(bin, scenario{name: named("first crawl, plain", count)})
			if err != nil {
				return nil, fmt.Errorf("pair %d: %w", round+1, err)
			}
			all[i] = append(all[i], f)
		}
	}
	for round := range recrawlPairs {
		for i, count := range [2]int{1, 8} {
			f, err := places[i].crawl(bin, scenario{name: named("recrawl, 304", count)})
			if err != nil {
				return nil, fmt.Errorf("pair %d: %w", round+1, err)
			}
			all[2+i] = append(all[2+i], f)
		}
	}
	var rows []figures
	for _, some := range all {
		rows = append(rows, median(some))
	}
	return rows, nil
}

func named(name string, shops int) string {
	if shops == 1 {
		return name + ", by turns with eight shops"
	}
	return name + ", eight shops"
}

// median is the one of the crawls that stands in the middle by its cost.
func median(some []figures) figures {
	slices.SortFunc(some, func(a, b figures) int { return cmp.Compare(a.CPUPer1000, b.CPUPer1000) })
	return some[len(some)/2]
}
