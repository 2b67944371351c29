package golden

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const address = "https://www.kratwerk.example/p/klapkrat-32"

// site is a source that is read by a parser with these options.
func site(t *testing.T, kind string, fields map[string]string) crawler.Site {
	t.Helper()
	p, err := parsers.New(kind, func(v any) error {
		v.(*parsers.Rules).Fields = fields
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := market.Source{ID: "kratwerk", Locale: money.Locale{Language: "nl-NL", Currency: "EUR"}, VAT: money.VATIncluded}
	return crawler.Site{Source: s, Parser: p}
}

const good = `<html lang="nl"><title>Klapkrat</title><script type="application/ld+json">{"@context":"https://schema.org","@type":"Product",
"name":"Klapkrat 32 l","sku":"KK-32","gtin13":"8712345678906","offers":{"@type":"Offer","price":"14.95","priceCurrency":"EUR",
"availability":"https://schema.org/InStock"}}</script><h1>Klapkrat 32 l</h1><p class="prijs">€ 14,95</p><p class="was">€ 17,95</p><p class="tijd">morgen in huis</p>`

// visit is what a visit of a page brings.
func visit(t *testing.T, s crawler.Site, body string, header http.Header) crawler.Visit {
	t.Helper()
	v := crawler.Visit{Request: s.Request(address), Page: market.Page{
		Source: s.Source.ID, Asked: address, URL: address, Status: 200, Header: header, Body: []byte(body), FetchedAt: time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC),
	}}
	var err error
	if v.Result, err = crawler.Read(s, v.Page, v.Request); err != nil {
		v.Failure, _ = errors.AsType[*crawler.FetchError](err)
	}
	return v
}

// kept is the good page, kept in a folder and loaded from there.
func kept(t *testing.T, s crawler.Site) Page {
	t.Helper()
	p, err := New(visit(t, s, good, nil))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "kratwerk")
	if err := p.Save(folder, false); err != nil {
		t.Fatal(err)
	}
	ps, err := Load(folder)
	if err != nil || len(ps) != 1 {
		t.Fatalf("%d pages, %v", len(ps), err)
	}
	if d := cmp.Diff(p, ps[0], cmp.AllowUnexported(Page{}, market.Text{}, market.Count{}, money.Amount{})); d != "" {
		t.Errorf("kept, then loaded:\n%s", d)
	}
	return ps[0]
}

func TestNotGood(t *testing.T) {
	s := site(t, "auto", nil)
	for name, tt := range map[string]struct {
		body   string
		header http.Header
		want   string
	}{
		"no price":     {"<title>x</title><h1>Klapkrat</h1><p>Mooie kratten voor in de schuur en in de keuken.</p>", nil, "price_missing"},
		"a captcha":    {`<title>Just a moment...</title><form id="challenge-form"></form>` + good, http.Header{"Cf-Mitigated": {"challenge"}}, "blocked_challenge"},
		"no copies":    {strings.Replace(good, "<title>", `<meta name="robots" content="noarchive"><title>`, 1), nil, "noarchive"},
		"none by head": {good, http.Header{"X-Robots-Tag": {"noarchive"}}, "noarchive"},
		"only a range": {strings.NewReplacer(`"Offer"`, `"AggregateOffer"`, `"price":"14.95"`, `"lowPrice":"14.95","highPrice":"19.95","offerCount":3`, "€ 14,95", "", "€ 17,95", "").Replace(good), nil, "pri"},
	} {
		_, err := New(visit(t, s, tt.body, tt.header))
		if !errors.Is(err, ErrNotGood) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v does not say %q", name, err, tt.want)
		}
	}
	nameless := visit(t, s, good, nil)
	nameless.Result.Offers[0].Title = market.Text{}
	if _, err := New(nameless); !errors.Is(err, ErrNotGood) || !strings.Contains(err.Error(), "no name") {
		t.Errorf("an offer without a name: %v", err)
	}
	if _, err := New(crawler.Visit{Failure: &crawler.FetchError{Kind: market.FailGone}}); !errors.Is(err, ErrNotGood) || !strings.Contains(err.Error(), "gone") {
		t.Errorf("a page that has ended: %v", err)
	}
}

