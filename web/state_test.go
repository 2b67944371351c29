package web

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pricegap/compare"
	"pricegap/store"
	"pricegap/watch"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// TestReadyWhileTheStoreIs asks a real Watcher over a real file before and after the file is closed.
func TestReadyWhileTheStoreIs(t *testing.T) {
	st, err := store.Open(t.Context(), "bolt:"+filepath.Join(t.TempDir(), "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return noon }
	w, err := watch.New(watch.Options{Store: st, Clock: clock, Shops: []compare.Shop{{ID: "fonkelplein", Own: true}}})
	if err != nil {
		t.Fatal(err)
	}
	door := New(w, options())
	expect := func(ready int, up string) {
		t.Helper()
		if got := request(door, http.MethodGet, "/readyz"); got.Code != ready {
			t.Errorf("/readyz: %d %s", got.Code, got.Body)
		}
		if got := request(door, http.MethodGet, "/metrics").Body.String(); !strings.Contains(got, "pricegap_store_up "+up) {
			t.Errorf("/metrics does not say store_up %s", up)
		}
		if got := request(door, http.MethodGet, "/healthz"); got.Code != http.StatusOK {
			t.Errorf("/healthz: %d", got.Code)
		}
	}
	expect(http.StatusOK, "1")
	if body := request(door, http.MethodGet, "/").Body.String(); !strings.Contains(body, "pricegap crawl") {
		t.Errorf("an empty store does not say what to do next:\n%s", body)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	expect(http.StatusServiceUnavailable, "0")
}

// TestMetricsFollowConventions holds names, units and help texts against https://prometheus.io/docs/practices/naming.
func TestMetricsFollowConventions(t *testing.T) {
	body := ask(&fake{}, options(), http.MethodGet, "/metrics").Body.String()
	problems, err := promlint.New(strings.NewReader(body)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "# TYPE pricegap_") && !strings.HasSuffix(line, " gauge\n") {
			t.Errorf("%q: a counter must end in _total and only grow while the process lives", line)
		}
	}
}
