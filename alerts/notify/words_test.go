package notify

import (
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"testing"
	"time"

	"pricegap/market"
)

// TestWords checks that both languages say everything, with the same values in it.
func TestWords(t *testing.T) {
	verb := regexp.MustCompile(`%.`)
	en, nl := reflect.ValueOf(english), reflect.ValueOf(dutch)
	for i := range en.NumField() {
		name := en.Type().Field(i).Name
		if en.Field(i).Kind() == reflect.Map {
			continue
		}
		a, b := en.Field(i).String(), nl.Field(i).String()
		if a == "" || b == "" || !slices.Equal(verb.FindAllString(a, -1), verb.FindAllString(b, -1)) {
			t.Errorf("%s: %q and %q", name, a, b)
		}
	}
	for _, k := range []market.FailureKind{
		market.FailDNSNotFound, market.FailConnectTimeout, market.FailHeaderTimeout, market.FailRedirectLoop, market.FailServerError,
		market.FailBodyTimeout, market.FailRobotsUnavailable, market.FailBlockedCaptcha, market.FailParseDrift, market.FailCancelled,
	} {
		if p := k.Info().Phase; english.phases[p] == "" || dutch.phases[p] == "" {
			t.Errorf("no words for %s", p)
		}
	}
	for _, s := range []market.Stock{
		market.StockIn, market.StockLimited, market.StockPreorder, market.StockBackorder, market.StockInStoreOnly, market.StockOut, market.StockDiscontinued,
	} {
		if english.stock[s] == "" || dutch.stock[s] == "" {
			t.Errorf("no words for %s", s)
		}
	}
}

func TestAgo(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		-time.Hour: "just now", 59 * time.Second: "just now", time.Minute: "1 min ago", 119 * time.Minute: "119 min ago",
		2 * time.Hour: "2 h ago", 47 * time.Hour: "47 h ago", 48 * time.Hour: "2 days ago",
	} {
		if got := english.ago(at.Add(-d), at); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func TestPercentWords(t *testing.T) {
	for bp, want := range map[int64]string{0: "0.0%", -1538: "15.4%", 4: "0.0%", 5: "0.1%", -250: "2.5%", 10000: "100.0%"} {
		if got := english.percent(bp); got != want {
			t.Errorf("%d: %q, want %q", bp, got, want)
		}
	}
	if got := dutch.percent(-250); got != "2,5 %" {
		t.Errorf("%q", got)
	}
}

func TestRest(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	d := door{clock: func() time.Time { return now }}
	for v, want := range map[string]time.Duration{
		"5": 5 * time.Second, "": 30 * time.Second, "-1": 30 * time.Second, "soon": 30 * time.Second, "1000000000": 24 * time.Hour,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute, now.Add(-time.Minute).Format(http.TimeFormat): 30 * time.Second,
	} {
		if got := d.rest(http.Header{"Retry-After": {v}}); got != want {
			t.Errorf("%q: %s, want %s", v, got, want)
		}
	}
}

func TestLink(t *testing.T) {
	for raw, want := range map[string]string{
		"https://a.example/p?x=1&y=2#top": "https://a.example/p?x=1&y=2",
		"http://a.example/é":              "http://a.example/%C3%A9",
		"https://u:p@a.example/":          "",
		"javascript:alert(1)":             "",
		"//a.example/":                    "",
		"https:///x":                      "",
		"":                                "",
		"https://a.example/|x>":           "https://a.example/%7Cx%3E",
		"https://a.example/?q=<!here>":    "",
	} {
		if got := link(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}
