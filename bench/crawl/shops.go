package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"

	"pricegap/crawler/shoptest"
)

// serving is how shops answer.
type serving struct {
	etag bool // with validators, and 304 for what did not change
	gzip bool // packed
}

// shops are several big shops behind one listener.
type shops struct {
	hosts  []string
	addr   string
	server *httptest.Server
	each   []*shoptest.Server
}

func (s *shops) close() {
	s.server.Close()
	for _, one := range s.each {
		_ = one.Close() // the figures are what counts
	}
}

// serve starts n/count pages in each of count shops.
func serve(count, n int, how serving) (*shops, error) {
	s := &shops{}
	byHost := map[string]http.Handler{}
	for i := range count {
		host := fmt.Sprintf("reuzenrek-%d.example", i+1)
		one, err := shoptest.Start(shoptest.BigAt(n/count, host))
		if err != nil {
			return nil, err
		}
		s.each, s.hosts = append(s.each, one), append(s.hosts, host)
		byHost[host] = one
	}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		how.answer(byHost[host], w, r)
	}))
	s.addr = strings.TrimPrefix(s.server.URL, "http://")
	return s, nil
}

// answer passes a request on, without validators or packed where that is asked for.
func (how serving) answer(h http.Handler, w http.ResponseWriter, r *http.Request) {
	if how.etag && !how.gzip {
		h.ServeHTTP(w, r)
		return
	}
	r.Header.Del("If-None-Match")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	body := rec.Body.Bytes()
	if kind := rec.Header().Get("Content-Type"); how.gzip && strings.HasPrefix(kind, "text/html") {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed) // the level is known
		_, _ = z.Write(body)                            // a buffer takes everything
		_ = z.Close()
		body = b.Bytes()
		w.Header().Set("Content-Encoding", "gzip")
	}
	w.Header().Set("Content-Type", rec.Header().Get("Content-Type"))
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(rec.Code)
	_, _ = w.Write(body) // a visitor who leaves is no concern of the shop
}
