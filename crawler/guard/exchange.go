package guard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"pricegap/market"
)

// exchange is one request on its way. One timer ends it, whatever phase it is in: the connection, which the dialer
// bounds as well, the header, the body. Past the timer, the deadline of the connection is left: a status 101 with a held
// connection defies contexts (golang/go #44988).
type exchange struct {
	spec   Spec
	ends   time.Time       // of the whole
	ctx    context.Context // as http.Request has one: both end together
	cancel context.CancelCauseFunc
	timer  *time.Timer
	phase  atomic.Int32
	conn   *conn
	wrote  atomic.Pointer[conn] // over which the request went out
	waited bool                 // for room for the body
	trace  httptrace.ClientTrace
}

// The phases of an exchange.
const (
	connecting int32 = iota
	heading
	reading
)

var (
	errNoConnection = &Error{Kind: market.FailConnectTimeout, Err: errors.New("no connection before the time for the whole request was over")}
	errNoHeader     = &Error{Kind: market.FailHeaderTimeout, Err: errors.New("no complete header in time")}
	errNoBody       = &Error{Kind: market.FailBodyTimeout, Err: errors.New("the time for the whole request is over")}
)

type exchangeKey struct{}

// begin starts the clock of a request; end stops it.
func begin(ctx context.Context) *exchange {
	x := &exchange{spec: specOf(ctx)}
	x.ends = time.Now().Add(x.spec.Timeout)
	ctx, x.cancel = context.WithCancelCause(ctx)
	x.timer = time.AfterFunc(x.spec.Timeout, x.over)
	x.trace = httptrace.ClientTrace{GetConn: x.seeks, GotConn: x.got}
	x.ctx = httptrace.WithClientTrace(context.WithValue(ctx, exchangeKey{}, x), &x.trace)
	return x
}

func (x *exchange) end() {
	x.timer.Stop()
	if x.conn != nil {
		x.conn.give(x)
	}
	x.cancel(nil)
}

func (x *exchange) over() {
	switch x.phase.Load() {
	case connecting:
		x.cancel(errNoConnection)
	case heading:
		x.cancel(errNoHeader)
	default:
		x.cancel(errNoBody)
	}
}

// seeks is told when a connection is looked for, again where a kept one turned out to be closed.
func (x *exchange) seeks(string) { x.phase.Store(connecting) }

func (x *exchange) got(i httptrace.GotConnInfo) {
	x.conn = i.Conn.(*conn)
	x.conn.take(x)
	x.phase.Store(heading)
	x.timer.Reset(min(x.spec.Limits.HeaderTimeout, time.Until(x.ends)))
}

// reads is told when a header has come that has a body.
func (x *exchange) reads() {
	x.phase.Store(reading)
	x.conn.headed(x)
	x.timer.Reset(time.Until(x.ends))
}

// fail types an error that came before the body.
func (x *exchange) fail(outer context.Context, err error) error {
	if outer.Err() != nil {
		return outer.Err()
	}
	if own, ok := errors.AsType[*Error](context.Cause(x.ctx)); ok {
		return own
	}
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	return &Error{Kind: classify(err, x.phase.Load() != connecting), Err: brief(err)}
}

// bodyError types an error of the body, of which wire bytes came.
func (x *exchange) bodyError(outer context.Context, err error, wire int64) error {
	if outer.Err() != nil {
		return outer.Err()
	}
	var e *Error
	switch {
	case errors.As(context.Cause(x.ctx), &e), errors.As(err, &e):
	case isTimeout(err):
		e = errNoBody
	case errors.Is(err, io.ErrUnexpectedEOF), isReset(err):
		e = &Error{Kind: market.FailTruncated, Err: errors.New("the body ends before the length that was promised")}
	default:
		e = &Error{Kind: market.FailProtocolError, Err: brief(err)}
	}
	if x.waited {
		return &Error{Kind: e.Kind, Err: fmt.Errorf("%w: %w", ErrRoom, e.Err), Wire: wire}
	}
	return &Error{Kind: e.Kind, Err: e.Err, Wire: wire}
}

// brief is err without what the server sent, which net/http quotes: it may be long, and hold a secret.
func brief(err error) error {
	text, _, quoted := strings.Cut(err.Error(), `"`)
	if !quoted {
		return err
	}
	return errors.New(strings.TrimRight(text, ": "))
}
