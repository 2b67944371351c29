// Command crawl measures `pricegap crawl` as a whole process over a generated shop on loopback: pages a
// second, CPU seconds a 1,000 pages and peak memory, for a first crawl and for one in which nothing changed.
// The shop runs in this process, so its cost is not counted.
package main

import (
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

	"pricegap/crawler/shoptest"
)

// figures are one row of the result, in the column names of the performance table.
type figures struct {
	Work       string  `json:"work"`
	Scenario   string  `json:"scenario"`
	Contestant string  `json:"contestant"`
	Pages      int     `json:"pages"`
	Rows       int     `json:"rows"`
	PagesPerS  float64 `json:"pages_per_s"`
	CPUPer1000 float64 `json:"cpu_s_per_1000_pages"`
	PeakMB     float64 `json:"peak_mb"`
	WallS      float64 `json:"wall_s"`
}

func main() {
	bin := flag.String("bin", "bin/pricegap", "the pricegap binary")
	n := flag.Int("pages", 1000, "product pages")
	out := flag.String("out", "bench/out/crawl.jsonl", "where the figures go, one JSON object a line")
	flag.Parse()
	if err := measure(*bin, *n, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(bin string, n int, out string) error {
	dir, err := os.MkdirTemp("", "pricegap-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin, err = filepath.Abs(bin)
	if err != nil {
		return err
	}
	srv, err := shoptest.Start(shoptest.Big(n))
	if err != nil {
		return err
	}
	defer srv.Close()
	if err := os.WriteFile(filepath.Join(dir, "sources.yaml"), configuration(srv), 0o600); err != nil {
		return err
	}
	var rows []figures
	for _, scenario := range []string{"first crawl", "recrawl, nothing changed"} {
		f, err := crawl(bin, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", scenario, err)
		}
		f.Scenario = scenario
		if f.Rows != n {
			return fmt.Errorf("%s: %d of %d offers", scenario, f.Rows, n)
		}
		rows = append(rows, f)
		time.Sleep(1100 * time.Millisecond) // observations are kept to the second
	}
	if err := write(out, rows); err != nil {
		return err
	}
	tw := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "scenario\tpages\tpages/s\tCPU s / 1,000 pages\tpeak MB\t")
	for _, f := range rows {
		fmt.Fprintf(tw, "%s\t%d\t%.0f\t%.2f\t%.0f\t\n", f.Scenario, f.Pages, f.PagesPerS, f.CPUPer1000, f.PeakMB)
	}
	return tw.Flush()
}

// configuration is one source with no pause, which only an allowed private network makes possible.
func configuration(srv *shoptest.Server) []byte {
	return fmt.Appendf(nil, `crawler:
  contact: bench@reuzenrek.example
store: bolt:prices.db
formula:
  name: Bench
sources:
  - id: %s
    name: Reuzenrek
    currency: EUR
    locale: nl-NL
    start:
      - sitemap: http://reuzenrek.example/sitemap_index.xml
    vat: included
    limits:
      max_pages: 200000
      above_default: true
    pace:
      pause: 0s
      parallel: 16
    connect_to: ["::%s"]
    allow_networks: [127.0.0.0/8]
`, shoptest.BigShop, srv.Addr())
}

// crawl runs one crawl as a child process and reads what it cost from the kernel.
func crawl(bin, dir string) (figures, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, "crawl", "--no-alerts", "--wait", "0s", "--jsonl")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	start := time.Now()
	raw, err := cmd.Output()
	wall := time.Since(start)
	if err != nil {
		return figures{}, err
	}
	var run struct{ Pages, Offers int }
	if err := json.Unmarshal(raw, &run); err != nil {
		return figures{}, fmt.Errorf("summary: %w", err)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return figures{
		Work: "crawl", Contestant: "pricegap", Pages: run.Pages, Rows: run.Offers,
		PagesPerS:  float64(run.Pages) / wall.Seconds(),
		CPUPer1000: cpu.Seconds() * 1000 / float64(run.Pages),
		PeakMB:     float64(usage.Maxrss) / 1024,
		WallS:      wall.Seconds(),
	}, nil
}

func write(path string, rows []figures) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	for _, r := range rows {
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return f.Close()
}
