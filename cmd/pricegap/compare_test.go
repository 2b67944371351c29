package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"testing"
	"time"

	"pricegap/compare"
)

func TestInstant(t *testing.T) {
	zone := time.Local
	time.Local = time.FixedZone("CET", 3600)
	defer func() { time.Local = zone }()
	now := time.Date(2026, 3, 4, 9, 30, 0, 0, time.UTC)
	tests := []struct {
		s    string
		end  bool
		want string // UTC; "" is wrong use
	}{
		{"2026-03-03", true, "2026-03-03T22:59:59Z"},
		{"2026-03-03", false, "2026-03-02T23:00:00Z"},
		{"2026-03-04", true, "2026-03-04T09:30:00Z"}, // today has not ended
		{"2026-03-03 14:00", true, "2026-03-03T13:00:00Z"},
		{"2026-03-03T14:00", true, "2026-03-03T13:00:00Z"},
		{"2026-03-03 14:00:05", true, "2026-03-03T13:00:05Z"},
		{"2026-03-03T14:00:00Z", true, "2026-03-03T14:00:00Z"},
		{"2026-03-03T14:00:00-05:00", true, "2026-03-03T19:00:00Z"},
		{"2026-03-05", true, ""},
		{"2026-03-04 11:00", true, ""},
		{"3 March", true, ""},
		{"2026-13-01", true, ""},
	}
	for _, tt := range tests {
		got, err := instant("as-of", tt.s, now, tt.end)
		switch {
		case tt.want == "" && codeOf(err) != exitUsage:
			t.Errorf("%q: %v, want wrong use", tt.s, err)
		case tt.want != "" && (err != nil || got.Format(time.RFC3339) != tt.want):
			t.Errorf("%q: %s, %v; want %s", tt.s, got.Format(time.RFC3339), err, tt.want)
		}
	}
	if got, err := instant("as-of", "", now, true); err != nil || !got.IsZero() {
		t.Errorf("nothing: %s, %v", got, err)
	}
}

func TestSelection(t *testing.T) {
	a := &app{clock: func() time.Time { return time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC) }}
	s := selection{basis: "delivered", category: "Lampen", brand: "Acme", sources: []string{"x"}, asOf: "2026-03-03T14:00:00Z"}
	q, err := s.query(a, []string{"1", "2"})
	if err != nil || q.Basis != compare.Delivered || q.Category != "Lampen" || q.Brand != "Acme" || len(q.Products) != 2 || q.Sources[0] != "x" || q.AsOf.Hour() != 14 {
		t.Errorf("%+v, %v", q, err)
	}
	s.asOf = "2026-03-05"
	if _, err := s.query(a, nil); codeOf(err) != exitUsage {
		t.Errorf("--as-of tomorrow: %v, want wrong use", err)
	}
}

func TestWindow(t *testing.T) {
	zone := time.Local
	time.Local = time.UTC
	defer func() { time.Local = zone }()
	a := &app{clock: func() time.Time { return time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC) }}
	tests := []struct{ from, to, asOf, want string }{
		{"", "", "", "0001-01-01 00:00:00 0001-01-01 00:00:00"},
		{"2026-03-01", "2026-03-02", "", "2026-03-01 00:00:00 2026-03-03 00:00:00"},
		{"", "", "2026-03-02 12:00", "0001-01-01 00:00:00 2026-03-02 12:00:01"},
		{"2026-03-02", "2026-03-01", "", ""},
	}
	for _, tt := range tests {
		s := selection{asOf: tt.asOf}
		from, to, err := s.window(a, tt.from, tt.to)
		got := from.Format(time.DateTime) + " " + to.Format(time.DateTime)
		if tt.want == "" && codeOf(err) != exitUsage || tt.want != "" && (err != nil || got != tt.want) {
			t.Errorf("%q to %q: %s, %v; want %s", tt.from, tt.to, got, err, tt.want)
		}
	}
}

func seq(n int, end error) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
		if end != nil {
			yield(0, end)
		}
	}
}

func TestWriteJSON(t *testing.T) {
	for n, want := range []string{"[]\n", "[\n0\n]\n", "[\n0,\n1\n]\n"} {
		var b bytes.Buffer
		if err := writeArray(&b, seq(n, nil)); err != nil || b.String() != want || !json.Valid(b.Bytes()) {
			t.Errorf("%d values: %q, %v", n, b.String(), err)
		}
	}
	var b bytes.Buffer
	if err := writeLines(&b, seq(2, nil)); err != nil || b.String() != "0\n1\n" {
		t.Errorf("lines: %q, %v", b.String(), err)
	}
	stop := errors.New("stop")
	if err := writeArray(&b, seq(2, stop)); !errors.Is(err, stop) {
		t.Errorf("array: %v, want the error of the values", err)
	}
	if err := writeLines(&b, seq(2, stop)); !errors.Is(err, stop) {
		t.Errorf("lines: %v, want the error of the values", err)
	}
}

func TestLook(t *testing.T) {
	a := &app{out: new(bytes.Buffer)}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		t.Setenv(name, "")
	}
	t.Setenv("LANG", "nl_BE.UTF-8")
	if l := a.look(""); l.Language != "nl-BE" || l.Color || l.Width != 0 {
		t.Errorf("%+v; want the language of LANG, and nothing of a terminal", l)
	}
	t.Setenv("LC_ALL", "C")
	if l := a.look(""); l.Language != "" {
		t.Errorf("%+v; want LC_ALL to go before LANG", l)
	}
	if l := a.look("en"); l.Language != "en" {
		t.Errorf("%+v; want the flag to go before everything", l)
	}
}
