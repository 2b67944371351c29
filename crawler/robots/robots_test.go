package robots

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestAllowed has the rules of RFC 9309 §2.2 and the choices of Google's matcher, one a block: a file, then
// addresses with a sign, and the line that decides where it is worth asking.
func TestAllowed(t *testing.T) {
	type ask struct {
		path string
		ok   bool
		by   string
	}
	for name, c := range map[string]struct {
		file string
		asks []ask
	}{
		"empty file":          {"", []ask{{"/x", true, ""}}},
		"empty disallow":      {"User-agent: *\nDisallow:\n", []ask{{"/x", true, ""}}},
		"everything":          {"User-agent: *\nDisallow: /\n", []ask{{"/", false, "Disallow: /"}, {"", false, ""}}},
		"prefix":              {"User-agent: *\nDisallow: /fish\n", []ask{{"/fish", false, ""}, {"/fishheads/x", false, ""}, {"/Fish", true, ""}, {"/a/fish", true, ""}, {"/?id=fish", true, ""}}},
		"folder":              {"User-agent: *\nDisallow: /fish/\n", []ask{{"/fish/", false, ""}, {"/fish", true, ""}}},
		"star":                {"User-agent: *\nDisallow: /*.php\n", []ask{{"/a.php", false, ""}, {"/a/b.php?x", false, ""}, {"/a.html", true, ""}}},
		"end":                 {"User-agent: *\nDisallow: /*.php$\n", []ask{{"/a.php", false, ""}, {"/a.php?x", true, ""}, {"/a.php5", true, ""}}},
		"dollar inside":       {"User-agent: *\nDisallow: /a$b\n", []ask{{"/a$b", false, ""}, {"/a", true, ""}}},
		"longest wins":        {"User-agent: *\nDisallow: /p\nAllow: /p/1\n", []ask{{"/p/1", true, "Allow: /p/1"}, {"/p/2", false, "Disallow: /p"}}},
		"a tie allows":        {"User-agent: *\nDisallow: /folder\nAllow: /folder\n", []ask{{"/folder/page", true, "Allow: /folder"}}},
		"longer with star":    {"User-agent: *\nAllow: /page\nDisallow: /*.htm\n", []ask{{"/page.htm", false, ""}}},
		"index allows folder": {"User-agent: *\nDisallow: /\nAllow: /a/index.html\n", []ask{{"/a/index.html", true, ""}, {"/a/", true, ""}, {"/a/x", false, ""}}},
		"own group only":      {"User-agent: *\nDisallow: /\n\nUser-agent: pricegap\nDisallow: /cart\n", []ask{{"/p", true, ""}, {"/cart", false, ""}}},
		"own group, case":     {"User-agent: PriceGap\nDisallow: /cart\n", []ask{{"/cart", false, ""}}},
		"version in token":    {"User-agent: pricegap/1.2\nDisallow: /cart\n", []ask{{"/cart", false, ""}}},
		"no part of a token":  {"User-agent: price\nDisallow: /\n\nUser-agent: pricegapper\nDisallow: /\n", []ask{{"/cart", true, ""}}},
		"groups merge":        {"User-agent: pricegap\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: pricegap\nDisallow: /b\n", []ask{{"/a", false, ""}, {"/b", false, ""}, {"/c", true, ""}}},
		"several agents":      {"User-agent: x\nUser-agent: pricegap\nDisallow: /a\n", []ask{{"/a", false, ""}}},
		"rules of others":     {"User-agent: x\nDisallow: /\n", []ask{{"/a", true, ""}}},
		"rule before group":   {"Disallow: /\nUser-agent: *\nAllow: /\n", []ask{{"/a", true, ""}}},
		"sitemap between":     {"User-agent: x\nSitemap: https://shop.example/s.xml\nUser-agent: *\nDisallow: /\n", []ask{{"/a", false, ""}}},
		"delay between":       {"User-agent: *\nCrawl-delay: 10\nUser-agent: badbot\nDisallow: /\n", []ask{{"/a", false, ""}}},
		"comments":            {"# hello\nUser-agent: * # all\nDisallow: /a # not this\n", []ask{{"/a", false, "Disallow: /a"}}},
		"no colon":            {"User-agent *\nDisallow /a\n", []ask{{"/a", false, ""}}},
		"typos":               {"useragent: *\nDisalow: /a\nDissallow: /b\n", []ask{{"/a", false, ""}, {"/b", false, ""}}},
		"spaces":              {" \t User-agent : * \n Disallow : /a \n", []ask{{"/a", false, ""}}},
		"line ends":           {"User-agent: *\rDisallow: /a\r\nDisallow: /b\n", []ask{{"/a", false, ""}, {"/b", false, ""}}},
		"mark":                {"\xef\xbb\xbfUser-agent: *\nDisallow: /a\n", []ask{{"/a", false, ""}}},
		"half a mark":         {"\xef\xbbUser-agent: *\nDisallow: /a\n", []ask{{"/a", false, ""}}},
		"escapes":             {"User-agent: *\nDisallow: /caf%c3%a9\nDisallow: /thé\n", []ask{{"/caf%C3%A9", false, ""}, {"/caf%c3%a9", false, ""}, {"/th%C3%A9", false, ""}}},
		"query":               {"User-agent: *\nDisallow: /*?sort=\n", []ask{{"/tv?sort=price", false, ""}, {"/tv?page=2", true, ""}}},
		"html":                {"<!doctype html><title>not found</title>", []ask{{"/a", true, ""}}},
		"unknown lines":       {"Host: x\nNoindex: /\nUser-agent: *\nfoo: /\nDisallow: /a\n", []ask{{"/a", false, ""}, {"/b", true, ""}}},
		"long line":           {"User-agent: *\nDisallow: /a" + strings.Repeat("x", 20_000) + "\nDisallow: /b\n", []ask{{"/a", true, ""}, {"/b", false, ""}, {"/a" + strings.Repeat("x", 17_000), false, ""}}},
		"stars cost nothing":  {"User-agent: *\nDisallow: /" + strings.Repeat("*a", 8000) + "$\n", []ask{{"/" + strings.Repeat("a", 2000), true, ""}}},
	} {
		f := Parse([]byte(c.file), "pricegap")
		for _, a := range c.asks {
			for _, url := range []string{"https://shop.example" + a.path, "https://shop.example:8443" + a.path + "#top"} {
				ok, by := f.Allowed(url)
				if ok != a.ok || a.by != "" && by != a.by {
					t.Errorf("%s: %.60s is %v by %q, want %v by %q", name, url, ok, by, a.ok, a.by)
				}
			}
		}
	}
}

