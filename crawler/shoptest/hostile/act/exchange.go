package act

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Handler answers one request.
type Handler func(x *Exchange)

// Exchange is one request on its way to an answer.
type Exchange struct {
	Options
	// Canary is the port to which nothing may ever lead.
	Canary string
	W      http.ResponseWriter
	R      *http.Request
	Entry  *Entry
	// Nth counts the requests of the case for this path, Total all of them but those for robots.txt, from 1; Since is
	// how long ago the first of these was.
	Nth, Total int
	Since      time.Duration
	// Until ends when the server closes, which waits for Wait then.
	Until context.Context
	Wait  *sync.WaitGroup
}

// ServeRobots answers for robots.txt. The connection ends, so that what follows has one of its own.
func (x *Exchange) ServeRobots() {
	x.W.Header().Set("Connection", "close")
	if x.Entry.Robots != nil {
		x.Entry.Robots(x)
		return
	}
	http.NotFound(x.W, x.R)
}

// Own is the address of a path on the host of the case.
func (x *Exchange) Own(path string) string { return x.Entry.At(path) }

// Page answers with status 200, a body and headers in pairs.
func (x *Exchange) Page(body string, header ...string) { x.Answer(http.StatusOK, body, header...) }

// Answer answers with a status, a body and headers in pairs.
func (x *Exchange) Answer(status int, body string, header ...string) {
	h := x.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	for i := 0; i+1 < len(header); i += 2 {
		h[header[i]] = append(h[header[i]], header[i+1]) // as it is written
	}
	if len(h["Content-Type"]) > 1 {
		h["Content-Type"] = h["Content-Type"][1:]
	}
	if status != http.StatusNoContent && h.Get("Content-Length") == "" {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	x.W.WriteHeader(status)
	_, _ = io.WriteString(x.W, body)
}

// Robots is an answer for robots.txt.
func Robots(text string) Handler {
	return func(x *Exchange) { x.Page(text, "Content-Type", "text/plain; charset=utf-8") }
}

// Page is a handler of status 200 with a body and headers in pairs.
func Page(body string, header ...string) Handler {
	return func(x *Exchange) { x.Page(body, header...) }
}

// Status is a handler of any status from 100 to 999 with a product page and headers in pairs.
func Status(code int, header ...string) Handler {
	return func(x *Exchange) { x.Answer(code, Product(1), header...) }
}

// Redirect is a handler that leads to an address, which stands in Location as it is.
func Redirect(to string) Handler {
	return func(x *Exchange) { x.Answer(http.StatusFound, "", "Location", to) }
}

// Pipe is a connection without HTTP on it.
type Pipe struct {
	net.Conn
	// Left ends when the visitor has left, or the server closes.
	Left context.Context
}

// Hijack runs f on the connection of the request, which ends with it.
func (x *Exchange) Hijack(f func(p Pipe)) {
	c, _, err := http.NewResponseController(x.W).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // it is closing
	}
	ctx, cancel := context.WithCancel(x.Until)
	stop := context.AfterFunc(x.Until, func() { _ = c.Close() })
	x.Wait.Go(func() {
		_, _ = io.Copy(io.Discard, c)
		cancel()
	})
	f(Pipe{c, ctx})
	stop()
	cancel()
	_ = c.Close()
}

// Raw writes bytes as they are and closes the connection.
func Raw(text string) Handler {
	return func(x *Exchange) {
		x.Hijack(func(p Pipe) { p.Say(text) })
	}
}

// Say writes text and reports whether there was somebody to read it.
func (p Pipe) Say(text string) bool {
	_, err := io.WriteString(p, text)
	return err == nil && p.Left.Err() == nil
}

// Hold keeps the connection open until the visitor leaves.
func (p Pipe) Hold() { <-p.Left.Done() }

// Flood writes text again and again, for ever.
func (p Pipe) Flood(text string) {
	text = strings.Repeat(text, 1+(16<<10)/len(text))
	for p.Say(text) {
	}
}

// Wait lets time pass, and reports whether the visitor is still there.
func (p Pipe) Wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-p.Left.Done():
		return false
	}
}

// Drip writes text byte by byte, with a pause before each, over and over.
func (p Pipe) Drip(text string, pause time.Duration) {
	for i := 0; p.Wait(pause) && p.Say(text[i:i+1]); i = (i + 1) % len(text) {
	}
}

// Reset ends the connection with RST in place of FIN.
func (p Pipe) Reset() {
	if c, ok := p.Conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0)
	}
	_ = p.Close()
}

// Head is the beginning of an answer with a page; length "" leaves its end to the end of the connection.
func Head(length string, header ...string) string {
	var b strings.Builder
	b.WriteString("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n")
	if length != "" {
		fmt.Fprintf(&b, "Content-Length: %s\r\n", length)
	}
	for _, h := range header {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n")
	return b.String()
}

// Silent says nothing until the visitor leaves.
func Silent(x *Exchange) { x.Hijack(Pipe.Hold) }
