package sitemap_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/parsers/sitemap"
)

const base = "https://shop.example/sitemap.xml"

func pack(t testing.TB, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func locs(r sitemap.Result) []string {
	var out []string
	for _, e := range r.URLs {
		out = append(out, strings.TrimPrefix(e.Loc, "https://shop.example"))
	}
	return out
}

func TestRead(t *testing.T) {
	const urlset = `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`
	one := urlset + `<url><loc>https://shop.example/a</loc></url></urlset>`
	utf16 := "\xff\xfe"
	for _, r := range `<?xml version="1.0" encoding="UTF-16"?><urlset><url><loc>https://shop.example/w</loc></url></urlset>` {
		utf16 += string([]byte{byte(r), 0})
	}
	for _, c := range []struct {
		name, in string
		urls     []string
		sitemaps []string
		skipped  int
		err      error
	}{
		{"plain", one, []string{"/a"}, nil, 0, nil},
		{"gzip", pack(t, one), []string{"/a"}, nil, 0, nil},
		{"byte order mark", "\xef\xbb\xbf" + one, []string{"/a"}, nil, 0, nil},
		{"UTF-16", utf16, []string{"/w"}, nil, 0, nil},
		{"latin-1", `<?xml version="1.0" encoding="ISO-8859-1"?><urlset><url><loc>https://shop.example/caf` + "\xe9" + `</loc></url></urlset>`, []string{"/caf%C3%A9"}, nil, 0, nil},
		{"prefix", `<s:urlset xmlns:s="x"><s:url><s:loc> https://shop.example/a </s:loc></s:url></s:urlset>`, []string{"/a"}, nil, 0, nil},
		{"entities and CDATA", urlset + `<url><loc>https://shop.example/a?x=1&amp;y=2</loc></url><url><loc><![CDATA[https://shop.example/b?x=1&y=2]]></loc></url></urlset>`, []string{"/a?x=1&y=2", "/b?x=1&y=2"}, nil, 0, nil},
		{"images have addresses of their own", urlset + `<url><loc>https://shop.example/a</loc><image:image><image:loc>https://shop.example/a.jpg</image:loc></image:image><image:loc>https://shop.example/b.jpg</image:loc></url></urlset>`, []string{"/a"}, nil, 0, nil},
		{"elements that are not closed", urlset + `<url><loc>https://shop.example/a</loc><url><loc>https://shop.example/b</loc></url></urlset>`, []string{"/a", "/b"}, nil, 0, nil},
		{"address in another element", urlset + `<url><loc><url>https://shop.example/a</url></loc></url></urlset>`, []string{"/a"}, nil, 0, nil},
		{"cut after an address", urlset + `<url><loc>https://shop.example/a</loc></url><url><loc>https://shop.example/b</lo`, []string{"/a", "/b"}, nil, 0, sitemap.ErrFormat},
		{"cut within an address", urlset + `<url><loc>https://shop.example/a</loc></url><url><loc>https://shop.example/pro`, []string{"/a"}, nil, 0, sitemap.ErrFormat},
		{"cut gzip", pack(t, one)[:60], nil, nil, 0, sitemap.ErrFormat},
		{"index", `<sitemapindex><sitemap><loc>https://shop.example/1.xml.gz</loc></sitemap><sitemap>https://shop.example/2.xml</sitemap><sitemap></sitemap></sitemapindex>`, nil, []string{"https://shop.example/1.xml.gz", "https://shop.example/2.xml"}, 1, nil},
		{"bad rows", urlset + `<url><loc>/relative</loc></url><url><loc>file:///etc/passwd</loc></url><url><loc>https://shop.example/` + strings.Repeat("x", 3000) + `</loc></url><url><loc>https://shop.example/a#f</loc></url></urlset>`, []string{"/a"}, nil, 3, nil},
		{"external entity", `<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>https://shop.example/a</loc></url><url><loc>&x;</loc></url><url><loc>https://shop.example/b</loc></url></urlset>`, []string{"/a"}, nil, 0, sitemap.ErrFormat},
		{"entities within entities", `<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>https://shop.example/&b;</loc></url></urlset>`, nil, nil, 0, sitemap.ErrFormat},
		{"an entity that is not declared", `<urlset><url><loc>https://shop.example/&b;</loc></url></urlset>`, []string{"/&b;"}, nil, 0, nil},
		{"atom", `<feed><link href="https://shop.example/"/><entry><link rel="edit" href="https://shop.example/edit"/><link href="https://shop.example/a"/><updated>2026-01-02T03:04:05Z</updated></entry></feed>`, []string{"/a"}, nil, 0, nil},
		{"rss", `<rss><channel><link>https://shop.example/</link><item><link>https://shop.example/a</link></item><item><guid>https://shop.example/b</guid></item><item><title>none</title></item></channel></rss>`, []string{"/a", "/b"}, nil, 1, nil},
		{"rss 1.0", `<rdf:RDF><channel><link>https://shop.example/</link></channel><item rdf:about="x"><link>https://shop.example/a</link></item></rdf:RDF>`, []string{"/a"}, nil, 0, nil},
		{"text", "https://shop.example/a\r\n\r\nnot an address\nhttps://shop.example/b", []string{"/a", "/b"}, nil, 1, nil},
		{"text without addresses", "service unavailable", nil, nil, 1, sitemap.ErrFormat},
		{"HTML", "<!DOCTYPE html><html><body>https://shop.example/a</body></html>", nil, nil, 0, sitemap.ErrFormat},
		{"nothing", " \n", nil, nil, 0, sitemap.ErrFormat},
		{"other vocabularies", urlset + `<url><loc>https://shop.example/a</loc><xhtml:link rel="alternate" hreflang="en" href="https://shop.example/en"/><image:image><image:loc>https://shop.example/a.jpg</image:loc></image:image><priority>99</priority></url><url><image:image><image:caption>a > b</image:caption></image:image><loc>https://shop.example/b</loc></url></urlset>`, []string{"/a", "/b"}, nil, 0, nil},
		{"names in capitals", `<URLSET><URL><LOC>https://shop.example/a</LOC></URL><url><Loc>https://shop.example/b</Loc></url></URLSET>`, []string{"/a", "/b"}, nil, 0, nil},
		{"attributes", urlset + `<url id="1"><loc>https://shop.example/a</loc></url><url><loc x="a>b">https://shop.example/b</loc></url></urlset>`, []string{"/a", "/b"}, nil, 0, nil},
		{"two addresses in one", urlset + `<url><loc>https://shop.example/a</loc><loc>b</loc></url></urlset>`, []string{"/ab"}, nil, 0, nil},
		{"an end within a comment", urlset + `<url><!-- </url> --><loc>https://shop.example/a</loc></url><url><loc>https://shop.example/b</loc></url></urlset>`, []string{"/a", "/b"}, nil, 0, nil},
		{"references", urlset + `<url><loc>https://shop.example/a?x=1&#38;y=&lt;</loc></url><url><loc>https://shop.example/b?x=1&amp;y=2</loc></url></urlset>`, []string{"/a?x=1&y=%3C", "/b?x=1&y=2"}, nil, 0, nil},
		{"spaces, names in other scripts", urlset + "<url>\n <loc>\n https://shop.example/a b\n</loc></url><url><loc>https://b\u00fccher.example/\u00e9</loc></url></urlset>", []string{"/a%20b", "https://xn--bcher-kva.example/%C3%A9"}, nil, 0, nil},
		{"another host, a list within a list", urlset + `<url><loc>https://cdn.example/a</loc></url><sitemap><loc>https://shop.example/2.xml?a=1&amp;b=2</loc></sitemap></urlset>`, []string{"https://cdn.example/a"}, []string{"https://shop.example/2.xml?a=1&b=2"}, 0, nil},
		{"not UTF-8", urlset + "<url><loc>https://shop.example/a</loc></url><url><loc>https://shop.example/\xe9</loc></url></urlset>", []string{"/a"}, nil, 0, sitemap.ErrFormat},
		{"declared UTF-16 in single bytes", `<?xml version="1.0" encoding="UTF-16"?><urlset><url><loc>https://shop.example/a</loc></url></urlset>`, []string{"/a"}, nil, 0, nil},
		{"an entry longer than the window", urlset + "<url><loc>https://shop.example/a</loc><priority>" + strings.Repeat(" ", 70<<10) + "</priority></url><url><loc>https://shop.example/b</loc></url></urlset>", []string{"/a", "/b"}, nil, 0, nil},
		{"billion laughs", `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY l1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;"><!ENTITY l2 "&l1;&l1;&l1;&l1;&l1;&l1;&l1;&l1;&l1;&l1;">]><urlset><url><loc>https://shop.example/a</loc></url><url><loc>&l2;</loc></url></urlset>`, []string{"/a"}, nil, 0, sitemap.ErrFormat},
		{"nested without end", "<urlset>" + strings.Repeat("<url>", 10) + strings.Repeat("<x>", 1000), nil, nil, 9, sitemap.ErrFormat},
		{"gzip within gzip", pack(t, pack(t, one)), nil, nil, 0, sitemap.ErrBomb},
		{"out of proportion", pack(t, one+strings.Repeat(" ", 8<<20)), nil, nil, 0, sitemap.ErrBomb},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := sitemap.Read(strings.NewReader(c.in), base, sitemap.Options{})
			if !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if c.name == "out of proportion" {
				got = sitemap.Result{} // how much came before the bound is not promised
			}
			if d := cmp.Diff(c.urls, locs(got)); d != "" {
				t.Errorf("urls (-want +got):\n%s", d)
			}
			if d := cmp.Diff(c.sitemaps, got.Sitemaps); d != "" {
				t.Errorf("sitemaps (-want +got):\n%s", d)
			}
			if got.Skipped != c.skipped {
				t.Errorf("skipped %d, want %d", got.Skipped, c.skipped)
			}
			if (err == nil) != (sitemap.KindOf(err) == "") {
				t.Errorf("code %q for %v", sitemap.KindOf(err), err)
			}
		})
	}
}

