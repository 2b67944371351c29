// Command crawl measures `pricegap crawl` as a whole process over generated shops on loopback: pages a second, CPU
// seconds a 1,000 pages and peak memory, for the first crawl and for the ways in which a second one can find nothing
// new. The shops run in this process, so their cost is not counted.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"text/tabwriter"
	"time"

	"pricegap/bench/result"
)

// figures are one row of the result, in the column names of the performance table.
type figures struct {
	Work       string  `json:"work"`
	Scenario   string  `json:"scenario"`
	Contestant string  `json:"contestant"`
	Pages      int     `json:"pages"`
	Rows       int     `json:"rows"`
	Changed    int     `json:"changed"`
	PagesPerS  float64 `json:"pages_per_s"`
	CPUPer1000 float64 `json:"cpu_s_per_1000_pages"`
	PeakMB     float64 `json:"peak_mb"`
	WallS      float64 `json:"wall_s"`
}

// scenario is one crawl; those of one family follow each other on one store.
type scenario struct {
	name string
	// shops is how many shops share the pages; serve is how they answer.
	shops int
	serve serving
	// later is for a day later than the scenario before, when one page of fifty has changed.
	later bool
	// lastmod trusts the dates of the sitemap.
	lastmod bool
	// limit runs the limit beside it.
	limit bool
}

var families = [][]scenario{
	{
		{name: "first crawl, plain", shops: 1, serve: serving{etag: true}},
		{name: "recrawl, 304", shops: 1, serve: serving{etag: true}, limit: true},
		{name: "recrawl, lastmod trusted", shops: 1, serve: serving{etag: true}, lastmod: true},
		{name: "recrawl, 304, a day later", shops: 1, serve: serving{etag: true}, later: true},
	},
	{
		{name: "first crawl, gzip", shops: 1, serve: serving{gzip: true}},
		{name: "recrawl, gzip, no validators", shops: 1, serve: serving{gzip: true}, limit: true},
	},
}

func main() {
	bin := flag.String("bin", "bin/pricegap", "the pricegap binary")
	n := flag.Int("pages", 10_000, "product pages")
	scale := flag.Float64("scale", 1, "a factor on -pages")
	out := flag.String("out", "out/crawl.jsonl", "where the figures go, one JSON object a line")
	measured := flag.Bool("measured", false, "for the child process that runs the arguments and prints what they cost")
	isLimit := flag.String("limit", "", "for the child process that is the limit: address,host")
	packed := flag.Bool("packed", false, "with -limit: gzip")
	flag.Parse()
	if *measured {
		if err := runMeasured(flag.Args()); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if addr, host, ok := parseLimit(*isLimit); ok {
		if err := runLimit(addr, host, *packed); err != nil {
			fmt.Fprintln(os.Stderr, "bench: limit:", err)
			os.Exit(1)
		}
		return
	}
	if err := measure(*bin, int(float64(*n)**scale), *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(bin string, n int, out string) error {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return err
	}
	var rows []figures
	for _, family := range families {
		got, err := follow(bin, family, n)
		if err != nil {
			return err
		}
		rows = append(rows, got...)
	}
	got, err := abreast(bin, n)
	if err != nil {
		return err
	}
	rows = append(rows, got...)
	if err := result.Write(out, rows); err != nil {
		return err
	}
	tw := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "scenario\tcontestant\tpages\tchanged\tpages/s\tCPU s / 1,000 pages\tpeak MB\t")
	for _, f := range rows {
		fmt.Fprintf(tw, "%s\t%s\t%d\t%d\t%.0f\t%.3f\t%.0f\t\n", f.Scenario, f.Contestant, f.Pages, f.Changed, f.PagesPerS, f.CPUPer1000, f.PeakMB)
	}
	return tw.Flush()
}

// follow runs the scenarios of a family one after the other.
func follow(bin string, family []scenario, n int) ([]figures, error) {
	at, err := open(family[0].shops, n, family[0].serve)
	if err != nil {
		return nil, err
	}
	defer at.close()
	var rows []figures
	for _, s := range family {
		f, err := at.crawl(bin, s)
		if err != nil {
			return nil, err
		}
		rows = append(rows, f)
		if s.limit {
			f, err := limitOf(at.shops, s.serve.gzip)
			if err != nil {
				return nil, err
			}
			f.Scenario = s.name
			rows = append(rows, f)
		}
	}
	return rows, nil
}

// configuration has one source a shop, with no pause, which only an allowed private network makes possible. 16
// requests are in flight, whatever the number of shops.
func configuration(shops *shops, lastmod bool) []byte {
	b := []byte("crawler:\n  contact: bench@reuzenrek.example\nstore: bolt:prices.db\nformula:\n  name: Bench\nsources:\n")
	for i, host := range shops.hosts {
		b = fmt.Appendf(b, `  - id: shop-%d
    currency: EUR
    locale: nl-NL
    start:
      - sitemap: http://%s/sitemap_index.xml
        trust_lastmod: %t
    vat: included
    limits: {max_pages: 500000, max_bytes: 100GiB, above_default: true}
    pace: {pause: 0s, parallel: %d}
    connect_to: ["::%s"]
    allow_networks: [127.0.0.0/8]
`, i+1, host, lastmod, 16/len(shops.hosts), shops.addr)
	}
	return b
}

// cost is what a process cost, by the kernel's count.
type cost struct {
	CPUSeconds float64 `json:"cpu_s"`
	PeakMB     float64 `json:"peak_mb"`
}

// runMeasured runs a command and prints its cost behind what it prints. The peak of a process counts that of the one
// that started it, which should be small therefore: this one has no shops.
func runMeasured(command []string) error {
	cmd := exec.Command(command[0], command[1:]...) //nolint:gosec // what we are given by ourselves
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	used := cmd.ProcessState
	return json.NewEncoder(os.Stdout).Encode(cost{
		CPUSeconds: (used.UserTime() + used.SystemTime()).Seconds(),
		PeakMB:     float64(used.SysUsage().(*syscall.Rusage).Maxrss) / 1024,
	})
}

// run runs one crawl as a child process.
func run(bin, dir string) (figures, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		return figures{}, err
	}
	cmd := exec.CommandContext(ctx, self, "-measured", bin, "crawl", "--no-alerts", "--wait", "0s", "--jsonl") //nolint:gosec // ourselves
	var said bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &said
	start := time.Now()
	raw, err := cmd.Output()
	wall := time.Since(start)
	if err != nil {
		return figures{}, fmt.Errorf("%w\n%s", err, said.Bytes()[max(0, said.Len()-2000):])
	}
	f := figures{Work: "crawl", Contestant: "pricegap", WallS: wall.Seconds()}
	for dec := json.NewDecoder(bytes.NewReader(raw)); dec.More(); {
		var r struct {
			Pages, Unchanged, Offers int
			cost
		}
		if err := dec.Decode(&r); err != nil {
			return figures{}, fmt.Errorf("summary: %w", err)
		}
		f.Pages, f.Rows, f.Changed = f.Pages+r.Pages, f.Rows+r.Offers, f.Changed+r.Pages-r.Unchanged
		f.CPUPer1000, f.PeakMB = r.CPUSeconds, r.PeakMB // of the last line
	}
	f.PagesPerS = float64(f.Pages) / wall.Seconds()
	f.CPUPer1000 *= 1000 / float64(f.Pages)
	return f, nil
}
