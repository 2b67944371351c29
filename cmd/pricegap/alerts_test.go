package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pricegap/alerts/notify/slacktest"
	"pricegap/market"
)

// alertsConfig has one rival, of which what is known was imported.
const alertsConfig = `
crawler: {contact: "https://us.example/crawler"}
store: bolt:prices.db
formula: {name: Us}
catalog: {file: catalog.csv}
sources:
- {id: us, name: Us, own: true, currency: EUR, locale: nl, vat: included}
- id: them
  name: Them
  currency: EUR
  locale: nl
  vat: included
  start: [{products: ["http://them.example/1"]}]
channels:
- {name: floor, kind: slack, language: nl, token: "%s", channel: "%s", api: "%s"}
rules:
- {name: cheaper now, kind: undercut, amount: 5.00 EUR}
`

// alertsRun runs a command in dir and returns what it printed.
func alertsRun(t *testing.T, dir string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(append([]string{"--config", filepath.Join(dir, "sources.yaml")}, args...), strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

func alertsDir(t *testing.T, token, channel, api string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now().UTC().Add(-time.Minute).Format(time.RFC3339)
	write("sources.yaml", fmt.Sprintf(alertsConfig, token, channel, api))
	write("catalog.csv", "artikelnummer;ean;merk;omschrijving;prijs;voorraad\nA1;4006381333931;Kletterkan;Lamp;€ 1.299,-;3\n")
	write("seen.jsonl", `{"source":"them","url":"http://them.example/1","sku":"T1","gtin":"4006381333931","seen_at":"`+now+`","price":"1199.00","currency":"EUR","stock":"in_stock"}`+"\n")
	for _, args := range [][]string{{"import", "catalog", filepath.Join(dir, "catalog.csv")}, {"import", "observations", filepath.Join(dir, "seen.jsonl")}} {
		if code, out, errs := alertsRun(t, dir, args...); code != exitDone {
			t.Fatalf("%v: %d\n%s%s", args, code, out, errs)
		}
	}
	return dir
}

// TestAlertsTest sends a test message to a Slack that takes it, and to some that do not.
func TestAlertsTest(t *testing.T) {
	slack := slacktest.New(slacktest.Options{Token: "xoxb-canary", Channels: []string{"C1"}, Archived: []string{"C2"}})
	defer slack.Close()
	for _, tt := range []struct {
		token, channel string
		code           int
		want           string
	}{
		{"xoxb-canary", "C1", exitDone, "floor took the test message"},
		{"xoxb-canary-of-old", "C1", exitFailed, "invalid_auth; copy the bot token"},
		{"xoxb-canary", "C2", exitFailed, "is_archived; the channel is archived"},
		{"xoxb-canary", "C9", exitFailed, "channel_not_found; give the channel's id"},
	} {
		code, out, errs := alertsRun(t, alertsDir(t, tt.token, tt.channel, slack.API()), "alerts", "test", "floor")
		if code != tt.code || !strings.Contains(out+errs, tt.want) || strings.Contains(out+errs, "canary") {
			t.Errorf("%s %s: %d, want %d and %q:\n%s%s", tt.token, tt.channel, code, tt.code, tt.want, out, errs)
		}
	}
	if ms := slack.Messages(""); len(ms) != 1 || !strings.Contains(string(ms[0].Blocks), "testbericht") {
		t.Errorf("messages: %+v", ms)
	}
}

// TestAlertsList follows an alert from a rival's price to the list, while the channel refuses it and after.
func TestAlertsList(t *testing.T) {
	slack := slacktest.New(slacktest.Options{Token: "xoxb-canary", Channels: []string{"C1"}})
	defer slack.Close()
	dir := alertsDir(t, "xoxb-canary", "C1", slack.API())
	step := func(want string, code int, args ...string) {
		t.Helper()
		got, out, errs := alertsRun(t, dir, args...)
		if got != code || !strings.Contains(strings.Join(strings.Fields(out+errs), " "), want) {
			t.Fatalf("%v: %d, want %d and %q:\n%s%s", args, got, code, want, out, errs)
		}
	}
	deliver := func() {
		t.Helper()
		a := &app{config: filepath.Join(dir, "sources.yaml"), out: io.Discard, err: io.Discard, clock: market.WallClock}
		cfg, err := a.loadConfig()
		if err != nil {
			t.Fatal(err)
		}
		w, done, err := a.open(t.Context(), cfg, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer done()
		if _, err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	step("no alerts", exitDone, "alerts", "list")
	slack.Script(slacktest.Refuse("token_revoked"))
	deliver()
	step("cheaper now A1 them 1299.00 1199.00 -100.00 Lamp - floor refused: notify: slack: refused for good: token_revoked", exitDone, "alerts", "list")
	step("warning: floor refuses messages (1): notify: slack: refused for good: token_revoked", exitDone, "alerts", "list")
	step("floor took the test message", exitDone, "alerts", "test", "floor")
	deliver()
	step("-100.00 Lamp - floor told ", exitDone, "alerts", "list")
	step(`"gap":`, exitDone, "alerts", "list", "--json")
	ms := slack.Messages("C1")
	if len(ms) != 2 || !strings.Contains(ms[1].Text, "Lamp: Them: € 1.199,00, € 100,00 goedkoper dan wij") {
		t.Errorf("messages: %+v", ms)
	}
}
