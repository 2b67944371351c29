package guard

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkRoundTrip compares the guard with the bare transport of net/http, for an answer that nothing changed and for
// a page of 100 KB, gzip.
func BenchmarkRoundTrip(b *testing.B) {
	var text bytes.Buffer
	for i := range 2500 {
		fmt.Fprintf(&text, "<p>product %d costs € %d,95</p>\n", i*i, i)
	}
	z := packed(b, "gzip", text.Bytes())
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/304" {
			w.Header().Set("ETag", `"1"`)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", fmt.Sprint(len(z)))
		w.Write(z)
	}))
	defer s.Close()
	bare := &http.Transport{DisableCompression: true}
	defer bare.CloseIdleConnections()
	guarded := New(Options{Allow: loopback})
	defer guarded.CloseIdleConnections()
	for name, rt := range map[string]http.RoundTripper{"bare": bare, "guard": guarded} {
		for _, path := range []string{"/304", "/page"} {
			b.Run(strings.TrimPrefix(path, "/")+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, s.URL+path, nil)
					if err != nil {
						b.Fatal(err)
					}
					req.Header.Set("User-Agent", "test")
					req.Header.Set("Accept-Encoding", "gzip")
					res, err := rt.RoundTrip(req)
					if err != nil {
						b.Fatal(err)
					}
					if _, err := io.Copy(io.Discard, res.Body); err != nil {
						b.Fatal(err)
					}
					res.Body.Close()
				}
			})
		}
	}
}
