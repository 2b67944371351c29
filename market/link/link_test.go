package link

import (
	"errors"
	"strings"
	"testing"
	"unicode"
)

func TestResolve(t *testing.T) {
	tests := []struct{ base, ref, want string }{
		{"https://shop.example/a/b?x=1", "c?y=2#f", "https://shop.example/a/c?y=2"},
		{"https://shop.example/a/b", "//cdn.example/x", "https://cdn.example/x"},
		{"https://shop.example/", "/B%c3%bc cher", "https://shop.example/B%c3%bc%20cher"},
		{"", "HTTPS://user:pw@Shop.Example:443/../x", "https://shop.example/x"},
		{"https://shop.example/a", "", "https://shop.example/a"},
		{"https://shop.example/", "http://bücher.example/", "http://xn--bcher-kva.example/"},
	}
	for _, tt := range tests {
		if got, err := Resolve(tt.base, tt.ref); err != nil || got != tt.want {
			t.Errorf("Resolve(%q, %q) = %q, %v; want %q", tt.base, tt.ref, got, err, tt.want)
		}
	}
	for _, ref := range []string{"javascript:alert(1)", "mailto:a@b.example", "ftp://x.example/", "file:///etc/passwd", "data:,x", "http://", "https://a b/", "https://shop.example/" + strings.Repeat("a", MaxBytes)} {
		if got, err := Resolve("https://shop.example/", ref); !errors.Is(err, ErrAddress) {
			t.Errorf("Resolve(%.40q) = %.60q, %v; want ErrAddress", ref, got, err)
		}
	}
	if got, err := Resolve("", "/relative"); !errors.Is(err, ErrAddress) {
		t.Errorf("a relative reference without a base gave %q, %v", got, err)
	}
}

func TestCanonical(t *testing.T) {
	same := [][]string{
		{"https://shop.example/p/1", "https://shop.example:443/p/1#reviews", "https://shop.example//p/./1?utm_source=x&gclid=1", "https://shop.example./x/../p/1?"},
		{"https://shop.example/p?a=1&b=2", "https://shop.example/p?b=2&a=1", "https://shop.example/p?b=2&&UTM_Medium=mail&a=1"},
		{"https://shop.example/b%C3%BCcher", "https://shop.example/bücher", "https://shop.example/b%c3%bcch%65r"},
		{"https://shop.example/p/1", "https://shop.example/p/1;jsessionid=ABC", "https://shop.example/p;JSESSIONID=A.b!c/1", "https://shop.example/(S(lit3py55t21z5v55vlm25s55))/p/1", "https://shop.example/(A(x)S(abcdefghijklmnopqrstuvwx)F(-_))/p/1", "https://shop.example/p/1?sid=0123456789abcdef", "https://shop.example/p/1?PHPSESSID=1&ASPSESSIONIDQAT=x&visit_id=9", "https://shop.example/p/1;%73id=0123456789abcdef;utm_x=1"},
		{"https://shop.example/p;v=1/2?c=3&d=4%2B", "https://shop.example/p;v=1;sessionid=9/2?d=4%2b&sessid=1&c=3"},
	}
	for _, group := range same {
		for _, raw := range group {
			if got, err := Canonical(raw); err != nil || got != group[0] {
				t.Errorf("Canonical(%q) = %q, %v; want %q", raw, got, err, group[0])
			}
		}
	}
	distinct := []string{
		"https://shop.example/p?color=red", "https://shop.example/p?color=blue", "https://shop.example/p", "http://shop.example/p",
		"https://shop.example:8443/p", "https://www.shop.example/p", "https://shop.example/P", "https://shop.example/p/", "https://shop.example/a%2Fp",
		"https://shop.example/p?sid=12", "https://shop.example/p?sid=13", "https://shop.example/p?sid=led-lamp-e27-806-lm", "https://shop.example/p?session=2026-spring", "https://shop.example/(S)/p",
		"https://shop.example/p;v=1", "https://shop.example/p;v=2", "https://shop.example/(T(x))/p", "https://shop.example/()/p", "https://shop.example/p?utmost=1",
		"https://shop.example/p?color=red&color=blue", "https://shop.example/p?color=blue&color=red",
	}
	seen := map[string]string{}
	for _, raw := range distinct {
		got, err := Canonical(raw)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[got]; ok {
			t.Errorf("%q and %q fall together as %q", raw, other, got)
		}
		seen[got] = raw
	}
}

func TestRedact(t *testing.T) {
	tests := []struct{ raw, want string }{
		{"https://user:canary@shop.example/p?id=1#canary", "https://shop.example/p?id=1"},
		{"https://shop.example/p?access_token=canary&id=B00X", "https://shop.example/p?access_token=***&id=B00X"},
		{"https://shop.example/p?sig=canary&page=2&X-Amz-Signature=canary", "https://shop.example/p?sig=***&page=2&X-Amz-Signature=***"},
		{"https://hooks.shop.example/services/T0AbCdEf1/aB3dE5gH7jK9mN1pQ3sT5vW7", "https://hooks.shop.example/services/T0AbCdEf1/***"},
		{"https://shop.example/p/een-heel-lang-artikel-met-veel-woorden-en-16GB", "https://shop.example/p/een-heel-lang-artikel-met-veel-woorden-en-16GB"},
		{"https://shop.example/8712345678906?q=canon", "https://shop.example/8712345678906?q=canon"},
		{"postgres://user:canary@db.example/prices?password=canary", "postgres://db.example"},
		{"http://a b:canary@x y/", "(not an address)"},
		{"not an address", "(not an address)"},
		{"", ""},
	}
	for _, tt := range tests {
		got := Redact(tt.raw)
		if got != tt.want {
			t.Errorf("Redact(%q) = %q, want %q", tt.raw, got, tt.want)
		}
		if strings.Contains(got, "canary") {
			t.Errorf("Redact(%q) leaks: %q", tt.raw, got)
		}
	}
}

