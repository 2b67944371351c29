package watch_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/rule"
	"pricegap/market"
	"pricegap/watch/rehearse"
)

// TestRehearsalIsWhatWasSent lives through three weeks and then rehearses them: a rehearsal says what was sent, by channel and day,
// and leaves the alerts and what channels were told as they are.
func TestRehearsalIsWhatWasSent(t *testing.T) {
	w := newWorld(t)
	w.Rules = []alerts.Configured{cheaperBy(t, "1")}
	w.rewire(t, w.store, w.shop, w.Quality)
	w.ReadRules = func(r rehearse.Ruling) ([]alerts.Configured, error) {
		if r.Only != nil {
			return []alerts.Configured{cheaperBy(t, r.Set[0])}, nil
		}
		return w.Rules, nil
	}
	prices := []string{"11.00", "9.00", "9.00", "11.00", "9.50", "9.50", "9.80", "11.00", "9.90", "11.00", "11.00", "9.40"}
	begin := w.now
	for range 2 {
		for _, p := range prices {
			w.now = w.now.Truncate(24*time.Hour).AddDate(0, 0, 1).Add(6 * time.Hour)
			w.catalog("10.00")
			w.shop.offers[page1] = []market.Offer{w.offer(p)}
			w.crawl()
			w.now = w.now.Add(11 * time.Hour)
			w.deliver()
		}
	}
	before := w.waitingAlerts()
	live := map[string]int{}
	for _, m := range w.said.messages {
		day := m.At.Format(time.DateOnly)
		live[day+" messages"]++
		live[day+" alerts"] += len(m.Firing)
		live[day+" ends"] += len(m.Resolved)
	}
	trial, err := w.Rehearse(t.Context(), rehearse.Query{Since: begin})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	alertsTold, ends := 0, 0
	for _, d := range trial.Days {
		got[d.Day+" messages"], got[d.Day+" alerts"], got[d.Day+" ends"] = d.Messages, d.Alerts, d.Ended
		alertsTold, ends = alertsTold+d.Alerts, ends+d.Ended
	}
	if !maps.Equal(got, live) || len(live) == 0 {
		t.Errorf("rehearsed %v\nsent was %v", got, live)
	}
	if p := trial.Products; len(p) != 1 || p[0].ID != "100" || p[0].Alerts != alertsTold || p[0].Ended != ends || trial.Rules[0].Alerts != alertsTold {
		t.Errorf("%d alerts and %d ends are of %+v, by %+v", alertsTold, ends, p, trial.Rules)
	}
	if after := w.waitingAlerts(); after != before {
		t.Errorf("the alerts were\n%s\nand are\n%s", before, after)
	}
	// What if it were seven percent: fewer.
	tried, err := w.Rehearse(t.Context(), rehearse.Query{Since: begin, Ruling: rehearse.Ruling{Only: []string{"cheaper"}, Set: []string{"7"}}})
	if err != nil || len(tried.Rules) != 1 || tried.Rules[0].Alerts == 0 || tried.Rules[0].Alerts >= alertsTold {
		t.Errorf("at seven percent %+v (%v), of %d", tried.Rules, err, alertsTold)
	}
	// What stood before the beginning is no news.
	late, err := w.Rehearse(t.Context(), rehearse.Query{Since: w.now.Add(-time.Hour)})
	if err != nil || len(late.Days) != 0 {
		t.Errorf("in the last hour %+v (%v), want nothing", late.Days, err)
	}
}

// cheaperBy returns a rule of rivals who are cheaper by a percentage.
func cheaperBy(t *testing.T, percent string) alerts.Configured {
	t.Helper()
	r, err := rule.New("expression", func(o any) error { return json.Unmarshal([]byte(`{"when": "gap_percent <= -`+percent+`"}`), o) })
	if err != nil {
		t.Fatal(err)
	}
	return alerts.Configured{Name: "cheaper", Kind: "expression", Rule: r, Channels: []string{"floor"}, TellResolved: true, Timing: alerts.Timing{Damp: 24 * time.Hour}}
}

// waitingAlerts is every alert with what was told of it.
func (w *world) waitingAlerts() string {
	var out []string
	for a, err := range w.store.Alerts(w.t.Context()) {
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, fmt.Sprint(a.ID, a.State, a.Transition, a.Told))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
