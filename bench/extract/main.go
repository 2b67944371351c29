// Command extract measures how fast saved real pages are read on one core, and what memory a page takes beside its own. The
// pages are not part of the project: they are read from the folder given with -data.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"pricegap/bench/result"
	"pricegap/bench/saved"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
	"pricegap/parsers/price"
	"pricegap/parsers/structured"
	"pricegap/parsers/visible"
)

func main() {
	data := flag.String("data", "../shared/data", "the folder with pages/rows.jsonl")
	out := flag.String("out", "", "write the figures to this file, a JSON object a line")
	flag.Parse()
	if err := run(*data, *out); err != nil {
		fmt.Fprintln(os.Stderr, "extract:", err)
		os.Exit(1)
	}
}

// page is what was measured of one page.
type page struct {
	id      string
	bytes   int
	took    time.Duration // the median of its readings
	memory  uint64        // bytes that live at once beside the page
	machine bool          // its price was read from structured data
}

func (p page) rate() float64 { return float64(p.bytes) / 1e6 / p.took.Seconds() }

// figures are one row of the result, in the column names of the performance table.
type figures struct {
	Work          string  `json:"work"`
	Scenario      string  `json:"scenario"`
	Contestant    string  `json:"contestant"`
	Pages         int     `json:"pages"`
	MB            float64 `json:"mb"`
	MedianMBPerS  float64 `json:"median_mb_per_s_a_core"`
	TotalMBPerS   float64 `json:"total_mb_per_s_a_core"`
	SlowestMS     float64 `json:"slowest_ms"`
	MemoryPerByte float64 `json:"most_memory_per_page_byte"`
}

func run(data, out string) error {
	rows, err := saved.Load(data)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(1) // so that collecting garbage counts, too
	p, err := parsers.New("auto", nil)
	if err != nil {
		return err
	}
	var all, machine []page
	for _, r := range rows {
		m, err := measure(p, r)
		if err != nil {
			return err
		}
		if all = append(all, m); m.machine {
			machine = append(machine, m)
		}
	}
	return report(out, sum("all pages", all), sum("pages whose price is in structured data", machine))
}

// turns is how often a page is read; a reading takes at least shortest.
const (
	turns    = 5
	shortest = 5 * time.Millisecond
)

func measure(p parsers.Parser, r saved.Row) (page, error) {
	body := r.Body
	if enc, _, certain := charset.DetermineEncoding(body, "text/html"); certain || !utf8.Valid(body) {
		var err error
		if body, err = enc.NewDecoder().Bytes(body); err != nil {
			return page{}, fmt.Errorf("%s: %w", r.ID, err)
		}
	}
	in := parsers.Input{
		Page: market.Page{Asked: r.In.URL, URL: r.In.URL, Status: 200, Body: body}, Role: parsers.RoleProduct,
		Locale: money.Locale{Currency: price.Unnamed},
	}
	read := func() parsers.Result {
		d := parsers.NewDoc(in)
		defer d.Close()
		res, _ := parsers.Read(p, d) // what cannot be read takes time as well
		return res
	}
	read() // which loads the words of its language
	m := page{id: r.ID, bytes: len(body)}
	var err error
	if m.memory, err = lives(in); err != nil {
		return page{}, fmt.Errorf("%s: %w", r.ID, err)
	}
	var took []time.Duration
	for range turns {
		start, n := time.Now(), 0
		for ; time.Since(start) < shortest; n++ {
			read()
		}
		took = append(took, time.Since(start)/time.Duration(n))
	}
	slices.Sort(took)
	m.took = took[len(took)/2]
	if offers := read().Offers; len(offers) > 0 {
		m.machine = slices.Contains(structured.Readers, offers[0].Evidence[market.FieldPrice].Reader)
	}
	return m, nil
}

// lives is how many bytes of memory a page holds when all of its readers have it before them: its tree, its structured data and
// what it shows. The little that a reading allocates beside that is garbage at once.
func lives(in parsers.Input) (uint64, error) {
	memory := func() uint64 {
		runtime.GC()
		runtime.GC() // pools last for one more
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		return now.HeapAlloc
	}
	before := memory()
	d := parsers.NewDoc(in)
	defer d.Close()
	dom, err := d.HTML()
	if err != nil {
		return 0, err
	}
	data, err := d.Structured()
	if err != nil {
		return 0, err
	}
	shown := visible.Read(dom.Nodes[0], visible.Known{URL: in.Page.URL, Names: []string{data.Title}}, in.Locale)
	defer shown.Close()
	after := memory()
	return after - min(before, after), nil
}

func sum(scenario string, pages []page) figures {
	f := figures{Work: "extraction", Scenario: scenario, Contestant: "pricegap", Pages: len(pages)}
	var took time.Duration
	var rates []float64
	for _, p := range pages {
		took += p.took
		rates = append(rates, p.rate())
		f.MB += float64(p.bytes) / 1e6
		f.SlowestMS = max(f.SlowestMS, 1e3*p.took.Seconds())
		f.MemoryPerByte = max(f.MemoryPerByte, float64(p.memory)/float64(p.bytes))
	}
	if len(rates) > 0 {
		slices.Sort(rates)
		f.MedianMBPerS, f.TotalMBPerS = rates[len(rates)/2], f.MB/took.Seconds()
	}
	return f
}

// report prints the figures as a table, and writes them to a file where one is named.
func report(out string, all ...figures) error {
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "scenario\tpages\tMB\tmedian MB/s a core\tall MB/s a core\tslowest ms\tmost memory a page byte\t")
	for _, f := range all {
		fmt.Fprintf(t, "%s\t%d\t%.0f\t%.1f\t%.1f\t%.0f\t%.1f\t\n", f.Scenario, f.Pages, f.MB, f.MedianMBPerS, f.TotalMBPerS, f.SlowestMS, f.MemoryPerByte)
	}
	if err := t.Flush(); err != nil || out == "" {
		return err
	}
	return result.Write(out, all)
}
