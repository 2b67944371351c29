package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store"
	"pricegap/watch/feedback"
)

// TestFeedback lists what staff said: all of it for whoever asks, and in reports for buyers; a backup has it too.
func TestFeedback(t *testing.T) {
	dir := alertsDir(t, "xoxb-1", "C1", "http://127.0.0.1:1/")
	a := &app{config: filepath.Join(dir, "sources.yaml"), out: io.Discard, err: io.Discard, clock: market.WallClock}
	cfg, err := a.loadConfig()
	if err != nil {
		t.Fatal(err)
	}
	w, done, err := a.open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	staff := feedback.By{ID: "U1", Role: policy.Staff, Store: "utrecht"}
	for _, word := range []feedback.Word{
		{Verb: feedback.Lost, By: staff, Product: "A1", Source: "them"},
		{Verb: feedback.Lower, By: staff, Product: "A1", Where: market.NewText("=cmd|' /C calc'!A0"), Price: money.New(999_000_000, "EUR")},
		{Verb: feedback.Silence, By: staff, Product: "A1"},
		{Verb: feedback.Matched, By: staff, Product: "A1", Source: "them", Price: money.New(1_199_000_000, "EUR")},
		{Verb: feedback.Wrong, By: staff, Product: "A1", Source: "them"},
	} {
		if _, err := w.Say(t.Context(), word); err != nil {
			t.Fatal(err)
		}
	}
	if err := done(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ args, want string }{
		{"alerts audit", "U1 staff utrecht wrong A1 them - 1299.00 1199.00 done"},
		{"alerts audit", "silence A1 - - - - refused: role, shift_lead may"},
		{"alerts audit", "matched A1 them 1199.00 1299.00 1199.00 refused: no_verdict"},
		{"alerts audit --format csv", `"wrong","U1","staff","utrecht","A1","Lamp","them",,,1299.00,1199.00,-100.00,-7.70,,"EUR",,,`},
		{"feedback lost", "them 1 -7.70% -7.70% -7.70%"},
		{"feedback lost --json", `"to":[{"source":"them","sales":1`},
		{"feedback tips", "lower A1 =cmd|' /C calc'!A0 999.00"},
		{"feedback tips --format csv-nl", `"'=cmd|' /C calc'!A0";999,00;1299,00`},
		{"feedback matches", "nothing was said"},
		{"feedback matches --json", `"granted":[],"matches":[]`},
		{"quality list --reason disputed", "disputed by U1"},
	} {
		code, out, errs := alertsRun(t, dir, strings.Fields(tt.args)...)
		if code != exitDone || !strings.Contains(strings.Join(strings.Fields(out+errs), " "), strings.Join(strings.Fields(tt.want), " ")) {
			t.Errorf("%s: %d, want %q:\n%s%s", tt.args, code, tt.want, out, errs)
		}
		if strings.HasSuffix(tt.args, "--json") && !json.Valid([]byte(out)) {
			t.Errorf("%s: %s", tt.args, out)
		}
	}
	if code, _, _ := alertsRun(t, dir, "alerts", "audit", "--json", "--format", "csv"); code != exitUsage {
		t.Errorf("--json with --format: %d", code)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if code, out, errs := alertsRun(t, dir, "store", "backup", copied); code != exitDone {
		t.Fatal(out, errs)
	}
	st, err := store.Open(t.Context(), "bolt:"+copied)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	n := 0
	for range feedback.NewLedger(feedback.Options{Store: st, Clock: market.WallClock}).Said(t.Context(), feedback.Query{}) {
		n++
	}
	if n != 5 {
		t.Errorf("%d entries in the backup", n)
	}
}
