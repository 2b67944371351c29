package shoptest

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"pricegap/market"
)

// Request is one request as the server saw it.
type Request struct {
	At          time.Time
	Host, Path  string // Path with its query
	UserAgent   string
	Status      int
	Conditional bool // it carried If-None-Match
}

// Fault is a disturbance of one host by configuration.
type Fault struct {
	// Status is the answer in place of the page; 0 answers as ever, after Delay.
	Status int
	// RetryAfter is sent as it is with Status.
	RetryAfter string
	Delay      time.Duration
	// Robots includes robots.txt.
	Robots bool
	// Times is how many requests are disturbed; 0 means all.
	Times int
}

// Server serves the shops of a World behind one listener, by Host. It is safe for concurrent use.
type Server struct {
	world    *World
	listener net.Listener
	server   *http.Server
	done     chan error
	hosts    map[string]*hostState

	mu     sync.Mutex
	log    []Request
	faults map[string]Fault
}

type hostState struct {
	shop  *Shop
	paths map[string]int // product pages
}

// Start serves w on a free port of 127.0.0.1 until Close.
func Start(w *World) (*Server, error) { return StartAt(w, "127.0.0.1:0") }

// StartAt is Start at a given address, which must be a loopback one.
func StartAt(w *World, addr string) (*Server, error) {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("shoptest: %s: not a loopback address", addr)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("shoptest: %w", err)
	}
	return StartOn(w, l), nil
}

// StartOn is Start on a listener, such as one in memory, which Close closes.
func StartOn(w *World, l net.Listener) *Server {
	s := &Server{world: w, listener: l, done: make(chan error, 1), hosts: map[string]*hostState{}, faults: map[string]Fault{}}
	for i := range w.shops {
		shop := &w.shops[i]
		h := &hostState{shop, make(map[string]int, len(w.listed[shop.ID]))}
		for _, p := range w.listed[shop.ID] {
			u := shop.url(&w.products[p], shop.sku(&w.products[p], p))
			h.paths[strings.TrimPrefix(u, "http://"+shop.Host)] = p
		}
		s.hosts[shop.Host] = h
	}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second}
	go func() { s.done <- s.server.Serve(l) }()
	return s
}

// Addr is the address that is listened on, host and port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// ConnectTo sends every connection to the server, whatever its host, as curl's --connect-to would.
func (s *Server) ConnectTo() []market.ConnectTo {
	host, port, _ := net.SplitHostPort(s.Addr())
	return []market.ConnectTo{{ToHost: host, ToPort: port}}
}

// Close stops serving and waits until it has stopped; open connections are cut.
func (s *Server) Close() error {
	err := s.server.Close()
	if e := <-s.done; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

// SetFault disturbs a host from now on; the zero Fault ends it.
func (s *Server) SetFault(host string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f == (Fault{}) {
		delete(s.faults, host)
		return
	}
	s.faults[host] = f
}

// Requests returns what was asked so far, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// ResetLog forgets what was asked so far.
func (s *Server) ResetLog() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = nil
}

// disallowed are the beginnings of paths that every robots.txt forbids.
var disallowed = []string{"/winkelwagen", "/account", "/zoeken"}

// Disallowed returns the requests that robots.txt forbids.
func (s *Server) Disallowed() []Request {
	return slices.DeleteFunc(s.Requests(), func(r Request) bool {
		return !slices.ContainsFunc(disallowed, func(p string) bool { return strings.HasPrefix(r.Path, p) })
	})
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	a := s.answer(r, host)
	s.mu.Lock()
	s.log = append(s.log, Request{
		At: time.Now().UTC(), Host: host, Path: r.URL.RequestURI(), UserAgent: r.UserAgent(),
		Status: a.status, Conditional: r.Header.Get("If-None-Match") != "",
	})
	s.mu.Unlock()
	w.Header().Set("Content-Type", a.kind)
	if a.retryAfter != "" {
		w.Header().Set("Retry-After", a.retryAfter)
	}
	if a.etag != "" {
		w.Header().Set("ETag", a.etag)
	}
	if a.status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead && a.status != http.StatusNotModified {
		_, _ = w.Write(a.body) // a visitor who leaves is no concern of the shop
	}
}

type answer struct {
	status                 int
	kind, etag, retryAfter string
	body                   []byte
}

const (
	kindHTML = "text/html; charset=utf-8"
	kindXML  = "application/xml"
	kindGzip = "application/gzip"
	kindJSON = "application/json"
	kindText = "text/plain; charset=utf-8"
)

func (s *Server) answer(r *http.Request, host string) answer {
	robots := r.URL.Path == "/robots.txt"
	if f, ok := s.fault(host, robots); ok {
		if !pause(r.Context(), f.Delay) {
			return answer{status: http.StatusServiceUnavailable, kind: kindText}
		}
		if f.Status != 0 {
			return answer{status: f.Status, kind: kindText, retryAfter: f.RetryAfter, body: []byte(http.StatusText(f.Status))}
		}
	}
	h := s.hosts[host]
	if h == nil {
		return answer{status: http.StatusMisdirectedRequest, kind: kindText, body: []byte("no such shop")}
	}
	day := s.world.Day()
	if !robots && s.world.down(h.shop, day) {
		return answer{status: http.StatusServiceUnavailable, kind: kindText, retryAfter: "1", body: []byte("even geduld")}
	}
	a, err := s.page(h, r.URL, day)
	switch {
	case err != nil:
		return answer{status: http.StatusInternalServerError, kind: kindText, body: []byte(err.Error())}
	case a.body == nil:
		v := view{Shop: h.shop, Nav: h.shop.nav(), Title: "Pagina niet gevonden"}
		body, _ := render("info", v)
		return answer{status: http.StatusNotFound, kind: kindHTML, body: body}
	}
	a.status = http.StatusOK
	a.etag = fmt.Sprintf(`"%08x%x"`, crc32.Checksum(a.body, crc32.MakeTable(crc32.Castagnoli)), len(a.body))
	if r.Header.Get("If-None-Match") == a.etag {
		a.status = http.StatusNotModified
	}
	return a
}

func (s *Server) fault(host string, robots bool) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.faults[host]
	if !ok || (robots && !f.Robots) {
		return Fault{}, false
	}
	if f.Times == 1 {
		delete(s.faults, host)
	} else if f.Times > 1 {
		f.Times--
		s.faults[host] = f
	}
	return f, true
}

// pause waits and reports whether the visitor is still there.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (w *World) down(s *Shop, day int) bool {
	return slices.ContainsFunc(w.story, func(e Event) bool {
		return e.Kind == Outage && e.Shop == s.ID && e.From <= day && day < e.Until
	})
}

// wrong reports whether this fetch of the page of product i reads ten times too high, and counts it.
func (w *World) wrong(s *Shop, i, day int) bool {
	f := w.fact(s, i, day)
	if !f.TenTimes {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fetched[f.URL]++
	return f.Fetches == 0 || w.fetched[f.URL] <= f.Fetches
}
