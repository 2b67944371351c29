package web

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

func TestFeedIsServedOnce(t *testing.T) {
	w := ask(&fake{}, options(), http.MethodGet, "/feed/news")
	tag := w.Header().Get("ETag")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<title>Fonkelplein · news</title>") || len(tag) < 20 {
		t.Fatalf("status %d, ETag %q: %s", w.Code, tag, w.Body)
	}
	if kind := w.Header().Get("Content-Type"); !strings.HasPrefix(kind, "application/atom+xml") || w.Header().Get("Cache-Control") == "no-store" {
		t.Errorf("headers: %v", w.Header())
	}
	if w := ask(&fake{}, options(), http.MethodGet, "/feed/news", "If-None-Match", tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("asked again: status %d, %d bytes", w.Code, w.Body.Len())
	}
	if w := ask(&fake{}, options(), http.MethodGet, "/feed/news", "If-None-Match", `"another"`); w.Code != http.StatusOK {
		t.Errorf("asked with another tag: status %d", w.Code)
	}
}

func TestFeedThatIsNotThere(t *testing.T) {
	o := options()
	o.Feeds["quiet"] = filepath.Join(t.TempDir(), "none.atom")
	for path, want := range map[string]int{
		"/feed/quiet": http.StatusNotFound, "/feed/floor": http.StatusNotFound, "/feed/..%2f..%2fweb.go": http.StatusNotFound, "/feed/": http.StatusNotFound,
	} {
		if w := ask(&fake{}, o, http.MethodGet, path); w.Code != want || strings.Contains(w.Body.String(), "package") {
			t.Errorf("GET %s: status %d: %s", path, w.Code, w.Body)
		}
	}
}

func TestPagesNameTheFeeds(t *testing.T) {
	o := options()
	o.Feeds[`a/b "c"`] = o.Feeds["news"]
	page := ask(&fake{}, o, http.MethodGet, "/alerts").Body.String()
	for _, want := range []string{`type="application/atom+xml" title="news" href="/feed/news"`, `href="/feed/a%2Fb%20%22c%22"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in\n%s", want, page)
		}
	}
	if w := ask(&fake{}, o, http.MethodGet, "/feed/a%2Fb%20%22c%22"); w.Code != http.StatusOK {
		t.Errorf("the feed that the page names: status %d", w.Code)
	}
}
