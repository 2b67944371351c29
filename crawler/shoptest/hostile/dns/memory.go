package dns

import (
	"context"
	"encoding/binary"
	"io"
	"net"
)

// Memory is a resolver that asks answer, and no socket: virtual time may pass in it. What a resolver keeps for the whole
// process is made at the first look-up, which for that must be outside of a bubble of testing/synctest.
func Memory(answer func(Question) Reply) *net.Resolver {
	s := &Server{answer: answer, asked: map[Question]int{}}
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go s.stream(server)
		return client, nil
	}}
}

// stream answers what comes over c, as over TCP (RFC 1035 §4.2.2), until the other side closes it.
func (s *Server) stream(c net.Conn) {
	defer func() { _ = c.Close() }()
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		in := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, in); err != nil {
			return
		}
		out := s.reply(in)
		if out == nil {
			continue
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(out))), out...)); err != nil { //nolint:gosec // at most 64 KiB
			return
		}
	}
}
