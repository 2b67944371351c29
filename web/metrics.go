package web

import (
	"context"
	"net/http"

	"pricegap/market"
	"pricegap/web/facts"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics serves the process and, asked at each question, what the service says of itself. Labels are sources and
// codes, never addresses or products. Runs are minutes to days apart, so the newest one of each source is told
// as it was, like that of any batch job.
func (s *site) metrics() http.Handler {
	fixed := prometheus.NewRegistry()
	fixed.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reg := prometheus.NewRegistry()
		reg.MustRegister(&state{r.Context(), s})
		promhttp.HandlerFor(prometheus.Gatherers{fixed, reg}, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	})
}

// state collects for one question; ctx is that question's.
type state struct {
	ctx  context.Context
	site *site
}

// The metrics, each with its labels.
var (
	descs = map[string]*prometheus.Desc{}

	metricUp        = metric("store_up", "1 when the store answers.")
	metricBytes     = metric("store_bytes", "Size of the data file.")
	metricKept      = metric("store_records", "Records kept, by kind.", "kind")
	metricListings  = metric("listings", "Listings known.", "source")
	metricFresh     = metric("listings_fresh", "Listings seen within twice the interval.", "source")
	metricHeld      = metric("listings_quarantined", "Listings held back now.", "source")
	metricBlind     = metric("source_blind", "1 when a source has not been seen well for twice its interval.", "source")
	metricGood      = metric("last_good_run_timestamp_seconds", "When the newest good run began, in Unix time; absent before the first.", "source")
	metricRun       = metric("last_run_timestamp_seconds", "When the newest run began, in Unix time, by its outcome.", "source", "outcome")
	metricPages     = metric("last_run_pages", "Pages that the newest run fetched with success.", "source")
	metricOffers    = metric("last_run_offers", "Offers that the newest run read.", "source")
	metricChanges   = metric("last_run_changes", "Changes that the newest run entered into the log.", "source")
	metricRunBytes  = metric("last_run_received_bytes", "Bytes that came over the wire in the newest run.", "source")
	metricFailures  = metric("last_run_failures", "Failures of the newest run, by kind.", "source", "kind")
	metricMissing   = metric("last_run_missing", "Listings that the newest run expected and did not see.", "source")
	metricAlerts    = metric("alerts", "Alerts by state.", "state")
	metricUndeliver = metric("alerts_waiting", "Alerts of which some channel is owed word.")
)

func metric(name, help string, labels ...string) string {
	descs[name] = prometheus.NewDesc("pricegap_"+name, help, labels, nil)
	return name
}

// Describe implements prometheus.Collector.
func (*state) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range descs {
		ch <- d
	}
}

// Collect implements prometheus.Collector. What cannot be had is left out, and store_up is 0.
func (c *state) Collect(ch chan<- prometheus.Metric) {
	gauge := func(name string, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(descs[name], prometheus.GaugeValue, v, labels...)
	}
	up := 1.0
	for _, collect := range []func(func(string, float64, ...string)) error{c.store, c.sources, c.alerts} {
		if err := collect(gauge); err != nil {
			up = 0
			c.site.Log.Warn("metrics incomplete", "error", err)
		}
	}
	gauge(metricUp, up)
}

func (c *state) store(gauge func(string, float64, ...string)) error {
	i, err := c.site.svc.Info(c.ctx)
	if err != nil {
		return err
	}
	gauge(metricBytes, float64(i.Bytes))
	for kind, n := range map[string]int{
		"listings": i.Listings, "observations": i.Observations, "products": i.Products, "matches": i.Matches, "runs": i.Runs, "alerts": i.Alerts,
	} {
		gauge(metricKept, float64(n), kind)
	}
	return nil
}

func (c *state) sources(gauge func(string, float64, ...string)) error {
	health, err := c.site.svc.Sources(c.ctx)
	if err != nil {
		return err
	}
	for _, h := range health {
		id := string(h.Source)
		gauge(metricListings, float64(h.Listings), id)
		gauge(metricFresh, float64(h.Fresh), id)
		gauge(metricHeld, float64(h.Quarantined), id)
		blind := 0.0
		if h.Blind {
			blind = 1
		}
		gauge(metricBlind, blind, id)
		if !h.LastGoodAt.IsZero() {
			gauge(metricGood, float64(h.LastGoodAt.Unix()), id)
		}
		if r := h.Last; r.ID != "" {
			gauge(metricRun, float64(r.StartedAt.Unix()), id, string(r.Outcome))
			gauge(metricPages, float64(r.Pages), id)
			gauge(metricOffers, float64(r.Offers), id)
			gauge(metricChanges, float64(r.Changes), id)
			gauge(metricRunBytes, float64(r.Bytes), id)
			gauge(metricMissing, float64(r.Missing), id)
			for kind, n := range r.Failures {
				gauge(metricFailures, float64(n), id, string(kind))
			}
		}
	}
	return nil
}

func (c *state) alerts(gauge func(string, float64, ...string)) error {
	all, err := c.site.svc.Alerts(c.ctx)
	if err != nil {
		return err
	}
	states, waiting := map[market.AlertState]int{market.AlertFiring: 0, market.AlertPending: 0}, 0
	for _, a := range all {
		states[a.State]++
		for _, name := range a.Channels {
			if facts.Waits(a, a.Told[name]) {
				waiting++
				break
			}
		}
	}
	for st, n := range states {
		gauge(metricAlerts, float64(n), string(st))
	}
	gauge(metricUndeliver, float64(waiting))
	return nil
}
