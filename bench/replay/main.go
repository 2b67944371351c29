// Command replay feeds the price histories of a store, as daily observations, through `pricegap import
// observations`, and holds what the data file answers against the histories given. The histories are not part
// of the project: they are read from the folder given with -data.
package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"syscall"
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

// step is a price from a day on; an empty price is none, and given is what the source wrote then.
type step struct{ day, price, given string }

// seen is what an article cost on a day.
type seen struct{ at, price string }

func main() {
	bin := flag.String("bin", "bin/pricegap", "the pricegap binary")
	data := flag.String("data", "../shared/data", "the folder with timeseries/")
	names := flag.String("store", "lidl", "which histories, separated by commas")
	flag.Parse()
	for name := range strings.SplitSeq(*names, ",") {
		fmt.Println(name)
		if err := replay(*bin, filepath.Join(*data, "timeseries", name+".jsonl.gz")); err != nil {
			fmt.Fprintln(os.Stderr, "replay:", err)
			os.Exit(1)
		}
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
	g, err := write(filepath.Join(dir, "history.jsonl"), articles)
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
	cmd.Dir = dir
	start := time.Now()
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 3 && g.none > 0 {
		err = nil // some rows say that there is no price
	}
	if err != nil {
		return fmt.Errorf("import: %w: %s", err, exit.Stderr)
	}
	took := time.Since(start)
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	fmt.Printf("  %d articles, %d prices given, %d daily observations and %d rows without a price: %s", len(articles), g.points, g.rows, g.none, out)
	fmt.Printf("  import: %.1f s, %.1f CPU s, %.0f rows/s, peak %d MB\n", took.Seconds(), (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(),
		float64(g.rows)/took.Seconds(), usage.Maxrss>>10)
	for _, step := range [][]string{nil, {"store", "compact"}} {
		if step != nil {
			c := exec.Command(bin, step...)
			c.Dir = dir
			if out, err := c.CombinedOutput(); err != nil {
				return fmt.Errorf("%v: %w: %s", step, err, out)
			}
		}
		fi, err := os.Stat(filepath.Join(dir, "prices.db"))
		if err != nil {
			return err
		}
		fmt.Printf("  file %v: %.1f MB, %.1f bytes an observation\n", step, float64(fi.Size())/1e6, float64(fi.Size())/float64(g.rows))
	}
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
			s.given = string(h[1])
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

// place returns the step that holds on a day, -1 before the first.
func (a *article) place(day string) int {
	return sort.Search(len(a.steps), func(i int) bool { return a.steps[i].day > day }) - 1
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

// given counts what was written.
type given struct{ rows, none, points int }

// write states each article's price on each day, at noon, as one observation a line, in order of time. That there is
// no price any more is stated once, as the source says it: null or 0.
func write(path string, articles []*article) (given, error) {
	var g given
	f, err := os.Create(path)
	if err != nil {
		return g, err
	}
	w := bufio.NewWriter(f)
	for _, a := range articles {
		g.points += len(a.History)
	}
	for _, day := range days(articles) {
		for _, a := range articles {
			i := a.place(day)
			switch {
			case i < 0:
			case a.steps[i].price != "":
				fmt.Fprintf(w, `{"source":"replay","sku":%q,"title":%q,"seen_at":"%sT12:00:00Z","price":%q,"currency":"EUR"}`+"\n", a.ID, a.Name, day, a.steps[i].price)
				g.rows++
			case a.steps[i].day == day:
				fmt.Fprintf(w, `{"source":"replay","sku":%q,"seen_at":"%sT12:00:00Z","price":%s,"currency":"EUR"}`+"\n", a.ID, day, a.steps[i].given)
				g.none++
			}
		}
	}
	if err := w.Flush(); err != nil {
		return g, err
	}
	return g, f.Close()
}

// want is the history that an article must have: each day with a price.
func (a *article) want(all []string) []seen {
	var out []seen
	for _, day := range all {
		if i := a.place(day); i >= 0 && a.steps[i].price != "" {
			out = append(out, seen{day + "T12:00:00Z", a.steps[i].price})
		}
	}
	return out
}

// changes keeps of a history what differs from the day before that has a price.
func changes(all []seen) []seen {
	return slices.CompactFunc(slices.Clone(all), func(a, b seen) bool { return a.price == b.price })
}

// compare asks the data file for every history, every change, and every article on random days.
func compare(db string, articles []*article) error {
	ctx := context.Background()
	st, err := store.Open(ctx, "bolt:"+db)
	if err != nil {
		return err
	}
	defer st.Close()
	all := days(articles)
	logged := map[market.ListingID][]seen{}
	n := 0
	for c, err := range st.Changes(ctx, 0) {
		if err != nil {
			return err
		}
		logged[c.After.Listing] = append(logged[c.After.Listing], said(c.After))
		n++
	}
	want := map[market.ListingID][]seen{}
	var wrong, wrongLog, total int
	start := time.Now()
	for _, a := range articles {
		id := market.Identify("replay", "", market.Offer{SKU: a.ID})
		want[id] = a.want(all)
		var got []seen
		for o, err := range st.History(ctx, id, time.Time{}, time.Time{}) {
			if err != nil {
				return err
			}
			got = append(got, said(o))
		}
		total += len(got)
		if !slices.Equal(got, want[id]) {
			wrong++
		}
		if !slices.Equal(logged[id], changes(want[id])) {
			wrongLog++
		}
	}
	fmt.Printf("  histories: %d observations of %d articles read in %.1f s; %d articles differ from what was given\n", total, len(articles), time.Since(start).Seconds(), wrong)
	fmt.Printf("  change log: %d changes, %.1f observations for one; %d articles differ from what was given\n", n, float64(total)/float64(n), wrongLog)
	differ, asked, took, err := asOf(ctx, st, all, want)
	if err != nil {
		return err
	}
	fmt.Printf("  20 random moments: %d answers in %.1f s; %d differ from what was given\n", asked, took.Seconds(), differ)
	if wrong+wrongLog+differ > 0 {
		return errors.New("the data file does not say what was given")
	}
	return nil
}

func said(o market.Observation) seen {
	return seen{o.SeenAt.Format(time.RFC3339), o.Offer.Price.Decimal()}
}

// asOf asks for all articles at random moments: each must have the last price that was seen until then.
func asOf(ctx context.Context, st store.Store, all []string, want map[market.ListingID][]seen) (differ, asked int, took time.Duration, err error) {
	rng := rand.New(rand.NewPCG(1, 1))
	first, _ := time.Parse(time.DateOnly, all[0])
	for range 20 {
		at := first.Add(time.Duration(rng.Int64N(int64(len(all))*86_400)) * time.Second)
		got := map[market.ListingID]seen{}
		start := time.Now()
		for o, err := range st.Latest(ctx, store.Query{AsOf: at}) {
			if err != nil {
				return 0, 0, 0, err
			}
			got[o.Listing] = said(o)
		}
		took += time.Since(start)
		for id, h := range want {
			i := sort.Search(len(h), func(i int) bool { return h[i].at > at.Format(time.RFC3339) })
			var last seen
			if i > 0 {
				last = h[i-1]
			}
			asked++
			if got[id] != last {
				differ++
			}
		}
	}
	return differ, asked, took, nil
}
