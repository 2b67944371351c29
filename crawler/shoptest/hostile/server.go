package hostile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pricegap/crawler/shoptest/hostile/act"
	"pricegap/crawler/shoptest/hostile/cert"
	"pricegap/crawler/shoptest/hostile/dns"
)

// Request is one request as the server saw it.
type Request struct {
	At   time.Time
	Host string // without port
	Path string // with its query
	// Secure says that it came by https.
	Secure bool
	Header http.Header
}

// Server serves every case until Close. It is safe for concurrent use.
type Server struct {
	Place
	o             Options
	plain, secure net.Listener
	canary        net.Listener
	http          *http.Server
	names         *dns.Server
	ca            *cert.Authority
	certs         sync.Map // of a case, made at first need
	ctx           context.Context
	cancel        context.CancelFunc
	wg            sync.WaitGroup // listeners, requests, and the readers of hijacked connections
	touched       atomic.Int64
	mu            sync.Mutex
	log           []Request
	asked         map[string]int       // by case, and by case and path
	first         map[string]time.Time // when a case was first asked for
}

// Start serves every case on loopback.
func Start(o Options) (*Server, error) {
	o = o.Filled()
	at, err := netip.ParseAddrPort(o.Addr)
	if err != nil || !at.Addr().IsLoopback() {
		return nil, fmt.Errorf("hostile: %s: not a loopback address", o.Addr)
	}
	s := &Server{o: o, asked: map[string]int{}, first: map[string]time.Time{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.listen(at); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("hostile: %w", err)
	}
	s.Place = Place{
		Plain: s.plain.Addr().String(), Secure: s.secure.Addr().String(), Names: s.names.Addr(), Canary: s.canary.Addr().String(), CA: s.ca.PEM(),
	}
	s.http = &http.Server{
		Handler: s, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute, TLSConfig: s.tls(), TLSNextProto: s.http2(),
	}
	s.wg.Go(func() { _ = s.http.Serve(s.plain) })
	s.wg.Go(func() { _ = s.http.ServeTLS(throttled{s.secure, s}, "", "") })
	s.wg.Go(s.watch)
	return s, nil
}

// listen opens the doors.
func (s *Server) listen(at netip.AddrPort) error {
	open := func(n uint16) (net.Listener, error) {
		port := at.Port()
		if port != 0 {
			port += n
		}
		return net.Listen("tcp", netip.AddrPortFrom(at.Addr(), port).String())
	}
	var err error
	if s.ca, err = cert.New(); err != nil {
		return err
	}
	if s.plain, err = open(0); err != nil {
		return err
	}
	if s.secure, err = open(1); err != nil {
		return err
	}
	namesAt := at
	if at.Port() != 0 {
		namesAt = netip.AddrPortFrom(at.Addr(), at.Port()+2)
	}
	if s.names, err = dns.Start(namesAt.String(), s.resolve); err != nil {
		return err
	}
	s.canary, err = net.Listen("tcp", "127.0.0.1:0")
	return err
}

// Close stops serving, cuts every connection and waits until nothing of the server runs any more.
func (s *Server) Close() error {
	s.cancel()
	var errs []error
	if s.http != nil {
		errs = append(errs, s.http.Close())
	}
	for _, l := range []net.Listener{s.plain, s.secure, s.canary} {
		if l != nil {
			if err := l.Close(); !errors.Is(err, net.ErrClosed) {
				errs = append(errs, err)
			}
		}
	}
	if s.names != nil {
		errs = append(errs, s.names.Close())
	}
	s.wg.Wait()
	return errors.Join(errs...)
}

// watch counts who touches the canary.
func (s *Server) watch() {
	for {
		c, err := s.canary.Accept()
		if err != nil {
			return
		}
		s.touched.Add(1)
		_ = c.Close()
	}
}

// Touched is how many connections the canary had, a port to which nothing may ever lead.
func (s *Server) Touched() int { return int(s.touched.Load()) }

// Resolved is how often the name server was asked for a name.
func (s *Server) Resolved(name string) int { return s.names.Asked(name) }

// Requests returns what was asked for at a host so far, in order; at all hosts for "".
func (s *Server) Requests(host string) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.log), func(r Request) bool { return host != "" && r.Host != host })
}

// ResetLog forgets what was asked so far; what a case has seen of its visitors stays.
func (s *Server) ResetLog() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.wg.Add(1)
	defer s.wg.Done()
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	host = strings.ToLower(host)
	e := find(host, r.URL.Path)
	s.mu.Lock()
	if e != nil || host != Domain {
		s.log = append(s.log, Request{time.Now().UTC(), host, r.URL.RequestURI(), r.TLS != nil, r.Header.Clone()})
	}
	x := &act.Exchange{Options: s.o, Canary: s.Canary, W: w, R: r, Entry: e, Until: s.ctx, Wait: &s.wg}
	if e != nil {
		s.count(x)
	}
	s.mu.Unlock()
	switch {
	case e == nil:
		s.index(w, r, host)
	case r.URL.Path == "/robots.txt":
		x.ServeRobots()
	default:
		e.Serve(x)
	}
}

// count notes what the case has seen of its visitors; the caller holds mu.
func (s *Server) count(x *act.Exchange) {
	name, now := x.Entry.Name(), s.o.Clock()
	s.asked[name+x.R.URL.Path]++
	x.Nth = s.asked[name+x.R.URL.Path]
	if x.R.URL.Path == "/robots.txt" {
		return
	}
	if s.asked[name]++; s.asked[name] == 1 {
		s.first[name] = now
	}
	x.Total, x.Since = s.asked[name], now.Sub(s.first[name])
}

// index lists the cases, and tells what was asked for.
func (s *Server) index(w http.ResponseWriter, r *http.Request, host string) {
	var b bytes.Buffer
	kind := "text/plain; charset=utf-8"
	switch {
	case host == Domain && r.URL.Path == "/log":
		kind = "application/json"
		if err := json.NewEncoder(&b).Encode(s.Requests(r.URL.Query().Get("host"))); err != nil {
			http.Error(w, "the log cannot be written", http.StatusInternalServerError)
			return
		}
	case r.URL.Path == "/":
		for _, c := range Cases() {
			fmt.Fprintf(&b, "%-16s %-60s %s\n", c.Name(), c.URL(), c.Title)
		}
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	_, _ = b.WriteTo(w)
}
