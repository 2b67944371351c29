package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/gorilla/websocket"
)

// connection answers with the address of a connection, which serves once.
func (s *Server) connection(w http.ResponseWriter, r *http.Request) {
	if s.play(w, r, "apps.connections.open", Message{}) {
		return
	}
	s.mu.Lock()
	s.tickets++
	n := s.tickets
	s.mu.Unlock()
	answer(w, map[string]any{"ok": true, "url": fmt.Sprintf("ws%s/link/%d", strings.TrimPrefix(s.http.URL, "http"), n)})
}

// serveSocket is one connection: it greets, and keeps what is acknowledged until it ends.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	c, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = c.Close() }()
	if c.WriteJSON(map[string]any{"type": "hello", "num_connections": 1}) != nil {
		return
	}
	s.mu.Lock()
	s.sockets[c] = true
	s.came()
	s.mu.Unlock()
	for {
		var a struct {
			ID      string          `json:"envelope_id"`
			Payload json.RawMessage `json:"payload"`
		}
		err := c.ReadJSON(&a)
		s.mu.Lock()
		if err != nil {
			delete(s.sockets, c)
		} else {
			s.acked[a.ID] = a.Payload
		}
		s.came()
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Sockets returns how many connections of Socket Mode are open.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// DropSockets breaks all connections without a word.
func (s *Server) DropSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.sockets {
		delete(s.sockets, c)
		_ = c.NetConn().Close()
	}
}

// Renew asks for other connections, as Slack does every few hours.
func (s *Server) Renew() error { return s.Say(`{"type":"disconnect","reason":"refresh_requested"}`) }

// Say sends a text as it is.
func (s *Server) Say(text string) error {
	_, err := s.write([]byte(text))
	return err
}

// write sends a text over one of the connections, which it returns.
func (s *Server) write(text []byte) (*websocket.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.sockets {
		return c, c.WriteMessage(websocket.TextMessage, text)
	}
	return nil, websocket.ErrCloseSent
}

// Connected waits until a connection is open, or ctx ends.
func (s *Server) Connected(ctx context.Context) error {
	return s.wait(ctx, func() bool { return len(s.sockets) > 0 })
}

// Deliver sends a request of that kind by Socket Mode and waits until it is acknowledged; it returns the answer, nil where there is
// none. As Slack does, it sends again by the next connection what was not acknowledged by one that broke.
func (s *Server) Deliver(ctx context.Context, envelope, kind string, payload any) (json.RawMessage, error) {
	for retry := 0; ; retry++ {
		if err := s.Connected(ctx); err != nil {
			return nil, err
		}
		raw, err := json.Marshal(map[string]any{
			"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": kind != "events_api", "retry_attempt": retry,
		})
		if err != nil {
			return nil, err
		}
		by, err := s.write(raw)
		if err != nil {
			continue
		}
		var answer json.RawMessage
		acked := false
		err = s.wait(ctx, func() bool {
			answer, acked = s.acked[envelope]
			return acked || !s.sockets[by]
		})
		if err != nil || acked {
			s.mu.Lock()
			delete(s.acked, envelope)
			s.mu.Unlock()
			return answer, err
		}
	}
}

// wait waits until something is so, which is asked whenever something came, or ctx ends.
func (s *Server) wait(ctx context.Context, is func() bool) error {
	for {
		s.mu.Lock()
		done, told := is(), s.told
		s.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-told:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
