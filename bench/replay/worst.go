package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"pricegap/market/money"
)

// The days around the worst one that are rehearsed.
const (
	daysBefore = 21
	daysAfter  = 7
)

// worstConfig has two channels that are told of a rival whose prices are the history, beside ours, which stay what they were.
const worstConfig = `formula: {name: Bench}
store: bolt:prices.db
catalog: {file: catalog.csv}
compare: {too_old: 366d}
sources:
- {id: us, name: Us, own: true, currency: EUR, locale: de}
- {id: replay, currency: EUR, locale: de, start: [{products: ["https://replay.example/1"]}]}
channels:
- {name: floor, kind: console, language: en}
- {name: buyers, kind: console, language: en, calm: {digest: "0 9 * * *"}}
rules:
- {name: cheaper, kind: undercut, percent: 3%, clear_percent: 1%, damp: 7d, tell_resolved: true}
- {name: moved, kind: price_change, min_percent: 10%, damp: 7d}
`

// worst is what the worst day of a shop would have sent.
type worst struct {
	Work     string `json:"work"`
	Scenario string `json:"scenario"`
	Day      string `json:"day"`
	Articles int    `json:"articles"`
	Moved    int    `json:"moved"`
	// Changes of the days around, of which Back return to the price before the last.
	Changes int `json:"changes"`
	Back    int `json:"back"`
	// Messages, and what they told, are those of the worst day by channel; All is what was told on all days, Undamped the same with a
	// damp of none.
	Messages map[string]int `json:"messages"`
	Told     map[string]int `json:"told"`
	Most     int            `json:"most_messages_a_day"`
	All      int            `json:"all"`
	Undamped int            `json:"undamped"`
}

// rehearsed is what alerts backtest prints.
type rehearsed struct {
	Days []struct {
		Channel, Day            string
		Messages, Alerts, Ended int
	}
}

// worstDay is the place of the day on which the greatest share of the prices moved, of those known before it.
func (h *histories) worstDay() (day, moved, known int) {
	for d := 1; d < len(h.days); d++ {
		m, n := 0, 0
		for _, a := range h.articles {
			was, is := h.last(a, h.days[d].Add(-time.Second)), h.last(a, h.days[d].AddDate(0, 0, 1).Add(-time.Second))
			if was.price.Known() {
				if n++; is.price.Known() && is.price != was.price {
					m++
				}
			}
		}
		if n > 100 && (known == 0 || m*known > moved*n) {
			day, moved, known = d, m, n
		}
	}
	return day, moved, known
}

// rehearseWorst imports the days around the worst one as if they were the last, and asks the binary what its alerts would have sent.
func rehearseWorst(bin, name string, h *histories) (w worst, err error) {
	w = worst{Work: "worst day", Scenario: name, Messages: map[string]int{}, Told: map[string]int{}}
	day, moved, known := h.worstDay()
	w.Day, w.Articles, w.Moved = h.days[day].Format(time.DateOnly), known, moved
	dir, err := os.MkdirTemp("", "pricegap-worst-")
	if err != nil {
		return w, err
	}
	defer os.RemoveAll(dir)
	first, last := max(0, day-daysBefore), min(len(h.days)-1, day+daysAfter)
	shift := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -1).Sub(h.days[last])
	if err := w.write(dir, h, first, last, shift); err != nil {
		return w, err
	}
	since := h.days[first].Add(shift).AddDate(0, 0, 1).Format(time.DateOnly)
	worstAt := h.days[day].Add(shift).Format(time.DateOnly)
	run := func(args ...string) ([]byte, error) {
		cmd := exec.Command(bin, args...) //nolint:gosec // what we are given by ourselves
		cmd.Dir = dir
		out, err := cmd.Output()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			err = fmt.Errorf("%s: %w: %s", args[0], err, exit.Stderr)
		}
		return out, err
	}
	if _, err := run("import", "catalog", "catalog.csv"); err != nil {
		return w, err
	}
	if _, err := run("import", "observations", "history.jsonl"); err != nil {
		return w, err
	}
	sum := func(each func(channel, day string, messages, told int), more ...string) (all int, err error) {
		out, err := run(append([]string{"alerts", "backtest", "--since", since, "--json"}, more...)...)
		var r rehearsed
		if err == nil {
			err = json.Unmarshal(out, &r)
		}
		for _, d := range r.Days {
			all += d.Alerts + d.Ended
			each(d.Channel, d.Day, d.Messages, d.Alerts+d.Ended)
		}
		return all, err
	}
	next := h.days[day].Add(shift).AddDate(0, 0, 1).Format(time.DateOnly) // the digest of the morning after
	if w.All, err = sum(func(channel, day string, messages, told int) {
		w.Most = max(w.Most, messages)
		if day == worstAt && channel == "floor" || day == next && channel == "buyers" {
			w.Messages[channel], w.Told[channel] = messages, told
		}
	}); err != nil {
		return w, err
	}
	w.Undamped, err = sum(func(string, string, int, int) {}, "--set", "damp=0s")
	return w, err
}

