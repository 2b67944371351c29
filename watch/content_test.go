package watch_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
	"pricegap/quality"
)

// contentCases is how many cases of hostile content there are: C01 to C50.
const contentCases = 50

// content is one variant of a case of hostile content.
type content struct {
	id, variant string
	test        func(*testing.T)
}

// TestContent holds what must happen for every case of hostile content, C01 to C50, each variant through the door at
// which it is decided: money.Parse for printed prices, crawler.Read for pages, quality.Judge for what is doubted, and
// whole runs of the crawler for what only a run can see.
//
// "exact" is a price that Judge trusts at first sight; "quarantined" on a page is price_ambiguous, of which nothing is
// recorded (decisions 10 and 12), and between looks a verdict of Judge; "none" is any other failure, or a price of
// another kind.
func TestContent(t *testing.T) {
	cases := map[string][]content{}
	for _, c := range slices.Concat(texts(), shows(), data(), walls(), looksTwice(), runs()) {
		cases[c.id] = append(cases[c.id], c)
	}
	for n := range contentCases {
		id := fmt.Sprintf("C%02d", n+1)
		if len(cases[id]) == 0 {
			t.Errorf("%s has no test", id)
		}
		t.Run(id, func(t *testing.T) {
			seen := map[string]bool{}
			for _, c := range cases[id] {
				if seen[c.variant] {
					t.Errorf("two variants %q", c.variant)
				}
				seen[c.variant] = true
				t.Run(c.variant, c.test)
			}
		})
		delete(cases, id)
	}
	for id := range cases {
		t.Errorf("%s is no case", id)
	}
}

// inDutch is the source that most cases are about.
var inDutch = money.Locale{Language: "nl-NL", Currency: "EUR"}

// text is a printed price. wrong is what a reader that does not know the case would take for the price: it stands in
// the text, and the outcome holds it nowhere.
type text struct {
	id, variant, text string
	locale            money.Locale // nl-NL in EUR where empty
	want, wrong       string
}

func (c text) content() content {
	return content{c.id, cmp.Or(c.variant, c.text), func(t *testing.T) {
		l := c.locale
		if l == (money.Locale{}) {
			l = inDutch
		}
		if !strings.Contains(c.text, c.wrong) || c.wrong == "" {
			t.Errorf("%q does not stand in %q", c.wrong, c.text)
		}
		start := time.Now()
		r, err := money.Parse(c.text, l)
		took := time.Since(start)
		if got := printed(r); err != nil || got != c.want || r.Decimal == c.wrong {
			t.Errorf("%q is %q, %v; want %q", c.text, got, err, c.want)
		}
		if c.id == "C14" && took > 10*time.Millisecond { // ten times the bound
			t.Errorf("%s for %.20q", took, c.text)
		}
	}}
}

// printed is a reading in one line: what it is, and what else stands in the text.
func printed(r money.Reading) string {
	sum := r.Decimal
	if r.Amount.Known() {
		sum = r.Amount.String()
	}
	out := strings.TrimSpace(string(r.Kind) + " " + sum)
	for _, s := range []struct{ label, value string }{{"to", r.High.Decimal()}, {"ref", r.Reference.Decimal()}, {"vat", string(r.VAT)}, {"per", r.Unit}} {
		if s.value != "" {
			out += " " + s.label + " " + s.value
		}
	}
	for _, c := range r.Candidates {
		out += " | " + strings.TrimSpace(string(c.Kind)+" "+c.Decimal)
	}
	return out
}

// page is a page of a product that holds a case. Outcomes are written as outcome does.
type page struct {
	id, variant string
	head, body  string // in the page of a lamp, with a headline and a button to buy
	whole       string // in the place of that page
	asked, url  string // https://shop.example/p/lamp-zefier
	status      int
	header      http.Header
	source      market.Source // nl-NL in EUR where it has no locale
	parser      string        // "auto"
	options     string        // of the parser, as JSON
	role        parsers.Role
	want        string
	// wrong is what a reader that does not know the case would take for the price. It stands in the page, and the
	// outcome holds it nowhere.
	wrong string
	// trait is what makes the case, and what stands in its place on a page without it: the outcome is plain then.
	trait, without, plain string
	check                 func(*testing.T, parsers.Result)
}

const lampURL = "https://shop.example/p/lamp-zefier"

