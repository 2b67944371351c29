package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"

	"pricegap/crawler/shoptest"
)

// serving is how shops answer.
type serving struct {
	etag bool // with validators, and 304 for what did not change
	gzip bool // packed
}

// shops are several big shops behind one listener. Their pages are made before anybody asks for them, as those of a
// static server: packed ones are kept, of plain ones the ETag.
type shops struct {
	hosts  []string
	addr   string
	how    serving
	server *httptest.Server
	worlds []*shoptest.World
	byHost map[string]*shoptest.Server
	pages  map[string]page // by host and path
}

// page is a page as it is served.
type page struct {
	etag   string
	packed []byte
}

func (s *shops) close() {
	s.server.Close()
	for _, one := range s.byHost {
		_ = one.Close() // the figures are what counts
	}
}

// serve starts n/count pages in each of count shops.
func serve(count, n int, how serving) (*shops, error) {
	s := &shops{how: how, byHost: map[string]*shoptest.Server{}}
	for i := range count {
		host := fmt.Sprintf("reuzenrek-%d.example", i+1)
		w := shoptest.BigAt(n/count, host)
		one, err := shoptest.Start(w)
		if err != nil {
			return nil, err
		}
		s.worlds, s.hosts, s.byHost[host] = append(s.worlds, w), append(s.hosts, host), one
	}
	s.server = httptest.NewServer(s)
	s.addr = strings.TrimPrefix(s.server.URL, "http://")
	return s, s.make()
}

// age moves the shops on by a day, and changes one page of fifty.
func (s *shops) age() error {
	for _, w := range s.worlds {
		w.SetDay(w.Day() + 1)
	}
	was := s.pages
	if err := s.make(); err != nil {
		return err
	}
	changed := 0
	for u, p := range was {
		if p.etag == s.pages[u].etag {
			continue
		}
		if changed++; changed > len(was)/50 {
			s.pages[u] = p
		}
	}
	return nil
}

// make makes all pages that the sitemaps name.
func (s *shops) make() error {
	pages, err := sitemapped(s.hosts, func(u string) ([]byte, error) { return s.fresh(u).Body.Bytes(), nil })
	if err != nil {
		return err
	}
	made := make([]page, len(pages))
	var wg sync.WaitGroup
	for k := range 2 {
		wg.Go(func() {
			for i := k; i < len(pages); i += 2 {
				rec := s.fresh(pages[i])
				made[i].etag = rec.Header().Get("ETag")
				if s.how.gzip {
					made[i].packed = packed(rec.Body.Bytes())
				}
			}
		})
	}
	wg.Wait()
	s.pages = make(map[string]page, len(pages))
	for i, u := range pages {
		s.pages[strings.TrimPrefix(u, "http://")] = made[i]
	}
	return nil
}

// fresh is the answer of a shop itself.
func (s *shops) fresh(u string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, u, nil)
	s.byHost[r.Host].ServeHTTP(rec, r)
	return rec
}

func packed(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(body) // a buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// ServeHTTP implements http.Handler.
func (s *shops) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	p, known := s.pages[host+r.URL.RequestURI()]
	switch {
	case known && s.how.etag && r.Header.Get("If-None-Match") == p.etag:
		w.Header().Set("ETag", p.etag)
		w.WriteHeader(http.StatusNotModified)
	case known && s.how.gzip:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", fmt.Sprint(len(p.packed)))
		_, _ = w.Write(p.packed) // a visitor who leaves is no concern of the shop
	default:
		s.byHost[host].ServeHTTP(w, r)
	}
}

// sitemapped are the addresses that the sitemaps of all hosts name.
func sitemapped(hosts []string, get func(u string) ([]byte, error)) (out []string, err error) {
	for _, host := range hosts {
		index, err := get((&url.URL{Scheme: "http", Host: host, Path: "/sitemap_index.xml"}).String())
		if err != nil {
			return nil, err
		}
		for _, m := range loc.FindAllSubmatch(index, -1) {
			raw, err := get(string(m[1]))
			if err != nil {
				return nil, err
			}
			if raw, err = unpacked(raw); err != nil {
				return nil, err
			}
			for _, m := range loc.FindAllSubmatch(raw, -1) {
				out = append(out, string(m[1]))
			}
		}
	}
	return out, nil
}