// TestMatch holds the matcher against regular expressions, for all short patterns and paths of a few letters.
func TestMatch(t *testing.T) {
	words := func(letters string, n int) []string {
		out := []string{""}
		for from := 0; n > 0; n-- {
			to := len(out)
			for _, w := range out[from:to] {
				for _, l := range letters {
					out = append(out, w+string(l))
				}
			}
			from = to
		}
		return out
	}
	paths := words("ab$", 5)
	for _, pattern := range words("ab*$", 4) {
		body, end := strings.CutSuffix(pattern, "$")
		expr := "^" + strings.ReplaceAll(regexp.QuoteMeta(body), `\*`, ".*")
		if end {
			expr += "$"
		}
		re := regexp.MustCompile(expr)
		for _, path := range paths {
			if want := re.MatchString(path); match(pattern, path) != want {
				t.Errorf("%q fits %q: want %v", pattern, path, want)
			}
		}
	}
}

func TestPathOf(t *testing.T) {
	for url, want := range map[string]string{
		"": "/", "http://x": "/", "http://x/": "/", "http://x?q": "/?q", "http://x/a?b#c": "/a?b", "http://x;p": "/;p",
		"//x/a": "/a", "/a/b": "/a/b", "x/a": "/a", "http://x/a%e2?z%c3": "/a%E2?z%C3", "http://x#/a": "/", "a": "/", "/a?u=http://b/c": "/a?u=http://b/c",
	} {
		if got := pathOf(url); got != want {
			t.Errorf("pathOf(%q) = %q, want %q", url, got, want)
		}
	}
}

func TestDelay(t *testing.T) {
	for file, want := range map[string]time.Duration{
		"User-agent: *\nCrawl-delay: 2.5\n":                                                  2500 * time.Millisecond,
		"User-agent: pricegap\nCrawl-delay: 3\n\nUser-agent: *\nCrawl-delay: 9\n":            9 * time.Second, // one group
		"User-agent: pricegap\nCrawl-delay: 3\nDisallow:\n\nUser-agent: *\nCrawl-delay: 9\n": 3 * time.Second,
		"User-agent: x\nCrawl-delay: 3\n":                                                    -1,
		"User-agent: *\nCrawl-delay: abc\n":                                                  -1,
		"User-agent: *\nCrawl-delay: -1\n":                                                   -1,
		"User-agent: *\nCrawl-delay: NaN\n":                                                  -1,
		"User-agent: *\nCrawl-delay: 86400\n":                                                24 * time.Hour,
		"User-agent: *\nCrawl-delay: 1e300\n":                                                1e9 * time.Second,
		"User-agent: *\nCrawl-delay: 1\nCrawl-delay: 4\nCrawl-delay: 2\nDisallow:\n":         4 * time.Second,
	} {
		d, ok := Parse([]byte(file), "pricegap").Delay()
		if !ok {
			d = -1
		}
		if d != want {
			t.Errorf("%q: delay %v, want %v", file, d, want)
		}
	}
}

func TestBytes(t *testing.T) {
	late := strings.Repeat("# junk\n", MaxBytes/7+1) + "User-agent: *\nDisallow: /\n"
	if ok, _ := Parse([]byte(late), "pricegap").Allowed("/a"); !ok {
		t.Error("rules beyond the first 512 KiB count")
	}
	var wide []byte
	for _, u := range utf16.Encode([]rune("\ufeffUser-agent: *\nDisallow: /a\n")) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	if ok, _ := Parse(wide, "pricegap").Allowed("/a"); ok {
		t.Error("UTF-16 is not read")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /a*b$\nAllow: /\nCrawl-delay: 1\n"), "https://shop.example/a?b")
	f.Add([]byte("\xff\xfeU\x00"), "//x#")
	for _, v := range vectors(f) {
		if v.Pad == "" {
			f.Add(v.body(), v.URL)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, url string) {
		file := Parse(body, "pricegap")
		if ok, by := file.Allowed(url); !ok && by == "" {
			t.Error("forbidden by nothing")
		}
		if d, ok := file.Delay(); ok && d < 0 {
			t.Errorf("a delay of %s", d)
		}
	})
}
