package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"pricegap/market"
	"pricegap/store"
)

// busyShop is one shop on loopback that has no robots.txt and says 429 to whoever wants a page, and a configuration that
// knows it; asked counts the pages that were wanted.
func busyShop(t *testing.T) (configuration, db string, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		asked.Add(1)
		w.Header().Set("Retry-After", "3600")
		http.Error(w, "slow down", http.StatusTooManyRequests)
	}))
	t.Cleanup(shop.Close)
	dir := t.TempDir()
	configuration, db = filepath.Join(dir, "sources.yaml"), filepath.Join(dir, "prices.db")
	text := fmt.Sprintf(`
crawler: {contact: "https://fonkelplein.example/crawler"}
formula: {name: Fonkelplein}
store: bolt:prices.db
sources:
  - id: werkbank
    name: Werkbank
    currency: CAD
    locale: en-CA
    vat: excluded
    start: [{products: ["http://werkbank.example/p/1"]}]
    pace: {pause: 0s}
    connect_to: ["::%s"]
    allow_networks: [127.0.0.0/8]
`, shop.Listener.Addr())
	if err := os.WriteFile(configuration, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return configuration, db, asked
}

func open(t *testing.T, db string) store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), "bolt:"+db)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// TestLooksLeaveHostsAlone: a host that has said 429 is not asked by the next command either where there is a store, and
// not by the same one anyway. What one of these commands asks leaves nothing that a run could go on with.
func TestLooksLeaveHostsAlone(t *testing.T) {
	const line = `{"url":"http://werkbank.example/p/1"}` + "\n"
	page := []string{"explain", "page", "http://werkbank.example/p/1"}
	for name, tt := range map[string]struct {
		store    func(t *testing.T, db string)
		in       string
		runs     [][]string
		asked    int64
		warnings int
	}{
		"a shell loop": {store: func(t *testing.T, db string) { open(t, db).Close() }, runs: [][]string{page, page, page}, asked: 1},
		"check, then explain": {
			store: func(t *testing.T, db string) { open(t, db).Close() }, runs: [][]string{{"check"}, page, {"check", "werkbank"}}, asked: 1,
		},
		"no store": {
			store: func(*testing.T, string) {}, in: strings.Repeat(line, 3), runs: [][]string{{"explain", "page", "--jsonl", "-"}}, asked: 1,
		},
		"another process has it": {
			store: func(t *testing.T, db string) { st := open(t, db); t.Cleanup(func() { st.Close() }) },
			in:    strings.Repeat(line, 3), runs: [][]string{{"explain", "page", "--jsonl", "-"}}, asked: 1,
		},
		"it is no store": {
			store: func(t *testing.T, db string) {
				if err := os.WriteFile(db, []byte(strings.Repeat("a letter to grandmother\n", 1000)), 0o600); err != nil {
					t.Fatal(err)
				}
			},
			in: strings.Repeat(line, 3), runs: [][]string{{"explain", "page", "--jsonl", "-"}}, asked: 1, warnings: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			configuration, db, asked := busyShop(t)
			tt.store(t, db)
			before, _ := os.Stat(db)
			for _, args := range tt.runs {
				var out, errs strings.Builder
				a := &app{in: strings.NewReader(tt.in), out: &out, err: &errs, clock: market.WallClock}
				code := a.run(append([]string{"--config", configuration}, args...))
				if want := map[string]int{"explain": exitDone, "check": exitPartial}[args[0]]; code != want || !strings.Contains(out.String(), "rate_limited") {
					t.Errorf("%q: exit code %d\n%s%s", args, code, &out, &errs)
				}
				if n := strings.Count(errs.String(), "is kept for this command only"); n != tt.warnings {
					t.Errorf("%q: %d warnings: %s", args, n, &errs)
				}
			}
			if n := asked.Load(); n != tt.asked {
				t.Errorf("asked for %d pages, want %d", n, tt.asked)
			}
			if before == nil {
				if _, err := os.Stat(db); err == nil {
					t.Error("a store was made")
				}
			}
		})
	}
}

// TestCheckIsNoRun: what check saw is not taken for visited by the run after it.
func TestCheckIsNoRun(t *testing.T) {
	c := newChain(t)
	c.mustRun(exitDone, "check", "voltavia")
	st := open(t, filepath.Join(c.dir, "prices.db"))
	defer st.Close()
	for key, want := range map[string]bool{"robots/http://voltavia.example": true, "frontier/voltavia": false, "seen/voltavia": false} {
		if value, err := st.GetState(t.Context(), key); err != nil || (value != nil) != want {
			t.Errorf("%s: %q, %v", key, value, err)
		}
	}
}
