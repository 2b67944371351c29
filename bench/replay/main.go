// Command replay takes the price histories of shops, day by day, as pricegap would have seen them, and holds what the
// data file answers against the histories given, dirt included: an entry without a price is an observation without
// one, a price of nought is held back, of several prices of one day each is seen a second after the other, and an entry
// that repeats the one before it is no change. It goes through store.Open as a crawl does, or with -import through
// `pricegap import observations`, which takes no row without a price. With -worst it asks the binary what its alerts would have sent
// around the day on which most prices moved. The histories are not part of the project: they
// are read from the folder given with -data.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"pricegap/bench/result"
	"pricegap/store"
)

// figures are what one replay reached.
type figures struct {
	Work         string  `json:"work"`
	Scenario     string  `json:"scenario"`
	Contestant   string  `json:"contestant"`
	Articles     int     `json:"articles"`
	Given        int     `json:"given"`
	Observations int     `json:"observations"`
	Changes      int     `json:"changes"`
	Rate         float64 `json:"observations_per_s"`
	Bytes        float64 `json:"bytes_per_observation"`
	Compacted    float64 `json:"bytes_per_observation_compacted"`
	HistoryUS    float64 `json:"history_us"`
	AsOfMS       float64 `json:"as_of_all_ms"`
}

func main() {
	bin := flag.String("import", "", "the pricegap binary, to go through its import")
	worstBin := flag.String("worst", "", "the pricegap binary, to rehearse the worst day")
	data := flag.String("data", "../shared/data", "the folder with timeseries/")
	names := flag.String("store", "dm,dmDe,mpreis,unimarkt,lidl,penny,mueller", "which histories, separated by commas")
	out := flag.String("out", "", "where the figures go, one JSON object a line")
	flag.Parse()
	if *worstBin != "" {
		if err := worstAll(*worstBin, filepath.Join(*data, "timeseries"), strings.Split(*names, ",")); err != nil {
			fmt.Fprintln(os.Stderr, "replay:", err)
			os.Exit(1)
		}
		return
	}
	rows, err := replayAll(*bin, filepath.Join(*data, "timeseries"), strings.Split(*names, ","))
	if *out != "" {
		err = errors.Join(err, result.Write(*out, rows))
	}
	if err = errors.Join(err, show(rows)); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
}

func replayAll(bin, folder string, names []string) (rows []figures, err error) {
	if _, err := os.Stat(folder); err != nil {
		return nil, fmt.Errorf("%w: the histories lie beside the project, not in it", err)
	}
	for _, name := range names {
		h, err := load(filepath.Join(folder, name+".jsonl.gz"))
		if err != nil {
			return rows, err
		}
		h.priced = bin != ""
		r, err := replay(bin, h)
		if err != nil {
			return rows, fmt.Errorf("%s: %w", name, err)
		}
		r.Work, r.Scenario, r.Contestant = "replay", name, "pricegap"
		rows = append(rows, r)
	}
	return rows, nil
}

func worstAll(bin, folder string, names []string) error {
	if _, err := os.Stat(folder); err != nil {
		return fmt.Errorf("%w: the histories lie beside the project, not in it", err)
	}
	bin, err := filepath.Abs(bin)
	if err != nil {
		return err
	}
	var rows []worst
	for _, name := range names {
		h, err := load(filepath.Join(folder, name+".jsonl.gz"))
		if err != nil {
			return err
		}
		w, err := rehearseWorst(bin, name, h)
		if err != nil {
			return errors.Join(fmt.Errorf("%s: %w", name, err), showWorst(rows))
		}
		rows = append(rows, w)
	}
	return showWorst(rows)
}

// replay keeps the histories in a new data file, and compares.
func replay(bin string, h *histories) (r figures, err error) {
	dir, err := os.MkdirTemp("", "pricegap-replay-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	ctx, db := context.Background(), filepath.Join(dir, "prices.db")
	r.Articles = len(h.articles)
	for _, a := range h.articles {
		r.Given += len(a.given)
		r.Observations += len(h.want(a))
	}
	start := time.Now()
	if bin == "" {
		err = record(ctx, "bolt:"+db, h)
	} else {
		err = importAll(bin, dir, h)
	}
	if err != nil {
		return r, err
	}
	r.Rate = float64(r.Observations) / time.Since(start).Seconds()
	if r.Bytes, err = perObservation(db, r); err != nil {
		return r, err
	}
	if err := compare(ctx, db, h, &r); err != nil {
		return r, err
	}
	if _, _, err := store.Compact(ctx, "bolt:"+db, nil); err != nil {
		return r, err
	}
	if r.Compacted, err = perObservation(db, r); err != nil {
		return r, err
	}
	return r, compare(ctx, db, h, &r)
}

func perObservation(db string, r figures) (float64, error) {
	fi, err := os.Stat(db)
	if err != nil {
		return 0, err
	}
	return float64(fi.Size()) / float64(r.Observations), nil
}

func show(rows []figures) error {
	if len(rows) == 0 {
		return nil
	}
	tw := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "histories\tarticles\tprices given\tobservations\tchanges\tobs/s\tB/obs (compacted)\thistory µs\tas-of ms\t")
	for _, r := range rows {
		fmt.Fprintf(tw, "%s\t%d\t%d\t%d\t%d\t%.0f\t%.2f (%.2f)\t%.0f\t%.1f\t\n", r.Scenario, r.Articles, r.Given, r.Observations, r.Changes, r.Rate, r.Bytes, r.Compacted, r.HistoryUS, r.AsOfMS)
	}
	return tw.Flush()
}