func TestReadBounds(t *testing.T) {
	var b strings.Builder
	for range 20 {
		b.WriteString("https://shop.example/a\n")
	}
	got, err := sitemap.Read(strings.NewReader(b.String()), base, sitemap.Options{MaxURLs: 7})
	if !errors.Is(err, sitemap.ErrTooLarge) || len(got.URLs) != 7 {
		t.Errorf("addresses: %d, %v", len(got.URLs), err)
	}
	_, err = sitemap.Read(strings.NewReader(b.String()), base, sitemap.Options{MaxBytes: 100})
	if !errors.Is(err, sitemap.ErrTooLarge) {
		t.Errorf("bytes: %v", err)
	}
}

func TestReadLastMod(t *testing.T) {
	for in, want := range map[string]time.Time{
		"2026-03-04":                      time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC),
		"2026-03-04T05:06:07+01:00":       time.Date(2026, 3, 4, 4, 6, 7, 0, time.UTC),
		"2026-03-04T05:06Z":               time.Date(2026, 3, 4, 5, 6, 0, 0, time.UTC),
		"2026-03":                         time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		"Wed, 04 Mar 2026 05:06:07 +0000": time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		"2026-03-04T05:06:07.89-02:00":    time.Date(2026, 3, 4, 7, 6, 7, 890_000_000, time.UTC),
		"2026-03-04T05:06:07+0100":        time.Date(2026, 3, 4, 4, 6, 7, 0, time.UTC),
		"2026-03-04T05:06:07":             time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		"2026":                            time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		"2026-11-22T23:59:59Z":            time.Date(2026, 11, 22, 23, 59, 59, 0, time.UTC), // a wrong zone
		"2026-11-24":                      {},
		"2126-01-01":                      {},
		"1970-01-01T00:00:00Z":            {},
		"0000-00-00":                      {},
		"2026-02-30":                      {},
		"yesterday":                       {},
		"":                                {},
	} {
		doc := "<urlset><url><loc>https://shop.example/a</loc><lastmod> " + in + " </lastmod></url></urlset>"
		got, err := sitemap.Read(strings.NewReader(doc), base, sitemap.Options{Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)})
		if err != nil || !got.URLs[0].LastMod.Equal(want) {
			t.Errorf("%q: %v, %v; want %v", in, got.URLs, err, want)
		}
	}
}

