// Command replay feeds the price histories of a store, as daily observations, through `pricegap import
// observations`, and holds what the data file answers against the histories given. The histories are not part
// of the project: they are read from the folder given with -data.
package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"time"

	"pricegap/market"
	"pricegap/store"
)

// article is one line of a file of histories.
type article struct {
	ID      string               `json:"id"`
	Name    string               `json:"name"`
	History [][2]json.RawMessage `json:"history"`
	steps   []step
}

// step is a price from a day on; an empty price is none.
type step struct{ day, price string }

func main() {
	bin := flag.String("bin", "bin/pricegap", "the pricegap binary")
	data := flag.String("data", "../shared/data", "the folder with timeseries/")
	name := flag.String("store", "lidl", "which histories")
	flag.Parse()
	if err := replay(*bin, filepath.Join(*data, "timeseries", *name+".jsonl.gz")); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
}

func replay(bin, file string) error {
	articles, err := load(file)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "pricegap-replay-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	rows, points, err := write(filepath.Join(dir, "history.jsonl"), articles)
	if err != nil {
		return err
	}
	config := "formula: {name: Bench}\nstore: bolt:prices.db\nsources:\n- {id: replay, currency: EUR, locale: de, start: [{products: [\"https://replay.example/1\"]}]}\n"
	if err := os.WriteFile(filepath.Join(dir, "sources.yaml"), []byte(config), 0o600); err != nil {
		return err
	}
	if bin, err = filepath.Abs(bin); err != nil {
		return err
	}
	cmd := exec.Command(bin, "import", "observations", "history.jsonl")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	start := time.Now()
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	took := time.Since(start)
	fi, err := os.Stat(filepath.Join(dir, "prices.db"))
	if err != nil {
		return err
	}
	fmt.Printf("%d articles, %d prices given, %d daily observations: %s", len(articles), points, rows, out)
	fmt.Printf("%.1f s, %.0f rows/s, %.1f MB, %.1f bytes an observation\n", took.Seconds(), float64(rows)/took.Seconds(), float64(fi.Size())/1e6, float64(fi.Size())/float64(rows))
	return compare(filepath.Join(dir, "prices.db"), articles)
}

// load reads histories. Of several prices of a day the last one holds; null and 0 are no price.
func load(file string) ([]*article, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%w (the histories lie beside the project, not in it)", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	var out []*article
	sc := bufio.NewScanner(z)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		a := new(article)
		if err := json.Unmarshal(sc.Bytes(), a); err != nil {
			return nil, err
		}
		for _, h := range a.History {
			var s step
			if err := json.Unmarshal(h[0], &s.day); err != nil {
				return nil, err
			}
			var f float64
			if string(h[1]) != "null" && json.Unmarshal(h[1], &f) == nil && f > 0 {
				s.price = fmt.Sprintf("%.2f", f)
			}
			if n := len(a.steps); n > 0 && a.steps[n-1].day == s.day {
				a.steps = a.steps[:n-1]
			}
			if n := len(a.steps); n == 0 || a.steps[n-1].price != s.price {
				a.steps = append(a.steps, s)
			}
		}
		out = append(out, a)
	}
	return out, sc.Err()
}

// on returns the price of a day.
func (a *article) on(day string) string {
	i := sort.Search(len(a.steps), func(i int) bool { return a.steps[i].day > day })
	if i == 0 {
		return ""
	}
	return a.steps[i-1].price
}

// days spans all histories.
func days(articles []*article) []string {
	first, last := "9999", ""
	for _, a := range articles {
		for _, s := range a.steps {
			first, last = min(first, s.day), max(last, s.day)
		}
	}
	var out []string
	from, _ := time.Parse(time.DateOnly, first)
	for d := from; ; d = d.AddDate(0, 0, 1) {
		if day := d.Format(time.DateOnly); day <= last {
			out = append(out, day)
			continue
		}
		return out
	}
}

// write states each article's price on each day, noon, as one observation a line, in order of time.
func write(path string, articles []*article) (rows, points int, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, 0, err
	}
	w := bufio.NewWriter(f)
	for _, a := range articles {
		points += len(a.History)
	}
	for _, day := range days(articles) {
		for _, a := range articles {
			if price := a.on(day); price != "" {
				fmt.Fprintf(w, `{"source":"replay","sku":%q,"seen_at":"%sT12:00:00Z","price":%q,"currency":"EUR"}`+"\n", a.ID, day, price)
				rows++
			}
		}
	}
	if err := w.Flush(); err != nil {
		return rows, points, err
	}
	return rows, points, f.Close()
}

// compare asks the data file for every history, and for every article on random days.
func compare(db string, articles []*article) error {
	ctx := context.Background()
	st, err := store.Open(ctx, "bolt:"+db)
	if err != nil {
		return err
	}
	defer st.Close()
	wrong := 0
	byListing := map[market.ListingID]*article{}
	start := time.Now()
	for _, a := range articles {
		id := market.Identify("replay", "", market.Offer{SKU: a.ID})
		byListing[id] = a
		for o, err := range st.History(ctx, id, time.Time{}, time.Time{}) {
			if err != nil {
				return err
			}
			if o.Offer.Price.Decimal() != a.on(o.SeenAt.Format(time.DateOnly)) {
				wrong++
			}
		}
	}
	fmt.Printf("histories read in %.1f s: %d observations differ from the given prices\n", time.Since(start).Seconds(), wrong)
	all := days(articles)
	rng := rand.New(rand.NewPCG(1, 1))
	wrong, asked := 0, 0
	start = time.Now()
	for range 20 {
		day := all[rng.IntN(len(all))]
		at, _ := time.Parse(time.DateOnly, day)
		seen := map[market.ListingID]bool{}
		for o, err := range st.Latest(ctx, store.Query{AsOf: at.Add(18 * time.Hour)}) {
			if err != nil {
				return err
			}
			seen[o.Listing] = true
			a := byListing[o.Listing]
			if o.SeenAt.Format(time.DateOnly) == day && o.Offer.Price.Decimal() != a.on(day) {
				wrong++
			}
			asked++
		}
		for id, a := range byListing {
			if a.on(day) != "" && !seen[id] {
				wrong++
			}
		}
	}
	fmt.Printf("20 random days asked in %.1f s: %d of %d answers differ\n", time.Since(start).Seconds(), wrong, asked)
	return nil
}
