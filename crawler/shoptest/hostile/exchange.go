package hostile

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// handler answers one request.
type handler func(x *exchange)

// exchange is one request on its way to an answer.
type exchange struct {
	*Server
	w http.ResponseWriter
	r *http.Request
	e *entry
	// nth counts the requests of the case for this path, total all of them but those for robots.txt, from 1; since is
	// how long ago the first was.
	nth, total int
	since      time.Duration
}

// serveRobots answers for robots.txt. The connection ends, so that what follows has one of its own.
func (x *exchange) serveRobots() {
	x.w.Header().Set("Connection", "close")
	if x.e.robots != nil {
		x.e.robots(x)
		return
	}
	http.NotFound(x.w, x.r)
}

// own is the address of a path on the host of the case.
func (x *exchange) own(path string) string { return x.e.At(path) }

// page answers with status 200, a body and headers in pairs.
func (x *exchange) page(body string, header ...string) { x.answer(http.StatusOK, body, header...) }

// answer answers with a status, a body and headers in pairs.
func (x *exchange) answer(status int, body string, header ...string) {
	h := x.w.Header()
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
	x.w.WriteHeader(status)
	_, _ = io.WriteString(x.w, body)
}

// robots is an answer for robots.txt.
func robots(text string) handler {
	return func(x *exchange) { x.page(text, "Content-Type", "text/plain; charset=utf-8") }
}

// page, status and redirect make handlers of answers that net/http can send.
func page(body string, header ...string) handler {
	return func(x *exchange) { x.page(body, header...) }
}

func status(code int, header ...string) handler {
	return func(x *exchange) { x.answer(code, product(1), header...) }
}

func redirect(to string) handler {
	return func(x *exchange) { x.answer(http.StatusFound, "", "Location", to) }
}

// pipe is a connection without HTTP on it.
type pipe struct {
	net.Conn
	// left ends when the visitor has left, or the server closes.
	left context.Context
}

// hijack runs f on the connection of the request, which ends with it.
func (x *exchange) hijack(f func(p pipe)) {
	c, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // it is closing
	}
	ctx, cancel := context.WithCancel(x.ctx)
	stop := context.AfterFunc(x.ctx, func() { _ = c.Close() })
	x.wg.Go(func() {
		_, _ = io.Copy(io.Discard, c)
		cancel()
	})
	f(pipe{c, ctx})
	stop()
	cancel()
	_ = c.Close()
}

// raw writes bytes as they are and closes the connection.
func raw(text string) handler {
	return func(x *exchange) {
		x.hijack(func(p pipe) { p.say(text) })
	}
}

// say writes text and reports whether there was somebody to read it.
func (p pipe) say(text string) bool {
	_, err := io.WriteString(p, text)
	return err == nil && p.left.Err() == nil
}

// hold keeps the connection open until the visitor leaves.
func (p pipe) hold() { <-p.left.Done() }

// flood writes text again and again, for ever.
func (p pipe) flood(text string) {
	text = strings.Repeat(text, 1+(16<<10)/len(text))
	for p.say(text) {
	}
}

// wait lets time pass, and reports whether the visitor is still there.
func (p pipe) wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-p.left.Done():
		return false
	}
}

// drip writes text byte by byte, with a pause before each, over and over.
func (p pipe) drip(text string, pause time.Duration) {
	for i := 0; p.wait(pause) && p.say(text[i:i+1]); i = (i + 1) % len(text) {
	}
}

// reset ends the connection with RST in place of FIN.
func (p pipe) reset() {
	if c, ok := p.Conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0)
	}
	_ = p.Close()
}

// head is the beginning of an answer with a page; length "" leaves its end to the end of the connection.
func head(length string, header ...string) string {
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