// TestReadHostile: what never ends, or unpacks to too much, ends within 2 s (H59), asserted at ten times that.
func TestReadHostile(t *testing.T) {
	const head = "<urlset><url><loc>https://shop.example/first</loc></url>"
	many, lot := strings.Repeat("<url><loc>https://shop.example/p</loc><lastmod>2026-01-02</lastmod></url>\n", 60_000), rand.New(rand.NewPCG(1, 2))
	var drawn strings.Builder
	for range 5_000 {
		fmt.Fprintf(&drawn, "<url><loc>https://shop.example/%d</loc></url>", lot.Uint64())
	}
	cut := pack(t, head+drawn.String())
	for name, c := range map[string]struct {
		in   string
		urls int // at least
		err  error
	}{
		"two million nested tags":               {head + "<url>" + strings.Repeat("<a>", 2_000_000), 1, sitemap.ErrFormat},
		"a hundred thousand tags side by side":  {head + "<url>" + strings.Repeat("<a/>", 100_000), 1, sitemap.ErrFormat},
		"a hundred thousand entries of nothing": {head + strings.Repeat("<url/>", 100_000), 1, sitemap.ErrFormat},
		"entries that end in capitals":          {head + strings.Repeat("<url></URL>", 50_000), 1, sitemap.ErrFormat},
		"a hundred thousand end tags":           {head + strings.Repeat("</x>", 100_000), 1, sitemap.ErrFormat},
		"an attribute of 1 MB":                  {head + `<url a="` + strings.Repeat("a", 1<<20), 1, sitemap.ErrFormat},
		"a comment of 1 MB":                     {head + "<!--" + strings.Repeat("-", 1<<20), 1, sitemap.ErrFormat},
		"a text of 1 MB":                        {head + "<url><loc>" + strings.Repeat("a", 1<<20), 1, sitemap.ErrFormat},
		"more addresses than may be":            {head + many, 50_000, sitemap.ErrTooLarge},
		"a million addresses line by line":      {strings.Repeat("https://shop.example/p\n", 1_000_000), 50_000, sitemap.ErrTooLarge},
		"gzip cut short":                        {cut[:len(cut)/2], 1_000, sitemap.ErrFormat},
		"XML cut short":                         {(head + many)[:200_000], 2_700, sitemap.ErrFormat},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			got, err := sitemap.Read(strings.NewReader(c.in), base, sitemap.Options{})
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
			if !errors.Is(err, c.err) || len(got.URLs) < c.urls || len(got.URLs) > 50_000 {
				t.Errorf("%d addresses, %v; want %d, %v", len(got.URLs), err, c.urls, c.err)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	var plain, odd strings.Builder
	plain.WriteString(`<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
	odd.WriteString(plain.String())
	for i := range 50_000 {
		loc := fmt.Sprintf("https://www.shop.example/wonen/verlichting/lamp-%d.html", i)
		fmt.Fprintf(&plain, "<url><loc>%s</loc><lastmod>2026-03-04T05:06:07+01:00</lastmod><changefreq>daily</changefreq><priority>0.5</priority></url>\n", loc)
		fmt.Fprintf(&odd, "<url ><loc>%s</loc><lastmod>2026-03-04T05:06:07+01:00</lastmod><changefreq>daily</changefreq><priority>0.5</priority></url>\n", loc)
	}
	plain.WriteString("</urlset>")
	odd.WriteString("</urlset>")
	for name, doc := range map[string]string{"plain": plain.String(), "decoded": odd.String(), "gzip": pack(b, plain.String())} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				got, err := sitemap.Read(strings.NewReader(doc), base, sitemap.Options{})
				if err != nil || len(got.URLs) != 50_000 {
					b.Fatal(len(got.URLs), err)
				}
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`<urlset><url><loc>https://shop.example/a</loc></url></urlset>`))
	f.Add([]byte(`<rss><channel><item><guid>https://shop.example/b</guid></item></channel></rss>`))
	f.Add([]byte(`<urlset><url><loc> https://shop.example/a?b&amp;c </loc><lastmod>2026-01-01</lastmod><image:image><image:loc>x</image:loc></image:image></url><sitemap><loc>https://shop.example/s</loc></sitemap></urlset>`))
	f.Add([]byte("\xef\xbb\xbfhttps://shop.example/a\n"))
	f.Add([]byte("http://shop.example/<sitemap>")) // text, in which no element stands
	f.Add([]byte(pack(f, "<feed><entry><link href='https://shop.example/a'/></entry></feed>")))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := sitemap.Read(bytes.NewReader(b), base, sitemap.Options{MaxURLs: 100, MaxBytes: 1 << 20})
		if len(got.URLs) > 100 || len(got.Sitemaps) > 100 {
			t.Errorf("more than the bound: %d, %d", len(got.URLs), len(got.Sitemaps))
		}
		for _, e := range got.URLs {
			if !strings.HasPrefix(e.Loc, "http://") && !strings.HasPrefix(e.Loc, "https://") {
				t.Errorf("not http(s): %q", e.Loc)
			}
		}
		if err != nil && sitemap.KindOf(err) == "" {
			t.Errorf("no code for %v", err)
		}
		// The decoder alone says the same of a document: it reads what is not written plainly.
		document := bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<"))
		if !document || bytes.Contains(b, []byte("<!")) {
			return
		}
		odd := strings.NewReplacer("<url>", "<url >", "<sitemap>", "<sitemap >").Replace(string(b))
		slow, err := sitemap.Read(strings.NewReader(odd), base, sitemap.Options{MaxURLs: 100, MaxBytes: 1 << 21})
		if d := cmp.Diff(slow, got); err == nil && d != "" {
			t.Errorf("the decoder reads it in another way (-decoder +plain):\n%s", d)
		}
	})
}
