package main

import (
	"bytes"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/watch"
)

// TestPrintLooked: what could not be had, or waits, is told in a line each.
func TestPrintLooked(t *testing.T) {
	for _, tt := range []struct {
		looked watch.Looked
		want   string
	}{
		{watch.Looked{}, ""},
		{watch.Looked{Waits: true}, "rival: what its page says now is new, and waits for the end of the crawl that is under way\n"},
		{watch.Looked{Late: true}, "rival: its page has not come within 5s: ask again, or raise --wait\n"},
		{watch.Looked{Failure: &market.Failure{Kind: market.FailServerError, Status: 503}}, "rival: server_error (status 503): " + nextSteps[market.FailServerError] + "\n"},
	} {
		var errs bytes.Buffer
		a := &app{err: &errs}
		tt.looked.Source = "rival"
		if complete := a.printLooked([]watch.Looked{tt.looked}, 5*time.Second); errs.String() != tt.want || complete != (tt.want == "") {
			t.Errorf("%+v: %v, %q; want %q", tt.looked, complete, errs.String(), tt.want)
		}
	}
}
