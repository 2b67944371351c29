package crawler

import (
	"io"
	"net/http"
	"slices"
	"testing"
	"time"
)

// TestLedAndUnchanged holds that a page to which a redirect leads is asked for once a run, as long as it does not change.
func TestLedAndUnchanged(t *testing.T) {
	t.Parallel()
	pages, start := products(2)
	pages["/p/01"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/q", http.StatusFound) }
	pages["/q"] = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		io.WriteString(w, "title q")
	}
	s := newShop(t, pages)
	now := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	c := newCrawler(t, Options{Clock: func() time.Time { return now }})
	site := s.site(start)
	recorded := map[string]time.Time{}
	site.SeenAt = func(url string) time.Time { return recorded[url] }
	for i := range 4 {
		before := len(s.log())
		for v, err := range c.Crawl(t.Context(), site) {
			if err != nil || v.Failure != nil {
				t.Fatalf("%+v, %v", v, err)
			}
			if v.Page.URL == "" {
				continue
			}
			recorded[v.Page.URL] = v.Page.FetchedAt
		}
		asked := slices.Sorted(slices.Values(s.log()[before:]))
		if asked = slices.DeleteFunc(asked, func(path string) bool { return path == "/robots.txt" }); !slices.Equal(asked, []string{"/p/00", "/p/01", "/q"}) {
			t.Errorf("run %d asks for %q", i, asked)
		}
		now = now.Add(time.Hour)
	}
}
