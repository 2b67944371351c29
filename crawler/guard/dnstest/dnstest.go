// Package dnstest is a resolver for tests that answers as it is told: wrong, twice differently, or not at all. It needs
// no socket, so virtual time may pass in it.
package dnstest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
)

// Answer is what is said to a question.
type Answer struct {
	// Addrs are the addresses of the name; those of the family that was asked for are given.
	Addrs []netip.Addr
	// Aliases are a chain of CNAMEs from the name on; the last of them has the addresses.
	Aliases []string
	// Code is the response code, such as dnsmessage.RCodeNameError.
	Code dnsmessage.RCode
	// Raw, where set, makes the whole message from the question; nil bytes are silence.
	Raw func(question []byte) []byte
}

// Addrs is the Answer with these addresses. It panics where one is none.
func Addrs(addrs ...string) Answer {
	var a Answer
	for _, s := range addrs {
		a.Addrs = append(a.Addrs, netip.MustParseAddr(s))
	}
	return a
}

// Silence is the Answer that never comes.
var Silence = Answer{Raw: func([]byte) []byte { return nil }}

// Resolver returns a resolver that answers each question by answer, which hears the name, in lower case and without its
// last dot, and the how manieth question it is for this name and family, from 1 on. It may be called at the same time.
func Resolver(answer func(name string, nth int) Answer) *net.Resolver {
	s := &server{answer: answer, asked: map[dnsmessage.Question]int{}}
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go s.serve(server)
		return client, nil
	}}
}

type server struct {
	answer func(string, int) Answer
	mu     sync.Mutex
	asked  map[dnsmessage.Question]int
}

// serve answers what comes over one connection, as over TCP (RFC 1035 §4.2.2), until it is closed.
func (s *server) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		question := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, question); err != nil {
			return
		}
		out := s.reply(question)
		if out == nil {
			continue
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(out))), out...)); err != nil { //nolint:gosec // a message has at most 64 KiB
			return
		}
	}
}

func (s *server) reply(question []byte) []byte {
	var p dnsmessage.Parser
	head, err := p.Start(question)
	if err != nil {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	s.mu.Lock()
	s.asked[q]++
	nth := s.asked[q]
	s.mu.Unlock()
	a := s.answer(strings.ToLower(strings.TrimSuffix(q.Name.String(), ".")), nth)
	if a.Raw != nil {
		return a.Raw(question)
	}
	out, err := (&dnsmessage.Message{
		Header:    dnsmessage.Header{ID: head.ID, Response: true, RecursionDesired: true, RecursionAvailable: true, RCode: a.Code},
		Questions: []dnsmessage.Question{q},
		Answers:   records(q, a),
	}).Pack()
	if err != nil {
		return nil
	}
	return out
}

// records are the answers to q, with a TTL of 0.
func records(q dnsmessage.Question, a Answer) []dnsmessage.Resource {
	var out []dnsmessage.Resource
	name := q.Name
	add := func(t dnsmessage.Type, body dnsmessage.ResourceBody) {
		out = append(out, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: name, Type: t, Class: dnsmessage.ClassINET}, Body: body})
	}
	for _, alias := range a.Aliases {
		to := dnsmessage.MustNewName(alias + ".")
		add(dnsmessage.TypeCNAME, &dnsmessage.CNAMEResource{CNAME: to})
		name = to
	}
	for _, addr := range a.Addrs {
		switch {
		case addr.Is4() && q.Type == dnsmessage.TypeA:
			add(q.Type, &dnsmessage.AResource{A: addr.As4()})
		case addr.Is6() && q.Type == dnsmessage.TypeAAAA:
			add(q.Type, &dnsmessage.AAAAResource{AAAA: addr.As16()})
		}
	}
	return out
}
