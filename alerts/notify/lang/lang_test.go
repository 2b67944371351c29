package lang

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pricegap/market"
)

// TestWords checks that both languages say everything.
func TestWords(t *testing.T) {
	text := map[string]map[string]string{}
	for _, l := range []string{"en", "nl"} {
		b, err := os.ReadFile(l + ".json")
		if err != nil {
			t.Fatal(err)
		}
		text[l] = leaves(b)
		for _, k := range []market.FailureKind{
			market.FailDNSNotFound, market.FailConnectTimeout, market.FailHeaderTimeout, market.FailRedirectLoop, market.FailServerError,
			market.FailBodyTimeout, market.FailRobotsUnavailable, market.FailBlockedCaptcha, market.FailParseDrift, market.FailCancelled,
		} {
			if Of(l).Phases[k.Info().Phase] == "" {
				t.Errorf("%s: no words for %s", l, k)
			}
		}
		for _, k := range []market.PointKind{
			market.PointDelivery, market.PointPickup, market.PointWarranty, market.PointReturns, market.PointService, market.PointRating,
		} {
			if Of(l).Fields[string(k)] == "" {
				t.Errorf("%s: no heading for %s", l, k)
			}
		}
		for _, s := range []market.Stock{
			market.StockIn, market.StockLimited, market.StockPreorder, market.StockBackorder, market.StockInStoreOnly, market.StockOut, market.StockDiscontinued,
		} {
			if Of(l).Stock[s] == "" {
				t.Errorf("%s: no words for %s", l, s)
			}
		}
	}
	for k := range text["en"] {
		if text["nl"][k] == "" {
			t.Errorf("there is no Dutch for %s", k)
		}
	}
}

// TestAdded adds a language as a file: what it does not say is said in English.
func TestAdded(t *testing.T) {
	english, err := os.ReadFile("en.json")
	if err != nil {
		t.Fatal(err)
	}
	add := func(text string) (*Words, error) {
		all, err := read(fstest.MapFS{"en.json": {Data: english}, "de.json": {Data: []byte(text)}})
		return all["de"], err
	}
	de, err := add(`{"we": "Wir", "decimal": ",", "percent": "%s %%", "stock": {"in_stock": "auf Lager"}}`)
	if err != nil {
		t.Fatal(err)
	}
	if de.We != "Wir" || de.Percent(-1538) != "15,4 %" || de.Stock[market.StockIn] != "auf Lager" || de.Stock[market.StockOut] != "out of stock" || de.Digest != "Digest" {
		t.Errorf("%+v", de)
	}
	if got := de.Pick(map[string]string{"de": "heute", "en": "today"}); got != "heute" {
		t.Errorf("%q", got)
	}
	if Of("en").We != "We" || Of("en").Stock[market.StockIn] != "in stock" {
		t.Error("another language changed English")
	}
	for text, want := range map[string]string{
		`{"wee": "x"}`:                    "unknown field",
		`{"cheaper": "%s billiger"}`:      "cheaper: ",
		`{"head": "%s Alarme"}`:           "head: ",
		`{"kinds": {"rank": "Platz"}}`:    "kinds.rank: ",
		`{"kinds": {"mispelt": "Platz"}}`: "kinds.mispelt: ",
		`{"we": ""}`:                      "we: ",
		`{"we": 1}`:                       "cannot unmarshal",
	} {
		if _, err := add(text); err == nil || !strings.HasPrefix(err.Error(), "lang: de.json: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestOf(t *testing.T) {
	for tag, want := range map[string]string{"nl": "Wij", "nl-BE": "Wij", "NL": "Wij", "en-GB": "We", "xx": "We", "": "We", "nlx": "We"} {
		if got := Of(tag).We; got != want {
			t.Errorf("%s: %q", tag, got)
		}
	}
}

func TestAgo(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		-time.Hour: "just now", 59 * time.Second: "just now", time.Minute: "1 min ago", 119 * time.Minute: "119 min ago",
		2 * time.Hour: "2 h ago", 47 * time.Hour: "47 h ago", 48 * time.Hour: "2 days ago",
	} {
		if got := Of("en").Ago(at.Add(-d), at); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for bp, want := range map[int64]string{0: "0.0%", -1538: "15.4%", 4: "0.0%", 5: "0.1%", -250: "2.5%", 10000: "100.0%"} {
		if got := Of("en").Percent(bp); got != want {
			t.Errorf("%d: %q, want %q", bp, got, want)
		}
	}
	if got := Of("nl").Percent(-250); got != "2,5 %" {
		t.Errorf("%q", got)
	}
}

// TestMoment says the time of day in the zone of a channel, the day where it is another one, and the zone where none is set.
func TestMoment(t *testing.T) {
	amsterdam, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 2, 23, 30, 0, 0, time.UTC) // the third in Amsterdam
	for _, tt := range []struct {
		then time.Time
		zone *time.Location
		want string
	}{
		{at.Add(-10 * time.Minute), amsterdam, "00:20"},
		{at.Add(-time.Hour), amsterdam, "2026-03-02 23:30"},
		{at.Add(-10 * time.Minute), nil, "23:20 UTC"},
		{at.Add(-48 * time.Hour), nil, "2026-02-28 23:30 UTC"},
	} {
		if got := Of("nl").Moment(tt.then, at, tt.zone); got != tt.want {
			t.Errorf("%s in %v: %q, want %q", tt.then, tt.zone, got, tt.want)
		}
	}
}
