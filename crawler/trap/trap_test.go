package trap

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const shop = "https://shop.example"

func TestPattern(t *testing.T) {
	for address, want := range map[string]string{
		"/":                                 "/",
		"/c/tv":                             "/c/tv",
		"/kalender/2026/11/21/":             "/kalender/{date}",
		"/kalender/2026/11":                 "/kalender/{date}",
		"/kalender/2026-11-21":              "/kalender/{date}",
		"/kalender/2026/31":                 "/kalender/{n}/{n}",
		"/s/9f3ac01b77d2/c/tv":              "/s/{id}/c/tv",
		"/c/55-inch-tv":                     "/c/55-inch-tv",
		"/agenda?date=2026-11-21":           "/agenda?date=…",
		"/c/tv?maat=1&kleur=2&maat=3":       "/c/tv?kleur=…&maat=…",
		"/c/tv?e=1&d=1&c=1&b=1&a=1":         "/c/tv?a=…&b=…&c=…&…",
		"/c/" + strings.Repeat("lang", 100): "/c/" + strings.Repeat("lang", 15),
	} {
		if got := Pattern(shop + address); got != want {
			t.Errorf("Pattern(%s) = %s, want %s", address, got, want)
		}
	}
}

func TestFamily(t *testing.T) {
	for address, want := range map[string]string{
		"/": "/… words", "/tv": "/… words", "/c/tv": "/c/… words", "/c/tv/oled": "/c/tv/… words",
		"/c/tv?maat=1": "/c/tv?… ", "/kalender/2026/11/21/": "/kalender/{date} ", "/c/17": "/c/{n} ",
	} {
		name, words := Family(shop + address)
		if got := name + map[bool]string{true: " words", false: " "}[words]; got != want {
			t.Errorf("Family(%s) = %q, want %q", address, got, want)
		}
	}
}

func TestAddress(t *testing.T) {
	for address, want := range map[string]string{
		"/a/a/b/b": "", "/a/a/a": "…/a/a/a/…", "/x/a/b/a/b/a/b": "…/a/b/a/b/a/b/…", "/a/b/c/a/b/c/a/b/c/d": "…/a/b/c/a/b/c/a/b/c/…",
		"/a/b/a/b/a/c": "", "/" + strings.Repeat("a/b/c/d/", 6): "20 segments in a path: /a/…",
		"/p?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10": "", "/p?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10&k=11": "10 parameters in a query: /p?…",
	} {
		got := Address(shop + address)
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("Address(%s) = %q, want %q", address, got, want)
		}
	}
	if Address("http://[::1") == "" {
		t.Error("an address that cannot be read is taken")
	}
}

// judged has lists judged until one of them is left out, and returns how many that took and why.
func judged(l *Lists, y Yield, address func(n int) string) (int, string) {
	for n := range 1000 {
		if reason := l.Judge(shop+address(n), y); reason != "" {
			return n + 1, reason
		}
	}
	return 0, ""
}

func TestLists(t *testing.T) {
	query := func(path string) func(int) string {
		return func(n int) string { return fmt.Sprintf("%s?f%d=1", path, n) }
	}
	word := func(dir string) func(int) string { return func(n int) string { return dir + strings.Repeat("x", n+1) } }
	for name, c := range map[string]struct {
		yield   Yield
		address func(int) string
		n       int
		reason  string
	}{
		"filters that show the same": {OnlyKnown, query("/c/tv"), maxKnown, "/c/tv?f39=…"},
		"departments of departments": {Nothing, word("/c/"), maxIdle, "/c/…"},
		"a calendar":                 {Nothing, func(n int) string { return fmt.Sprintf("/kalender/2026/11/%02d/", n%28+1) }, maxIdle, "/kalender/{date}"},
		"a path that is narrowed step by step": {
			OnlyKnown, func(n int) string {
				return fmt.Sprintf("/m/%s/%s", strings.Repeat("a", n%20+1), strings.Repeat("b", n/20+1))
			},
			maxIdle, "/m/…",
		},
		"lists that bring products": {NewOnes, query("/c/tv"), 0, ""},
	} {
		var l Lists
		n, reason := judged(&l, c.yield, c.address)
		if n != c.n || !strings.HasSuffix(reason, c.reason) {
			t.Errorf("%s: after %d: %q, want %d and %q", name, n, reason, c.n, c.reason)
			continue
		}
		if left := l.Left(shop + c.address(999)); left != reason {
			t.Errorf("%s: the next is left out for %q, want %q", name, left, reason)
		}
		if other := l.Left(shop + "/elsewhere/tv?f1=1"); other != "" {
			t.Errorf("%s: another family is left out: %s", name, other)
		}
	}
}

// TestListsLosePatience: who has seen filters that bring nothing gives the next ones less; what brings something has
// all of it again.
func TestListsLosePatience(t *testing.T) {
	var l Lists
	var got []int
	for i := range 5 {
		n, _ := judged(&l, OnlyKnown, func(n int) string { return fmt.Sprintf("/c/%s?f=%d", strings.Repeat("x", i+1), n) })
		got = append(got, n)
	}
	if want := []int{40, 20, 10, 10, 10}; !slices.Equal(got, want) {
		t.Errorf("families end after %v, want %v", got, want)
	}
	l = Lists{}
	for n := range 200 {
		y := OnlyKnown
		if n%39 == 0 {
			y = NewOnes
		}
		if reason := l.Judge(fmt.Sprintf("%s/c/tv?f=%d", shop, n), y); reason != "" {
			t.Fatalf("after %d: %s", n, reason)
		}
	}
}

