package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pricegap/compare/export"
	"pricegap/store"
	"pricegap/web"
)

// secret is a floor that no price is; each article of ours has it.
const secret = "13,37"

// TestFloorIsToldNowhere runs what people can ask, and greps all of it for our floor: commands, exports, messages, web pages,
// the API and the metrics. Each command must have run, so that a new one is not forgotten.
func TestFloorIsToldNowhere(t *testing.T) {
	c := newChain(t)
	c.write("sources.yaml", readFile(t, filepath.Join(c.dir, "sources.yaml"))+`
policy: {template: named-sellers, same_variant: false, looks: 1, rivals: [{source: voltavia, only_seller: true, only_new: true}], excluded: []}
`)
	hero := c.world.Products()[0]
	for day := range 2 { // on the second Voltavia undercuts us
		c.world.SetDay(day)
		c.write("catalog.csv", withFloor(t, c.world.Catalog()))
		c.mustRun(exitDone, "import", "catalog", filepath.Join(c.dir, "catalog.csv"))
		c.mustRun(exitDone, "crawl", "--wait", "0s")
	}
	c.catalogKnows(t, hero.GTIN)
	said := map[string]string{}
	ran := map[string]bool{}
	run := func(args ...string) {
		out, errs, code := c.run(args...)
		if code == exitUsage || code == exitFailed {
			t.Errorf("%v: exit %d\n%s%s", args, code, out, errs)
		}
		said[strings.Join(args, " ")] = out + errs
		ran[args[0]] = true
	}
	for _, role := range []string{"staff", "shift_lead", "manager", "buyer"} {
		for _, language := range []string{"nl", "en"} {
			run("ask", hero.GTIN, "--role", role, "--language", language)
		}
		run("ask", hero.GTIN, "--role", role, "--json")
	}
	run("ask", hero.GTIN, "--basis", "delivered", "--as-of", c.now().Format("2006-01-02T15:04:05Z07:00"))
	run("compare")
	run("compare", "--json")
	run("compare", "--jsonl")
	run("compare", "--columns", strings.Join(export.Columns(), ","))
	run("history", string(hero.ID))
	run("history", string(hero.ID), "--json")
	run("alerts", "list", "--json")
	run("alerts", "rules", "--json")
	run("alerts", "audit", "--json")
	run("feedback", "matches", "--json")
	run("match", "list", "--jsonl")
	run("quality", "list", "--json")
	run("policy", "backtest", "--since", "3d")
	run("policy", "backtest", "--since", "3d", "--json")
	run("source", "list", "--json")
	run("store", "info", "--json")
	run("config", "show", "--origin")
	run("check", "--offline")
	run("crawl", "--wait", "0s")
	for _, format := range export.Formats() {
		path := filepath.Join(c.dir, "out."+format)
		run("export", path, "--format", format)
		said["export "+format] = unpacked(t, path)
	}
	for _, m := range c.slack.Messages("C1") {
		said["slack"] += m.Text + string(m.Blocks)
	}
	for page, text := range c.pages(t, string(hero.ID)) {
		said[page] = text
	}
	if !strings.Contains(said["ask "+hero.GTIN+" --role staff --json"], `"rule":"floor","result":"pass"`) || said["slack"] == "" {
		t.Errorf("nothing was judged by the floor, or nothing told: %s", said["ask "+hero.GTIN+" --role staff --json"])
	}
	if text := said["/api/v1/verdicts?product="+string(hero.ID)+"&role=buyer"]; !strings.Contains(text, `"outcome":"MATCH","asked":"buyer"`) {
		t.Errorf("the API says %s", text)
	}
	told := regexp.MustCompile(`(?:^|[^0-9])13[.,]?37(?:0{0,4})(?:[^0-9]|$)`)
	for what, text := range said {
		if at := told.FindStringIndex(text); at != nil {
			t.Errorf("%s tells the floor: …%s…", what, text[max(0, at[0]-80):min(len(text), at[1]+20)])
		}
	}
	others := map[string]bool{ // that show nothing of our articles, or need what is not here
		"import": true, "init": true, "serve": true, "explain": true, "new": true, "demo": true, "version": true, "man": true, "manners": true,
	}
	for _, newCommand := range commands {
		cmd := newCommand(&app{})
		if name := cmd.Name(); !ran[name] && !others[name] && !cmd.Hidden {
			t.Errorf("what %s tells is not looked at", name)
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// withFloor is a catalogue in which each article has the floor.
func withFloor(t *testing.T, raw []byte) string {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(raw))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = ';'
	for i, row := range rows {
		for j, name := range rows[0] {
			if i > 0 && name == "Bodemprijs" {
				row[j] = secret
			}
		}
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	return b.String()
}

// catalogKnows checks that the floor is known, so that it could be told.
func (c *chain) catalogKnows(t *testing.T, number string) {
	t.Helper()
	st, err := store.Open(t.Context(), "bolt:"+filepath.Join(c.dir, "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	for p, err := range st.Products(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(p.GTIN, number) && p.Floor.Decimal() != strings.Replace(secret, ",", ".", 1) {
			t.Fatalf("the floor of %s is %s", p.ID, p.Floor)
		}
	}
}

// pages are the web pages, the API and the metrics.
func (c *chain) pages(t *testing.T, product string) map[string]string {
	t.Helper()
	a := &app{in: strings.NewReader(""), out: io.Discard, err: io.Discard, clock: c.now, config: filepath.Join(c.dir, "sources.yaml")}
	cfg, err := a.loadConfig()
	if err != nil {
		t.Fatal(err)
	}
	log := a.logger(0)
	w, done, err := a.open(t.Context(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := done(); err != nil {
			t.Error(err)
		}
	}()
	srv := httptest.NewServer(web.New(w, a.pages(cfg, log)))
	defer srv.Close()
	out := map[string]string{}
	for _, path := range []string{
		"/", "/product?id=" + product, "/alerts", "/sources", "/metrics", "/download?format=csv", "/download?format=jsonl",
		"/api/v1/standings", "/api/v1/verdicts?product=" + product + "&role=buyer", "/api/v1/history?product=" + product, "/api/v1/products?q=" + product, "/api/v1/sources", "/api/v1/alerts",
		"/api/v1/matches", "/api/v1/info",
	} {
		resp, err := srv.Client().Get(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d, %v", path, resp.StatusCode, err)
		}
		out[path] = string(b)
	}
	return out
}

// unpacked is a file as text; of a spreadsheet all of its parts.
func unpacked(t *testing.T, path string) string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		return readFile(t, path)
	}
	defer func() { _ = z.Close() }()
	var b strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&b, r); err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
		b.WriteByte('\n')
	}
	return b.String()
}
