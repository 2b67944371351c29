package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pricegap/alerts/notify/slacktest"
	"pricegap/crawler/shoptest"
	"pricegap/market"
	"pricegap/market/money"
)

// chain is a whole installation in a folder: fictional shops and a fake Slack on loopback, everything else real.
type chain struct {
	t     *testing.T
	dir   string
	world *shoptest.World
	shops *shoptest.Server
	slack *slacktest.Server
	// runs moves the clock: every run of a command begins a minute after the one before.
	runs atomic.Int64
}

// now is the time by which the commands and the fake Slack go.
func (c *chain) now() time.Time {
	return time.Now().UTC().Add(time.Duration(c.runs.Load()) * time.Minute)
}

const token = "xoxb-000-canary"

func newChain(t *testing.T) *chain { return newChainOf(t, 24) }

// newChainOf is newChain with so many products of ours.
func newChainOf(t *testing.T, products int) *chain {
	t.Helper()
	w := shoptest.New(shoptest.Options{Products: products})
	srv, err := shoptest.Start(w)
	if err != nil {
		t.Fatal(err)
	}
	c := &chain{t: t, dir: t.TempDir(), world: w, shops: srv}
	slack := slacktest.New(slacktest.Options{Token: token, Channels: []string{"C1"}, Clock: c.now})
	c.slack = slack
	t.Cleanup(func() { slack.Close(); _ = c.shops.Close() })
	c.write("sources.yaml", fmt.Sprintf(`
crawler: {contact: "https://fonkelplein.example/crawler"}
formula:
  name: Fonkelplein
  points:
    - {kind: warranty, amount: 60, words: {nl: vijf jaar garantie, en: five years of warranty}}
store: bolt:prices.db
catalog: {file: catalog.csv}
sources:
  - {id: fonkelplein, name: Fonkelplein, own: true, currency: EUR, locale: nl, vat: included}
  - id: voltavia
    name: Voltavia
    currency: EUR
    locale: nl
    vat: included
    start: [{sitemap: "http://voltavia.example/sitemap_index.xml", exclude: ["/info/*"]}]
    pace: {pause: 0s}
    connect_to: ["::%[1]s"]
    allow_networks: [127.0.0.0/8]
channels:
  - {name: floor, kind: slack, language: nl, token: "${SLACK_BOT_TOKEN}", channel: C1, api: "%[2]s"}
rules:
  - {name: cheaper, kind: undercut, percent: 10%%, clear_percent: 9%%, channels: [floor], tell_resolved: true}
`, srv.Addr(), slack.API()))
	t.Setenv("SLACK_BOT_TOKEN", token)
	c.catalog()
	return c
}

func (c *chain) write(name, text string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// catalog imports our own prices of the present day.
func (c *chain) catalog() {
	c.t.Helper()
	c.write("catalog.csv", string(c.world.Catalog()))
	if out, errs, code := c.run("import", "catalog", filepath.Join(c.dir, "catalog.csv")); code != exitDone {
		c.t.Fatalf("import catalog: exit %d\n%s%s", code, out, errs)
	}
}

// run is the command line in this process.
func (c *chain) run(args ...string) (out, errs string, code int) {
	var o, e bytes.Buffer
	c.runs.Add(1)
	a := &app{in: strings.NewReader(""), out: &o, err: &e, clock: c.now}
	code = a.run(append([]string{"--config", filepath.Join(c.dir, "sources.yaml")}, args...))
	return o.String(), e.String(), code
}

// mustRun fails the test unless the command ends with that exit code.
func (c *chain) mustRun(want int, args ...string) string {
	c.t.Helper()
	out, errs, code := c.run(args...)
	if code != want {
		c.t.Fatalf("%v: exit %d, want %d\n%s%s", args, code, want, out, errs)
	}
	return out
}

// TestShopToSlack goes the whole way through the real parts: pages on loopback, robots and pace, parsers, doubt,
// the store's file, matching, comparing, the desk, and Slack's API. What was read is held against what the
// shops really ask.
func TestShopToSlack(t *testing.T) {
	c := newChain(t)
	c.mustRun(exitDone, "crawl", "--wait", "0s")
	c.agrees(0)
	if n := len(c.slack.Messages("C1")); n > 1 {
		t.Fatalf("%d messages after one run", n)
	}
	before := len(c.slack.Messages("C1"))

	c.world.SetDay(1) // Voltavia undercuts us
	c.catalog()
	c.mustRun(exitDone, "crawl", "--wait", "0s")
	c.agrees(1)
	said := c.slack.Messages("C1")
	if len(said) != before+1 {
		t.Fatalf("%d messages, want %d", len(said), before+1)
	}
	hero := c.world.Products()[0]
	text := said[before].Text + string(said[before].Blocks)
	for _, want := range []string{hero.Title, "Voltavia", "vijf jaar garantie"} {
		if !strings.Contains(text, want) {
			t.Errorf("the message does not say %q:\n%s", want, text)
		}
	}
	c.mustRun(exitDone, "crawl", "--wait", "0s")
	if n := len(c.slack.Messages("C1")); n != before+1 {
		t.Errorf("%d messages after a run without changes, want %d", n, before+1)
	}
	if v := c.slack.Violations(); len(v) > 0 {
		t.Errorf("Slack was called when it asked not to be: %v", v)
	}
	if d := c.shops.Disallowed(); len(d) > 0 {
		t.Errorf("robots.txt was not obeyed: %v", d)
	}
	if card := c.mustRun(exitDone, "ask", hero.GTIN); !strings.Contains(card, "Voltavia") || !strings.Contains(card, "vijf jaar garantie") && !strings.Contains(card, "five years") {
		t.Errorf("the card:\n%s", card)
	}
	if h := c.mustRun(exitDone, "history", string(hero.ID)); !strings.Contains(h, "Voltavia") {
		t.Errorf("the history:\n%s", h)
	}
	c.mustRun(exitGaps, "crawl", "--wait", "0s", "--exit-gaps")
}

// agrees holds every exported price against the truth of that day.
func (c *chain) agrees(day int) {
	c.t.Helper()
	truth := map[string]money.Amount{}
	for _, f := range c.world.Truth(day) {
		truth[string(f.Shop)+" "+string(f.Product)] = f.Price
	}
	rows, err := csv.NewReader(strings.NewReader(c.mustRun(exitDone, "export", "--format", "csv", "-"))).ReadAll()
	if err != nil {
		c.t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[strings.TrimPrefix(name, "\ufeff")] = i
	}
	checked := 0
	for _, r := range rows[1:] {
		for _, shop := range []market.SourceID{"voltavia"} {
			i, ok := column[string(shop)+".price"]
			if !ok {
				c.t.Fatalf("no column %s.price in %v", shop, rows[0])
			}
			want, sold := truth[string(shop)+" "+r[column["product"]]]
			switch {
			case !sold && r[i] != "":
				c.t.Errorf("%s: %s has a price of %s and does not sell it", r[0], shop, r[i])
			case sold && r[i] != want.Decimal():
				c.t.Errorf("%s: %s asks %s, exported %q", r[0], shop, want, r[i])
			case sold:
				checked++
			}
		}
	}
	if checked < shoptest.Heroes {
		c.t.Errorf("only %d prices were compared", checked)
	}
}
