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
		if got := d.rest(http.Header{"Retry-After": {v}}); got != want {
			t.Errorf("%q: %s, want %s", v, got, want)
		}
	}
}
