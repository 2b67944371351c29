package door

import (
	"net/http"
	"testing"
	"time"
)

func TestRest(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	d := Door{Clock: func() time.Time { return now }}
	for v, want := range map[string]time.Duration{
		"5": 5 * time.Second, "": 30 * time.Second, "-1": 30 * time.Second, "soon": 30 * time.Second, "1000000000": 24 * time.Hour,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute, now.Add(-time.Minute).Format(http.TimeFormat): 30 * time.Second,
	} {
		if got := d.rest(http.Header{"Retry-After": {v}}, nil); got != want {
			t.Errorf("%q: %s, want %s", v, got, want)
		}
	}
	for body, want := range map[string]time.Duration{
		`{"ok":false,"error_code":429,"parameters":{"retry_after":31}}`: 31 * time.Second,
		`{"parameters":{"retry_after":1.5}}`:                            30 * time.Second,
		`{"parameters":[]}`:                                             30 * time.Second,
		`<html>`:                                                        30 * time.Second,
	} {
		if got := d.rest(http.Header{}, []byte(body)); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}
