package warc

import (
	"net/netip"
	"strings"
	"testing"
)

// TestNoArchive: pages whose owner asks for no copies are not kept, whatever the form of the request; others are.
func TestNoArchive(t *testing.T) {
	html := func(head string) string { return "<!doctype html><html><head>" + head + "</head><body>x</body></html>" }
	for name, c := range map[string]struct {
		headers []string
		body    string
		want    bool // to be kept
	}{
		"nothing":             {nil, html(""), true},
		"tag":                 {[]string{"X-Robots-Tag", "noarchive"}, "", false},
		"tag among others":    {[]string{"X-Robots-Tag", "noindex, NoArchive"}, "", false},
		"second tag":          {[]string{"X-Robots-Tag", "noindex", "X-Robots-Tag", "noarchive"}, "", false},
		"tag for us":          {[]string{"X-Robots-Tag", "PriceGap: noarchive"}, "", false},
		"tag for another":     {[]string{"X-Robots-Tag", "otherbot: noarchive"}, "", true},
		"tag of another kind": {[]string{"X-Robots-Tag", "noindex, nosnippet"}, "", true},
		"with a date":         {[]string{"X-Robots-Tag", "unavailable_after: 25 Jun 2026 15:00:00 PST, noarchive"}, "", false},
		"meta":                {nil, html(`<META content='noarchive' NAME="Robots">`), false},
		"meta for us":         {nil, html(`<meta name=pricegap content="noindex,noarchive">`), false},
		"meta for another":    {nil, html(`<meta name=otherbot content=noarchive>`), true},
		"a word in the text":  {nil, html(`<title>noarchive</title><meta name=description content=noarchive>`), true},
		"in the body":         {nil, `<html><body><meta name=robots content=noarchive></body>`, true},
		"in a comment":        {nil, html(`<!-- <meta name=robots content=noarchive> -->`), true},
		"not a page":          {[]string{"Content-Type", "application/json"}, `{"a":"<meta name=robots content=noarchive>"}`, true},
		"far down":            {nil, html(strings.Repeat(" ", 64<<10) + `<meta name=robots content=noarchive>`), true},
	} {
		b := newBench(t, Options{})
		b.Keep("them", answerOf(200, "https://them.example/", c.headers...), []byte(c.body), netip.Addr{}, b.now)
		if kept := len(b.names()) == 1; kept != c.want {
			t.Errorf("%s: kept %v", name, kept)
		}
	}
}
