// Package memory is a network without sockets, for tests: the virtual time of testing/synctest crosses it.
package memory

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// maxBuffered is how many bytes wait on their way in one direction; then the writer waits.
const maxBuffered = 64 << 10

// Listener is a net.Listener without sockets: Dial connects to whoever accepts. Its connections wait on nothing but
// each other and timers. It is safe for concurrent use.
type Listener struct {
	dialled chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

// Listen returns a listener that is open until Close.
func Listen() *Listener {
	return &Listener{dialled: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept implements net.Listener. Its error is net.ErrClosed.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.dialled:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. Connections that were accepted stay open.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener; it has the form of a TCP address of loopback.
func (l *Listener) Addr() net.Addr { return place("127.0.0.1:80") }

// Dial connects to the listener, whatever the network and the address. Its errors are the context's, and that of a
// connection that is refused because the listener is closed.
func (l *Listener) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	fail := func(err error) error {
		return &net.OpError{Op: "dial", Net: network, Addr: place(address), Err: err}
	}
	up, down := newStream(), newStream()
	ours := &conn{in: down, out: up, local: "127.0.0.1:1", remote: place(address)}
	theirs := &conn{in: up, out: down, local: place(address), remote: "127.0.0.1:1"}
	select {
	case <-l.closed: // closed wins where both are ready
		return nil, fail(syscall.ECONNREFUSED)
	default:
	}
	select {
	case l.dialled <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, fail(syscall.ECONNREFUSED)
	case <-ctx.Done():
		return nil, fail(ctx.Err())
	}
}

type place string

// Network implements net.Addr.
func (place) Network() string { return "memory" }

// String implements net.Addr.
func (p place) String() string { return string(p) }

// conn is one end of a connection.
type conn struct {
	in, out       *stream
	local, remote place

	mu    sync.Mutex
	reset bool
}

// Read implements net.Conn. Its errors are io.EOF, those of a connection that is closed here or reset there, and
// os.ErrDeadlineExceeded.
func (c *conn) Read(p []byte) (int, error) { return c.in.read(p) }

// Write implements net.Conn. It waits where the other end does not read.
func (c *conn) Write(p []byte) (int, error) { return c.out.write(p) }

// Close implements net.Conn. What was written can still be read at the other end.
func (c *conn) Close() error {
	c.mu.Lock()
	last := io.EOF
	if c.reset {
		last = syscall.ECONNRESET
	}
	c.mu.Unlock()
	c.out.end(last, net.ErrClosed)
	c.in.end(net.ErrClosed, syscall.EPIPE)
	return nil
}

// SetLinger is that of net.TCPConn, as far as it goes here: with 0 seconds Close resets the connection, and the other
// end reads nothing any more.
func (c *conn) SetLinger(seconds int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reset = seconds == 0
	return nil
}

// LocalAddr implements net.Conn.
func (c *conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr implements net.Conn.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	c.in.until(&c.in.reads, t)
	c.out.until(&c.out.writes, t)
	return nil
}

// SetReadDeadline implements net.Conn.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.in.until(&c.in.reads, t)
	return nil
}

// SetWriteDeadline implements net.Conn.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.out.until(&c.out.writes, t)
	return nil
}

// stream is one direction of a connection.
type stream struct {
	mu            sync.Mutex
	moved         sync.Cond // anything below has changed, or a deadline has passed
	bytes         bytes.Buffer
	reads, writes deadline
	// onRead and onWrite end the stream for its reader, once nothing waits any more, and for its writer.
	onRead, onWrite error
}

type deadline struct {
	at    time.Time
	timer *time.Timer
}

func (d deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func newStream() *stream {
	s := &stream{}
	s.moved.L = &s.mu
	return s
}

func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.onRead == net.ErrClosed, s.onRead == syscall.ECONNRESET: //nolint:errorlint // its own values
			return 0, s.onRead
		case s.reads.passed():
			return 0, os.ErrDeadlineExceeded
		case len(p) == 0:
			return 0, nil
		case s.bytes.Len() > 0:
			n, _ := s.bytes.Read(p) // it never fails while there is something
			s.moved.Broadcast()
			return n, nil
		case s.onRead != nil:
			return 0, s.onRead
		}
		s.moved.Wait()
	}
}

func (s *stream) write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.onWrite != nil:
			return n, s.onWrite
		case s.writes.passed():
			return n, os.ErrDeadlineExceeded
		case n == len(p):
			return n, nil
		}
		if room := maxBuffered - s.bytes.Len(); room > 0 {
			some := p[n:min(len(p), n+room)]
			s.bytes.Write(some)
			n += len(some)
			s.moved.Broadcast()
			continue
		}
		s.moved.Wait()
	}
}

// end ends the stream from one side; the first end counts, for its own side above all.
func (s *stream) end(onRead, onWrite error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.onRead == nil || onRead == net.ErrClosed { //nolint:errorlint // its own value
		s.onRead = onRead
	}
	if s.onWrite == nil || onWrite == net.ErrClosed { //nolint:errorlint // its own value
		s.onWrite = onWrite
	}
	for _, d := range []*deadline{&s.reads, &s.writes} {
		if d.timer != nil {
			d.timer.Stop()
		}
	}
	s.moved.Broadcast()
}

// until sets a deadline; the zero time is none.
func (s *stream) until(d *deadline, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	d.at, d.timer = at, nil
	// A timer of a bubble that fires at once is no good: two that start together crash the race detector of Go 1.26, which
	// runs them in the context of the bubble, each in the goroutine that starts it.
	if left := time.Until(at); !at.IsZero() && left > 0 && s.onWrite == nil {
		d.timer = time.AfterFunc(left, s.wake)
	}
	s.moved.Broadcast()
}

func (s *stream) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved.Broadcast()
}
