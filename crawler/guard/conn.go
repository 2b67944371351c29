package guard

import (
	"errors"
	"math"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"pricegap/market"
)

var (
	errHeader = &Error{Kind: market.FailHeaderTooLarge, Err: errors.New("the header is larger than the bound")}
	errNoHTTP = &Error{Kind: market.FailProtocolError, Err: errors.New("what comes is not HTTP/1")}
	errAnswer = &Error{Kind: market.FailProtocolError, Err: errors.New("the connection ended before the answer")}
)

// http1 is what every answer begins with.
const http1 = "HTTP/1."

// conn is a connection with the bounds of the exchange that uses it. It counts above TLS, so that its bytes are those
// of the header.
type conn struct {
	net.Conn
	header atomic.Int64 // what may still be read before the header has ended
	waits  atomic.Bool  // for the first byte of an answer

	mu   sync.Mutex
	user *exchange
}

func newConn(c net.Conn) *conn {
	out := &conn{Conn: c}
	out.header.Store(math.MaxInt64)
	return out
}

// Read implements net.Conn. net/http reads no further than its buffer of 4 KiB beyond a header, so one that fits is
// never refused, and one that is refused is at most that much too large.
func (c *conn) Read(p []byte) (int, error) {
	if c.header.Load() <= 0 {
		return 0, errHeader
	}
	n, err := c.Conn.Read(p)
	c.header.Add(-int64(n))
	if n > 0 && c.waits.Load() && c.waits.Swap(false) && string(p[:min(n, len(http1))]) != http1[:min(n, len(http1))] {
		return 0, errNoHTTP // HTTP/2, another protocol, or bytes without end of which no line is one of ours
	}
	return n, err
}

// Write implements net.Conn. A request goes out over one connection only: where a kept one ends before the answer,
// net/http would ask again at once, by itself, and the host would be asked twice without the pause it was promised.
func (c *conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	x := c.user
	c.mu.Unlock()
	if x == nil {
		return c.Conn.Write(p)
	}
	if w := x.wrote.Load(); w != nil && w != c {
		return 0, errAnswer
	}
	n, err := c.Conn.Write(p)
	if n > 0 {
		x.wrote.Store(c)
	}
	return n, err
}

// take puts the connection under the bounds of x.
func (c *conn) take(x *exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.user = x
	c.header.Store(x.spec.Limits.HeaderBytes)
	c.waits.Store(true)
	_ = c.SetDeadline(x.ends.Add(time.Second)) // the timer should strike first
}

// headed says that the header for x has ended.
func (c *conn) headed(x *exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.user == x {
		c.header.Store(math.MaxInt64)
	}
}

// give takes the bounds of x away, so that the connection can be kept, unless another exchange has it already.
func (c *conn) give(x *exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.user == x {
		c.user = nil
		c.header.Store(math.MaxInt64)
		_ = c.SetDeadline(time.Time{})
	}
}