// write writes the configuration, our articles at the prices of the first day, and what was seen from then to the last.
func (w *worst) write(dir string, h *histories, first, last int, shift time.Duration) error {
	var catalog, history strings.Builder
	catalog.WriteString("artikelnummer;ean;omschrijving;prijs\n")
	enc := json.NewEncoder(&history)
	for i, a := range h.articles {
		begin := h.last(a, h.days[first].AddDate(0, 0, 1).Add(-time.Second))
		if !begin.price.Known() || begin.price.Sign() == 0 {
			continue
		}
		gtin := ean(i)
		fmt.Fprintf(&catalog, "A%d;%s;Article %d;%s\n", i, gtin, i, strings.Replace(begin.price.Decimal(), ".", ",", 1))
		row := func(source string, at time.Time, price money.Amount) error {
			return enc.Encode(map[string]any{
				"source": source, "sku": fmt.Sprint("A", i), "gtin": gtin, "seen_at": at.Add(shift), "price": price.Decimal(), "currency": "EUR",
			})
		}
		if err := row("us", h.days[first], begin.price); err != nil {
			return err
		}
		var prices []money.Amount
		for d := first; d <= last; d++ {
			l := h.last(a, h.days[d].AddDate(0, 0, 1).Add(-time.Second))
			if !l.price.Known() || l.price.Sign() == 0 || len(prices) > 0 && prices[len(prices)-1] == l.price {
				continue
			}
			prices = append(prices, l.price)
			if err := row("replay", h.days[d].Add(12*time.Hour), l.price); err != nil {
				return err
			}
		}
		for j := 1; j < len(prices); j++ {
			if w.Changes++; j > 1 && prices[j] == prices[j-2] {
				w.Back++
			}
		}
	}
	for file, text := range map[string]string{"sources.yaml": worstConfig, "catalog.csv": catalog.String(), "history.jsonl": history.String()} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// ean returns the n-th number of an article, with its check digit (GS1 General Specifications 7.9).
func ean(n int) string {
	s := fmt.Sprintf("950%09d", n)
	sum := 0
	for i, d := range s {
		sum += int(d-'0') * (1 + 2*(i%2))
	}
	return fmt.Sprint(s, (10-sum%10)%10)
}

func showWorst(rows []worst) error {
	out := bufio.NewWriter(os.Stdout)
	tw := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "histories\tworst day\tprices\tmoved\tchanges around\tback to the last but one\tfloor: messages (told)\tbuyers: digests (told)\tmost messages a day\ttold\tundamped\t")
	for _, r := range rows {
		fmt.Fprintf(tw, "%s\t%s\t%d\t%d\t%d\t%d\t%d (%d)\t%d (%d)\t%d\t%d\t%d\t\n", r.Scenario, r.Day, r.Articles, r.Moved, r.Changes, r.Back,
			r.Messages["floor"], r.Told["floor"], r.Messages["buyers"], r.Told["buyers"], r.Most, r.All, r.Undamped)
	}
	return errors.Join(tw.Flush(), out.Flush())
}