// TestKept: a page is not overwritten unless that is asked for, and what stands beside it can be corrected by hand.
func TestKept(t *testing.T) {
	s := site(t, "auto", nil)
	p := kept(t, s)
	folder := t.TempDir()
	if ps, err := Load(filepath.Join(folder, "nobody")); err != nil || len(ps) > 0 {
		t.Errorf("no folder: %v, %v", ps, err)
	}
	if err := p.Save(folder, false); err != nil {
		t.Fatal(err)
	}
	if err := p.Save(folder, false); !errors.Is(err, ErrKept) {
		t.Errorf("kept twice: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, ".half"+expected), []byte(`{"asked"`), 0o600); err != nil { // a process that died left it
		t.Fatal(err)
	}
	p.Offers[0].Title = market.NewText("Klapkrat 46 l")
	if err := p.Save(folder, true); err != nil {
		t.Fatal(err)
	}
	ps, err := Load(folder)
	if err != nil || len(ps) != 1 || ps[0].Offers[0].Title.Plain() != "Klapkrat 46 l" {
		t.Fatalf("replaced: %v, %v", ps, err)
	}
	for name, damage := range map[string]func(file string) error{
		"no page":     func(f string) error { return os.Remove(strings.TrimSuffix(f, expected) + packed) },
		"half a page": func(f string) error { return os.Truncate(strings.TrimSuffix(f, expected)+packed, 100) },
		"a typing error": func(f string) error {
			return os.WriteFile(f, []byte(`{"asked":"x","offers":[{"title":"Krat"}],"ofers":[]}`), 0o600)
		},
		"nothing expected": func(f string) error { return os.WriteFile(f, []byte(`{"asked":"x","offers":[]}`), 0o600) },
	} {
		if err := p.Save(folder, true); err != nil {
			t.Fatal(err)
		}
		if err := damage(filepath.Join(folder, p.Name+expected)); err != nil {
			t.Fatal(err)
		}
		if ps, err := Load(folder); err == nil || len(ps) > 0 || !strings.Contains(err.Error(), p.Name) {
			t.Errorf("%s: %v, %v", name, ps, err)
		}
	}
}

func TestName(t *testing.T) {
	seen := map[string]bool{}
	for address, want := range map[string]string{
		address: "klapkrat-32-", address + "?kleur=rood": "klapkrat-32-", "https://a.example/": "page-", "https://a.example/p/%2e%2e%2f..": "page-",
		"https://a.example/" + strings.Repeat("x", 300): strings.Repeat("x", 40) + "-", "::": "page-", "https://a.example/Ünïcode/": "n-code-", "https://a.example/artikel/SN_204.html": "sn-204-",
	} {
		got := name(address)
		if !strings.HasPrefix(got, want) || seen[got] || strings.ContainsAny(got, "./\\ ") {
			t.Errorf("%s is kept as %s", address, got)
		}
		seen[got] = true
	}
}

// TestReplay: the same page, read otherwise than when it was kept.
func TestReplay(t *testing.T) {
	for name, tt := range map[string]struct {
		kind   string
		fields map[string]string
		edit   func(*Page)
		want   Verdict
		say    string
	}{
		"as it was":               {"auto", nil, nil, Same, ""},
		"another reader says it":  {"auto", nil, func(p *Page) { p.Offers[0].Evidence[market.FieldGTIN] = market.Evidence{Reader: "microdata"} }, Same, ""},
		"a selector that is gone": {"selectors", map[string]string{"name": "h1", "price": ".prijs"}, nil, Reading, "gtin lost: kept 8712345678906 (json-ld"},
		"the former price":        {"selectors", map[string]string{"name": "h1", "price": ".was"}, nil, Reading, "price moved: kept 14.95 EUR (json-ld script 1: offers.price), read 17.95 EUR (selector .was)"},
		"no price any more":       {"selectors", map[string]string{"name": "h1"}, nil, Reading, "failure gained: kept unknown, read price_missing"},
		"one field more":          {"auto", map[string]string{"delivery": ".tijd"}, nil, Reading, "delivery gained: kept unknown, read morgen in huis"},
		"corrected by hand":       {"auto", nil, func(p *Page) { p.Offers[0].GTIN = "4006381333931" }, Reading, "gtin changed: kept 4006381333931"},
	} {
		t.Run(name, func(t *testing.T) {
			p := kept(t, site(t, "auto", nil))
			if tt.edit != nil {
				tt.edit(&p)
			}
			check(t, p.Replay(site(t, tt.kind, tt.fields)), tt.want, tt.say)
		})
	}
}

// TestAgainst tells a change of the template from one of prices.
func TestAgainst(t *testing.T) {
	now := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(good) }
	for name, tt := range map[string]struct {
		body string
		want Verdict
		say  string
	}{
		"as it was":        {good, Same, ""},
		"one script more":  {now("<title>", `<script>var x = 1</script><title>`), Same, ""},
		"a price":          {now("14.95", "12.95", "14,95", "12,95"), Values, "price changed: kept 14.95 EUR (json-ld script 1: offers.price), read 12.95 EUR"},
		"sold out":         {now("InStock", "OutOfStock"), Values, "availability changed: kept in_stock"},
		"a promotion ends": {now("€ 17,95", ""), Values, "reference_price lost: kept 17.95 EUR"},
		"no numbers":       {now(`"gtin13":"8712345678906",`, ""), Template, "gtin lost"},
		"another place":    {now(`{"@context"`, `{"@graph":[{"@context"`, `InStock"}}<`, `InStock"}}]}<`), Template, "sku moved: kept KK-32 (json-ld script 1: sku), read KK-32 (json-ld script 1: @graph.sku)"},
		"no data":          {now("application/ld+json", "text/plain"), Template, "price moved: kept 14.95 EUR (json-ld script 1: offers.price), read 14.95 EUR (visible"},
		"no price":         {now("application/ld+json", "text/plain", "€", "", "14,95", "?", "17,95", "?"), Template, "failure gained: kept unknown, read price_missing"},
		"another product":  {now("8712345678906", "4006381333931"), Product, "gtin changed"},
		"not there":        {`<title>404 Pagina niet gevonden</title><h1>Pagina niet gevonden</h1><p>Deze pagina bestaat niet meer.</p>`, Away, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := site(t, "auto", nil)
			check(t, against(kept(t, s), visit(t, s, tt.body, nil)), tt.want, tt.say)
		})
	}
	s := site(t, "auto", nil)
	r := against(kept(t, s), crawler.Visit{Failure: &crawler.FetchError{URL: address, Kind: market.FailGone}})
	if r.Verdict != Away || r.Failure != market.FailGone || !r.Wrong() {
		t.Errorf("a page that has ended: %+v", r)
	}
}