func TestSite(t *testing.T) {
	for host, want := range map[string]string{
		"www.shop.co.uk": "shop.co.uk", "Shop.Example.": "shop.example", "localhost": "localhost", "127.0.0.1": "127.0.0.1", "co.uk": "co.uk",
	} {
		if got := Site(host); got != want {
			t.Errorf("Site(%q) = %q, want %q", host, got, want)
		}
	}
	if got := Host("https://WWW.Shop.Example:8080/x"); got != "www.shop.example" {
		t.Errorf("Host gave %q", got)
	}
	if got := PathQuery("https://shop.example/a?b=c#d"); got != "/a?b=c" {
		t.Errorf("PathQuery gave %q", got)
	}
}

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, path string
		want          bool
	}{
		{"/fish", "/fish.html", true},
		{"/fish", "/Fish", false},
		{"/fish", "/catfish", false},
		{"/*.php", "/folder/any.php.html", true},
		{"/*.php$", "/filename.php", true},
		{"/*.php$", "/filename.php?x", false},
		{"/fish*.php", "/fishheads/catfish.php?x", true},
		{"/a*b*c$", "/axbxc", true},
		{"/a*b*c$", "/axbx", false},
		{"/a*a$", "/a", false},
		{"/$", "/", true},
		{"/$", "/x", false},
		{"", "/", false},
		{"*", "/", true},
		{"/bücher", "/b%c3%BCcher/1", true},
		{"/p?id=*&c=", "/p?id=1&c=2", true},
		{"/a%2Fb", "/a/b", false},
	}
	for _, tt := range tests {
		if got := Match(tt.pattern, tt.path); got != tt.want {
			t.Errorf("Match(%q, %q) = %v", tt.pattern, tt.path, got)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"https://shop.example/a/../b?x=1&utm_source=a", "http://①②⑦.⓪.⓪.①/%2e%2E/", "https://[::1]:80/?=1&b", "http://a@b:c/", "//x", "http://x/%", "https://x/a%2525//b;jsessionid=1/../"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		show := Redact(raw)
		if len(show) > MaxBytes || strings.ContainsFunc(show, func(r rune) bool { return r > '~' || unicode.IsControl(r) }) {
			t.Errorf("Redact(%q) = %q is not safe to show", raw, show)
		}
		asParsed(t, raw)
		c, err := Canonical(raw)
		if err != nil {
			return
		}
		if len(c) > MaxBytes || strings.ContainsFunc(c, func(r rune) bool { return r > '~' || r <= ' ' }) {
			t.Errorf("Canonical(%q) = %q", raw, c)
		}
		if again, err := Canonical(c); err != nil || again != c {
			t.Errorf("Canonical(%q) = %q, but again it is %q, %v", raw, c, again, err)
		}
	})
}

// asParsed holds what is said of an address without parsing it against what the parser says.
func asParsed(t *testing.T, raw string) {
	t.Helper()
	path, ok := plain(raw)
	if !ok {
		return
	}
	u, err := parse("", raw)
	if err != nil || u.Href(true) != raw && u.Href(true)+"?" != raw || u.Pathname()+u.Search() != PathQuery(raw) || u.Hostname() != Host(raw) {
		t.Errorf("%q is parsed as %v, %v; its path is %q and its host %q", raw, u, err, PathQuery(raw), Host(raw))
	}
	if !canonical(raw[path:]) {
		return
	}
	if c, err := byParsing(raw); err != nil || c != raw {
		t.Errorf("%q is canonical as %q, %v", raw, c, err)
	}
}

func TestPlain(t *testing.T) {
	yes := []string{
		"https://shop.example/", "http://www.shop-1.example/p/1", "https://1.shop.example/a%2Fb/c.html?x=1&y=%26", "https://shop.example/a..b/c.", "https://shop.example/a?b/../c",
	}
	no := []string{
		"", "https://shop.example", "HTTPS://shop.example/", "ftp://shop.example/", "//shop.example/", "https://Shop.example/", "https://shop.example:443/", "https://user@shop.example/",
		"https://shop.example/#f", "https://shop.example/./a", "https://shop.example/../a", "https://shop.example/%2e%2E/a", "https://shop.example/a b", "https://shop.example/é",
		"https://shop.example./", "https://127.1/", "https://0x7f.1/", "https://shop.0/", "https://[::1]/", "https://xn--bcher-kva.example/", "https://-a.example/", "https://a-.example/", "https://a..example/",
		"https://" + strings.Repeat("a", 64) + ".example/", "https:///a", "https://shop.example/a\tb", "https://shop.example/a\\b", "https://shop.example/?a'b", "https://shop.example/" + strings.Repeat("a", MaxBytes),
	}
	for _, raw := range yes {
		if _, ok := plain(raw); !ok {
			t.Errorf("%q is parsed", raw)
		}
		asParsed(t, raw)
	}
	for _, raw := range no {
		if _, ok := plain(raw); ok {
			t.Errorf("%.80q is not parsed", raw)
		}
	}
}

func BenchmarkCanonical(b *testing.B) {
	for name, raw := range map[string]string{
		"plain": "https://www.shop.example/wonen/verlichting/tafellampen/lamp-e27-zwart-12345.html?color=red&size=xl",
		"other": "https://www.shop.example/wonen/verlichting/tafellampen/lamp-e27-zwart-12345.html?utm_source=mail&size=xl",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Canonical(raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
