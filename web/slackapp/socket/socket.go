// Package socket is Slack's Socket Mode: what Slack would send to an address comes over a websocket that we open, so that nothing
// of ours need be reachable. Source: Slack, "Using Socket Mode".
package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"pricegap/alerts"
)

// The bounds of a connection.
const (
	maxMessageBytes = 1 << 20
	// maxAnswerBytes is the largest answer in an acknowledgement; Slack drops a larger one without a word.
	maxAnswerBytes = 20_480
	// silence is how long a connection may say nothing: Slack pings at least every 30 seconds.
	silence      = 45 * time.Second
	writeTimeout = 10 * time.Second
	dialTimeout  = 10 * time.Second
	// firstPause doubles with every attempt that fails, up to longPause, each time with up to as much again by chance.
	firstPause, longPause = time.Second, time.Minute
)

// errAddress is returned for an address that is not a websocket of Slack's.
var errAddress = errors.New("socket: not a secure websocket")

// Options are the parts of a connection.
type Options struct {
	// Open asks Slack for the address of a connection, which is a secret.
	Open func(ctx context.Context) (address string, err error)
	// Handle takes a request of that kind ("slash_commands", "interactive", "events_api") and returns what the acknowledgement says, nil
	// for nothing. It must not wait for anything.
	Handle func(kind string, payload json.RawMessage) any
	// Scheme is how addresses begin [wss://]; tests have another.
	Scheme string
	// Pause is how long to wait before the attempt after so many that failed [see longPause].
	Pause func(failed int) time.Duration
	Log   *slog.Logger
}

// envelope is what comes over the connection.
type envelope struct {
	Type    string          `json:"type"`
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload"`
	// Answers says that an acknowledgement may hold an answer.
	Answers bool   `json:"accepts_response_payload"`
	Reason  string `json:"reason"`
}

// ack acknowledges an envelope.
type ack struct {
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload,omitzero"`
}

// Serve keeps a connection open until ctx ends, and returns its error. A connection that breaks, or that Slack wants renewed, is opened
// anew; what Slack sent meanwhile it sends again.
func Serve(ctx context.Context, o Options) error {
	if o.Pause == nil {
		o.Pause = pause
	}
	for failed := 0; ; {
		greeted, err := o.connect(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if failed++; greeted {
			failed = 0
		}
		if err == nil && greeted {
			continue // Slack asked for another
		}
		wait := o.Pause(failed)
		var rest *alerts.RetryAfterError
		if errors.As(err, &rest) {
			wait = max(wait, rest.After)
		}
		o.Log.Warn("the connection to Slack is opened anew", "after", wait, "error", err)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pause doubles, with chance so that not all come back at once.
func pause(failed int) time.Duration {
	p := longPause
	if failed < 6 {
		p = firstPause << failed
	}
	return p/2 + rand.N(p/2)
}

// connect opens one connection and serves it until it ends. greeted reports whether Slack took it; the error is nil where Slack asks for
// another one.
func (o Options) connect(ctx context.Context) (greeted bool, err error) {
	address, err := o.Open(ctx)
	if err != nil {
		return false, err
	}
	scheme := o.Scheme
	if scheme == "" {
		scheme = "wss://"
	}
	if !strings.HasPrefix(address, scheme) {
		return false, errAddress
	}
	d := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialTimeout}
	c, resp, err := d.DialContext(ctx, address, nil)
	if resp != nil {
		_ = resp.Body.Close()
	}
	if err != nil {
		return false, errors.New("socket: no connection") // its text may hold the address
	}
	defer func() { _ = c.Close() }()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	c.SetReadLimit(maxMessageBytes)
	alive := func() error { return c.SetReadDeadline(time.Now().Add(silence)) }
	c.SetPingHandler(func(data string) error {
		if err := alive(); err != nil {
			return err
		}
		return c.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeTimeout))
	})
	for {
		if err := alive(); err != nil {
			return greeted, err
		}
		var e envelope
		_, raw, err := c.ReadMessage()
		switch {
		case err != nil:
			return greeted, fmt.Errorf("socket: %w", err)
		case json.Unmarshal(raw, &e) != nil:
			o.Log.Warn("Slack sent what cannot be read", "bytes", len(raw))
			continue
		}
		switch {
		case e.Type == "hello":
			greeted = true
			o.Log.Info("connected to Slack")
		case e.Type == "disconnect":
			o.Log.Info("Slack wants another connection", "reason", e.Reason)
			return greeted, nil
		case e.ID != "":
			if err := o.answer(c, e); err != nil {
				return greeted, fmt.Errorf("socket: %w", err)
			}
		}
	}
}

// answer has an envelope handled and acknowledges it.
func (o Options) answer(c *websocket.Conn, e envelope) error {
	a := ack{ID: e.ID}
	if v := o.Handle(e.Type, e.Payload); v != nil && e.Answers {
		raw, err := json.Marshal(v)
		if err != nil || len(raw) > maxAnswerBytes {
			o.Log.Warn("an answer to Slack is too large", "bytes", len(raw), "error", err)
			raw = nil
		}
		a.Payload = raw
	}
	if err := c.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	return c.WriteJSON(a)
}