func against(p Page, v crawler.Visit) Report { return Against([]Page{p}, []crawler.Visit{v})[0] }

// TestAgainstOthers: what one page does not say any more, and another still says where it stood, is no new template.
func TestAgainstOthers(t *testing.T) {
	s := site(t, "auto", nil)
	p := kept(t, s)
	for name, tt := range map[string]struct {
		first, second string
		want          [2]Verdict
	}{
		"one lost its stock":   {strings.Replace(good, "InStock", "Weggelegd", 1), good, [2]Verdict{Values, Same}},
		"both lost it":         {strings.Replace(good, `"availability"`, `"voorraad"`, 1), strings.Replace(good, `"availability"`, `"voorraad"`, 1), [2]Verdict{Template, Template}},
		"one has no price":     {`<title>Klapkrat</title><h1>Klapkrat 32 l</h1><p>Deze krat komt binnenkort terug in ons assortiment.</p>`, good, [2]Verdict{Away, Same}},
		"one is read by sight": {strings.Replace(good, "application/ld+json", "text/plain", 1), good, [2]Verdict{Template, Same}},
	} {
		rs := Against([]Page{p, p}, []crawler.Visit{visit(t, s, tt.first, nil), visit(t, s, tt.second, nil)})
		if got := [2]Verdict{rs[0].Verdict, rs[1].Verdict}; got != tt.want {
			t.Errorf("%s: %s, want %s: %v", name, got, tt.want, rs)
		}
	}
}

// failing is a parser with a fault.
type failing struct{}

func (failing) Parse(*parsers.Doc) (parsers.Result, error) { panic("index out of range") }

// TestFailing: a fault of ours is not the shop's.
func TestFailing(t *testing.T) {
	s := site(t, "auto", nil)
	p := kept(t, s)
	p.Role = parsers.RoleList // as which it was kept, whatever it would be now
	if v := p.Visit(s); v.Request.Role != parsers.RoleList {
		t.Errorf("read as %s", v.Request.Role)
	}
	s.Parser = failing{}
	for _, r := range []Report{p.Replay(s), against(p, p.Visit(s))} {
		if r.Verdict != Reading || r.Failure != market.FailInternalPanic {
			t.Errorf("%+v", r)
		}
	}
}

func check(t *testing.T, r Report, want Verdict, say string) {
	t.Helper()
	var lines []string
	for _, d := range r.Differences {
		lines = append(lines, d.String())
	}
	said := strings.Join(lines, "\n")
	if r.Verdict != want || !strings.Contains(said, say) || r.Wrong() == (want == Same || want == Values) {
		t.Errorf("%s, want %s that says %q:\n%s\n%s %s", r.Verdict, want, say, said, r.Failure, r.Message)
	}
	if want == Same && (len(r.Differences) > 0 || r.Page == "" || r.URL != address) {
		t.Errorf("%+v", r)
	}
}
