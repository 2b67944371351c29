package feed

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pricegap/market"
)

// readRows reads a file into one text a row: the observation without the lines of its evidence, or why it is a bad one.
func readRows(t *rapid.T, text string) []string {
	var out []string
	bad, err := EachObservation(strings.NewReader(text), func(o market.Observation, _ int) error {
		evidence := map[market.Field]market.Evidence{}
		for f, e := range o.Offer.Evidence {
			_, e.Where, _ = strings.Cut(e.Where, ", ")
			evidence[f] = e
		}
		o.Offer.Evidence = evidence
		b, err := json.Marshal(o)
		out = append(out, string(b))
		return err
	})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	for _, b := range bad {
		out = append(out, b.Reason)
	}
	return out
}

// parts of lines that are put together: some say what others do, some say it twice or so that it only seems the same.
var (
	echoHeads = []string{
		`"source":"a","listing":"a/sku:1",`, `"source":"a","sku":"1",`, `"source":"b","listing":"b/1",`, ``, `"source":"a\u0062","sku":"1",`,
		`"seen_at":"2026-01-01T00:00:00Z","source":"a","sku":"1",`, `"offer":{"sku":"1","price":"7.00 EUR"},"source":"a",`,
	}
	echoMoments = []string{
		`"seen_at":"2026-03-01T10:00:00Z"`, `"seen_at":"2026-03-02T10:00:00Z"`, `"seen_at":"2026-03-02T10:00:00+02:00"`, `"seen_at":"2026-03-02"`,
		`"seen_at":"2026-03-02T1:000:00Z"`, `"seen_at":"1970-01-01T00:00:00Z"`, `"seen_at":"2026-13-02T10:00:00Z"`, `"Seen_At":"2026-03-03T10:00:00Z"`,
		`"seen_at":"2026-03-04T10:00:00Z","run":"r1"`, `"seen_at":"2026-03-05T10:00:00Z","run":"r2"`, `"seen_at":"2026-03-05T10:00:00Z","run":"r\u2028"`,
	}
	echoTails = []string{
		`,"offer":{"sku":"1","price":"5.00 EUR"},"trust":{"state":"trusted"}}`, `,"offer":{"sku":"1","price":"6.00 EUR"},"trust":{"state":"trusted"}}`,
		`,"price":"5.00","currency":"EUR"}`, `,"offer":{"sku":"1","price":"5.00 EUR","title":"seen"},"run":"r3"}`, `,"price":"5.00","currency":"EUR","run":"r4"}`,
		`,"offer":{"sku":"1","price":"5.00 EUR"},"SEEN_AT":"2026-03-01T10:00:00Z"}`, `,"offer":{"sku":"1","price":"5.00 EUR"},"ſeen_at":"2026-03-01T10:00:00Z"}`,
		`,"offer":{"sku":"1","price":"5.00 EUR"},"\u0073een_at":"2026-03-01T10:00:00Z"}`, `,"offer":{"sku":"1","price":"5.00 EUR"},"R\u0055N":"r1"}`, `}`, `,`,
		`,"offer":{"sku":"1","price":"5.00 EUR","url":"https://a.example/?a=1\u0026b=\\u"},"trust":{"state":"trusted"}}`,
	}
)

// TestEcho holds that a line of JSON says the same behind any other as alone.
func TestEcho(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := func(of []string) string { return rapid.SampledFrom(of).Draw(t, "part") }
		var lines []string
		for range rapid.IntRange(2, 6).Draw(t, "lines") {
			l := [3]string{part(echoHeads), part(echoMoments), part(echoTails)}
			lines = append(lines, "{"+l[0]+l[1]+l[2])
			if rapid.Bool().Draw(t, "repeat") {
				lines = append(lines, "{"+l[0]+part(echoMoments)+l[2])
			}
		}
		alone(t, "", lines)
	})
}

// TestEchoOfTables is TestEcho for the rows of a table, exported or not.
func TestEchoOfTables(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
		head := draw("head", "source,listing,seen_at,low_price,high_price,reference_price,status,reason,price,currency,run,age_hours\n",
			"source,listing,seen_at,low_price,high_price,reference_price,status,why,price,currency,run,age_hours\n")
		var lines []string
		for range rapid.IntRange(2, 8).Draw(t, "lines") {
			lines = append(lines, strings.Join([]string{
				"a", draw("listing", "a/sku:1", "a/sku:2"), draw("at", "2026-03-01T10:00:00Z", "2026-03-02", "46084.5", "never", ""), "", "", "", "trusted", "",
				draw("price", "5.00", "6.00", "x"), "EUR", draw("run", "r1", "r2", "", "r\u202e"), draw("age", "1.5", "2", ""),
			}, ","))
		}
		alone(t, head, lines)
	})
}

// alone compares what a file says with what each of its lines says by itself.
func alone(t *rapid.T, head string, lines []string) {
	var good, bad []string
	for _, l := range lines {
		n := len(good)
		for _, r := range readRows(t, head+l+"\n") {
			if strings.HasPrefix(r, "{") {
				good = append(good, r)
			}
		}
		if len(good) == n {
			bad = append(bad, readRows(t, head+l+"\n")...)
		}
	}
	want := strings.Join(append(good, bad...), "\n")
	if got := strings.Join(readRows(t, head+strings.Join(lines, "\n")+"\n"), "\n"); got != want {
		t.Fatalf("together\n%s\nalone\n%s", got, want)
	}
}