func (c page) text() string {
	if c.whole != "" {
		return c.whole
	}
	return `<!doctype html><html lang="nl"><head><title>Lamp Zefier | Winkel</title>` + c.head + `</head><body><main><h1>Lamp Zefier</h1>` + c.body +
		`<p>Een lamp voor op de tafel.</p><button>In winkelwagen</button></main></body></html>`
}

func (c page) content() content {
	return content{c.id, c.variant, func(t *testing.T) {
		body := c.text()
		if c.wrong == "" || !strings.Contains(body, c.wrong) && !strings.Contains(visibleText(t, body), c.wrong) {
			t.Errorf("%q does not stand in the page", c.wrong)
		}
		start := time.Now()
		res := c.read(t, body)
		if took := time.Since(start); c.id == "C33" && took > 2*time.Second { // ten times the bound
			t.Errorf("%s", took)
		}
		got := outcome(t, res)
		if got != c.want {
			t.Errorf("%q (%s), want %q", got, res.Message, c.want)
		}
		if strings.HasPrefix(c.want, c.wrong+" ") {
			t.Errorf("%q is the wrong answer", c.want)
		}
		if c.check != nil {
			c.check(t, res)
		}
		if c.plain == "" {
			return
		}
		if n := strings.Count(body, c.trait); n == 0 || c.plain == c.want {
			t.Fatalf("the trait %q stands %d times in the page, %q without it", c.trait, n, c.plain)
		}
		if got := outcome(t, c.read(t, strings.ReplaceAll(body, c.trait, c.without))); got != c.plain {
			t.Errorf("without its trait %q, want %q", got, c.plain)
		}
	}}
}

// read reads a page as the crawl does.
func (c page) read(t *testing.T, body string) parsers.Result {
	t.Helper()
	p, err := parsers.New(cmp.Or(c.parser, "auto"), func(v any) error {
		if c.options == "" {
			return nil
		}
		return json.Unmarshal([]byte(c.options), v)
	})
	if err != nil {
		t.Fatal(err)
	}
	src := c.source
	if src.Locale == (money.Locale{}) {
		src.Locale = inDutch
	}
	url := cmp.Or(c.url, c.asked, lampURL)
	at := market.Page{
		Asked: cmp.Or(c.asked, url), URL: url, Status: cmp.Or(c.status, http.StatusOK), Header: c.header, Body: []byte(body),
		FetchedAt: time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC),
	}
	res, err := crawler.Read(crawler.Site{Source: src, Parser: p}, at, crawler.Request{URL: at.Asked, Role: cmp.Or(c.role, parsers.RoleProduct)})
	if fe, ok := errors.AsType[*crawler.FetchError](err); ok {
		return parsers.Result{Failure: fe.Kind, Message: fe.Error()}
	}
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// outcome is what a page comes to, in one line: its failure, then every sum of its own product with its kind, and stock
// that is not simply there. A page with a failure has no price, and a price without one is trusted at first sight or
// says why not.
func outcome(t *testing.T, res parsers.Result) string {
	t.Helper()
	out := []string{}
	if res.Failure != "" {
		out = append(out, string(res.Failure))
	}
	if len(res.Offers) == 0 {
		return strings.Join(append(out, "nothing")[:1], " ")
	}
	o := res.Offers[0]
	if res.Failure != "" && (o.Price.Known() || o.Low.Known()) {
		t.Errorf("%s with a price", res.Failure)
	}
	for _, s := range []struct {
		label string
		a     money.Amount
	}{
		{"", o.Price},
		{"from", o.Low},
		{"to", o.High},
		{"ref", o.Reference},
		{"member", o.Member},
		{"coupon", o.Coupon},
		{"month", o.PerMonth},
		{"unit", o.UnitPrice},
		{"shipping", o.Shipping},
	} {
		if s.a.Known() {
			out = append(out, strings.TrimSpace(s.label+" "+s.a.String()))
		}
	}
	if o.VAT != "" {
		out = append(out, "vat "+string(o.VAT))
	}
	if o.Condition != "" {
		out = append(out, string(o.Condition))
	}
	if o.Stock != market.StockIn && res.Failure == "" {
		out = append(out, cmp.Or(string(o.Stock), "perhaps in stock"))
	}
	if v := quality.Judge(market.Observation{Offer: o}, quality.Past{}, quality.Policy{}); v.Trust.State != market.Trusted {
		out = append(out, string(v.Trust.State), v.Trust.Reason)
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, " ")
}

// visibleText is the text of a page without its tags.
func visibleText(t *testing.T, body string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return ""
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}
