package slacktest

import (
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"syscall"
)

// Transport reaches the server without a network, so that time in a bubble of testing/synctest does not stand still for it.
func (s *Server) Transport() http.RoundTripper { return inMemory{s.mux} }

type inMemory struct{ http.Handler }

// RoundTrip implements http.RoundTripper. An answer that is broken off is a connection reset.
func (m inMemory) RoundTrip(r *http.Request) (_ *http.Response, err error) {
	if t := httptrace.ContextClientTrace(r.Context()); t != nil && t.WroteHeaders != nil {
		t.WroteHeaders()
	}
	defer func() {
		if x := recover(); x == http.ErrAbortHandler { //nolint:errorlint // net/http panics with this very value
			err = syscall.ECONNRESET
		} else if x != nil {
			panic(x)
		}
	}()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w.Result(), nil
}