// TestListsBlameTheNearest: what a family below explains, the one above does not answer for.
func TestListsBlameTheNearest(t *testing.T) {
	var l Lists
	if _, reason := judged(&l, Nothing, func(n int) string { return "/nl/m/" + strings.Repeat("x", n+1) }); !strings.HasSuffix(reason, "/nl/m/…") {
		t.Fatal(reason)
	}
	if reason := l.Judge(shop+"/nl/c/tv", Nothing); reason != "" || l.Left(shop+"/nl/c/audio") != "" {
		t.Errorf("the shop beside the maze is left out: %s", reason)
	}
	if got, want := l.Names(), []string{"/nl/m/…"}; !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	var again Lists
	again.Shut(l.Names()[0])
	if again.Left(shop+"/nl/m/y/z") == "" || again.Left(shop+"/nl/c/tv") != "" {
		t.Error("what was shut is not what is left out")
	}
}

// hex is an id as a machine makes it.
func hex(n int) string { return fmt.Sprintf("%012x", uint64(n+1)*0x9e3779b97f4a7c15>>16) }

func TestVisitIDs(t *testing.T) {
	each := func(n int, link func(i int) string) (out []string) {
		for i := range n {
			out = append(out, shop+link(i))
		}
		return out
	}
	for name, c := range map[string]struct {
		page func(no int) []string
		want []string
	}{
		"in the query of every link": {
			func(no int) []string {
				return each(12, func(i int) string { return fmt.Sprintf("/p/%d?v=1&sid=%s", i, hex(no)) })
			}, []string{"?sid=…"},
		},
		"another for each link": {
			func(no int) []string {
				return each(12, func(i int) string { return fmt.Sprintf("/p/%d?sid=%s", i, hex(no*100+i)) })
			}, []string{"?sid=…"},
		},
		"in the path": {
			func(no int) []string {
				return each(12, func(i int) string { return fmt.Sprintf("/s/%s/p/%d", hex(no), i) })
			}, []string{"/s/{id}/…"},
		},
		"the id of the product in the query": {
			func(int) []string { return each(12, func(i int) string { return "/p?id=" + hex(i) }) }, nil,
		},
		"the id of the product in the path": {
			func(no int) []string { return each(12, func(i int) string { return "/p/" + hex(no*12+i) }) }, nil,
		},
		"a variant": {
			func(int) []string {
				return each(12, func(i int) string { return fmt.Sprintf("/p/%d?variant=%s", i, hex(i)) })
			}, nil,
		},
		"a cursor": {func(no int) []string {
			return []string{shop + "/c/tv?cursor=" + hex(no), shop + "/c/audio?cursor=" + hex(100+no)}
		}, nil},
		"a word": {func(no int) []string {
			return each(12, func(i int) string { return fmt.Sprintf("/p/%d?from=list-%d", i, no) })
		}, nil},
	} {
		var v VisitIDs
		var found []string
		for no := range 30 {
			found = append(found, v.Page(c.page(no))...)
		}
		if !cmp.Equal(found, c.want) || !cmp.Equal(v.Known, c.want) {
			t.Errorf("%s: %v", name, cmp.Diff(c.want, found))
		}
		one, other := v.Strip(c.page(50)[0]), v.Strip(c.page(51)[0])
		if len(c.want) > 0 && one != other || len(c.want) == 0 && one != c.page(50)[0] {
			t.Errorf("%s: stripped to %s and %s", name, one, other)
		}
	}
}

func TestBodies(t *testing.T) {
	for name, c := range map[string]struct {
		addresses []string
		want      int
	}{
		"one page for all":               {[]string{"/p/1", "/p/2", "/p/3", "/p/4", "/p/5"}, 5},
		"one address":                    {[]string{"/p/1", "/p/1", "/p/1"}, 1},
		"the colours of one product":     {[]string{"/p/other", "/p/1?k=1", "/p/1?k=2", "/p/1?k=3"}, 2},
		"all products at one path":       {[]string{"/index.php?id=1", "/index.php?id=2", "/index.php?id=3"}, 3},
		"a redirect to one address of 5": {[]string{"/home", "/home", "/home", "/home", "/home"}, 1},
	} {
		var b Bodies
		got := 0
		for _, a := range c.addresses {
			got = b.Saw(shop+a, 7)
		}
		if got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func FuzzAddresses(f *testing.F) {
	for _, a := range []string{shop + "/a/2026/11/21?x=9f3ac01b77d2&&=", "http://[::1", "?%zz", shop + "/%2f/%zz?sid=a1b2c3d4", "", "/"} {
		f.Add(a, a)
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		var l Lists
		var v VisitIDs
		v.Known = []string{"?sid=…", "/s/{id}/…", "/{id}"}
		var b Bodies
		for _, a := range []string{one, other} {
			if p := Pattern(a); !strings.HasPrefix(p, "/") {
				t.Errorf("Pattern(%q) = %q", a, p)
			}
			Address(a)
			l.Judge(a, OnlyKnown)
			l.Left(a)
			v.Page([]string{one, other})
			if s := v.Strip(a); v.Strip(s) != s {
				t.Errorf("Strip(%q) = %q, and then %q", a, s, v.Strip(s))
			}
			if n := b.Saw(a, 1); n < 1 || n > 2 {
				t.Errorf("Saw = %d", n)
			}
		}
	})
}
