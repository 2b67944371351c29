// Package dns is a name server on loopback that answers whatever it is told to, well-formed or not.
package dns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
)

// Question is one question for the addresses of a name.
type Question struct {
	Name string // in small letters, without the last dot
	// Type is TypeA or TypeAAAA as a rule.
	Type dnsmessage.Type
	// Nth counts the questions of this name and type, from 1.
	Nth int
}

// Reply is the answer to a Question. The zero Reply says that the name has no such record.
type Reply struct {
	// Silent sends nothing at all.
	Silent bool
	// Code is the response code.
	Code dnsmessage.RCode
	// Names are a chain of CNAMEs that begins at the name, Addrs what stands at its end; those that do not fit the
	// type of the question are left out.
	Names []string
	Addrs []netip.Addr
	// Raw are records as they go over the wire, behind all others; Count is how many the header counts them as.
	Raw   []byte
	Count int
}

// Server answers questions by UDP until Close.
type Server struct {
	conn   *net.UDPConn
	answer func(Question) Reply
	done   sync.WaitGroup

	mu    sync.Mutex
	asked map[Question]int // by name and type
}

// Start listens at addr, host and port.
func Start(addr string, answer func(Question) Reply) (*Server, error) {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil || !ap.Addr().IsLoopback() {
		return nil, fmt.Errorf("dns: %s: not a loopback address", addr)
	}
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(ap))
	if err != nil {
		return nil, fmt.Errorf("dns: %w", err)
	}
	s := &Server{conn: c, answer: answer, asked: map[Question]int{}}
	s.done.Go(s.serve)
	return s, nil
}

// Addr is the address that is listened on, host and port.
func (s *Server) Addr() string { return s.conn.LocalAddr().String() }

// Asked is how often a name was asked for, in all types together.
func (s *Server) Asked(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for q, times := range s.asked {
		if q.Name == name {
			n += times
		}
	}
	return n
}

// Close stops answering and waits until it has stopped.
func (s *Server) Close() error {
	err := s.conn.Close()
	s.done.Wait()
	return err
}

// Resolver asks the name server at addr, and nobody else.
func Resolver(addr string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", addr)
	}}
}

func (s *Server) serve() {
	in := make([]byte, 4096)
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(in)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		if out := s.reply(in[:n]); out != nil {
			_, _ = s.conn.WriteToUDPAddrPort(out, from) // one who left is no concern of ours
		}
	}
}

// reply is the answer to a message, nil for none.
func (s *Server) reply(in []byte) []byte {
	var p dnsmessage.Parser
	h, err := p.Start(in)
	if err != nil {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	asked := Question{Name: strings.ToLower(strings.TrimSuffix(q.Name.String(), ".")), Type: q.Type}
	s.mu.Lock()
	s.asked[asked]++
	asked.Nth = s.asked[asked]
	s.mu.Unlock()
	r := s.answer(asked)
	if r.Silent {
		return nil
	}
	out, err := r.pack(h.ID, q)
	if err != nil {
		return nil
	}
	return out
}

// answersAt is where the count of answers stands in a message (RFC 1035 §4.1.1).
const answersAt = 6

func (r Reply) pack(id uint16, q dnsmessage.Question) ([]byte, error) {
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, Response: true, RecursionDesired: true, RecursionAvailable: true, RCode: r.Code},
		Questions: []dnsmessage.Question{q},
	}
	owner := q.Name
	head := func() dnsmessage.ResourceHeader { return dnsmessage.ResourceHeader{Name: owner, Class: q.Class} }
	for _, name := range r.Names {
		to, err := dnsmessage.NewName(name + ".")
		if err != nil {
			return nil, err
		}
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head(), Body: &dnsmessage.CNAMEResource{CNAME: to}})
		owner = to
	}
	for _, a := range r.Addrs {
		switch {
		case a.Is4() && q.Type == dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head(), Body: &dnsmessage.AResource{A: a.As4()}})
		case a.Is6() && q.Type == dnsmessage.TypeAAAA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head(), Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
	out, err := m.Pack()
	if err != nil {
		return nil, err
	}
	if r.Count > 0 {
		n := len(m.Answers) + r.Count
		out[answersAt], out[answersAt+1] = byte(n>>8), byte(n)
	}
	return append(out, r.Raw...), nil
}
