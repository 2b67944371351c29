// Package guard is the one way out to the web: an http.RoundTripper that dials no address it should not,
// ends within its bounds whatever the server does, and brings whole bodies, decoded, or a typed failure.
package guard

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pricegap/market"
)

// The bounds that hold where a Spec says nothing else.
const (
	DefaultTimeout  = 60 * time.Second
	MaxWireBytes    = 8 << 20
	MaxDecodedBytes = 16 << 20
	maxHeaderBytes  = 256 << 10
	connectTimeout  = 10 * time.Second
	headerTimeout   = 20 * time.Second
	idleTimeout     = 30 * time.Second
)

// acceptEncoding lists the encodings that we decode; another one in the answer is refused.
const acceptEncoding = "gzip, zstd, br"

// Options say where a Transport may go.
type Options struct {
	// Allow lists special-purpose networks that may be dialled all the same, on any port.
	Allow []netip.Prefix
	// ConnectTo redirects connections as curl's --connect-to does.
	ConnectTo []market.ConnectTo
	Net
}

// Net is the network under a Transport; the zero Net is the system's.
type Net struct {
	// Resolver looks names up; nil means the system's.
	Resolver *net.Resolver
	// RootCAs are the authorities that are trusted; nil means the system's.
	RootCAs *x509.CertPool
	// Dial connects to an address that was checked, "127.0.0.1:80"; nil means the system's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Spec bounds one request; it travels in the request's context. The zero Spec has the defaults.
type Spec struct {
	// Timeout bounds the request from the dial to the last byte of the body; 0 means DefaultTimeout.
	Timeout time.Duration
	// MaxDecoded and MaxWire bound the body; 0 means MaxDecodedBytes and MaxWireBytes.
	MaxDecoded, MaxWire int64
	// Cut takes the first MaxDecoded bytes of a longer body in place of a failure; for robots.txt only.
	Cut bool
	// Fresh asks for a connection of its own.
	Fresh bool
}

type specKey struct{}

// With returns a context that carries s to RoundTrip.
func With(ctx context.Context, s Spec) context.Context { return context.WithValue(ctx, specKey{}, s) }

func specOf(ctx context.Context) Spec {
	s, _ := ctx.Value(specKey{}).(Spec)
	if s.Timeout <= 0 {
		s.Timeout = DefaultTimeout
	}
	if s.MaxDecoded <= 0 {
		s.MaxDecoded = MaxDecodedBytes
	}
	if s.MaxWire <= 0 {
		s.MaxWire = MaxWireBytes
	}
	return s
}

// Error is a request that failed below the status.
type Error struct {
	Kind market.FailureKind
	Err  error
	// Wire counts the bytes of the body that came nevertheless.
	Wire int64
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("guard: %s: %v", e.Kind, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Body is a whole body in memory, decoded. It is the Body of each response of a Transport.
type Body struct {
	// Bytes is the body itself.
	Bytes []byte
	// Wire counts the bytes that came over the wire for it.
	Wire int64
	off  int
}

// Read implements io.Reader.
func (b *Body) Read(p []byte) (int, error) {
	if b.off >= len(b.Bytes) {
		return 0, io.EOF
	}
	n := copy(p, b.Bytes[b.off:])
	b.off += n
	return n, nil
}

// Close implements io.Closer; there is nothing to close.
func (b *Body) Close() error { return nil }

// Transport implements http.RoundTripper. It is safe for concurrent use.
type Transport struct {
	o           Options
	kept, fresh *http.Transport
	dialer      dialer
	slow        slowness
	special     sync.Map // "host:port" → bool: whether it was last dialled at an allowed special address
}

// New returns a Transport. Proxies of the environment are not used: the guard would not see where they lead.
func New(o Options) *Transport {
	t := &Transport{o: o, slow: slowest}
	t.dialer = newDialer(o)
	t.kept = &http.Transport{
		DialContext:            t.dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
		TLSHandshakeTimeout:    connectTimeout,
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{}, // HTTP/1.1 only: deadlines are those of a connection
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableCompression:     true, // decoded here, within bounds
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        idleTimeout,
	}
	t.fresh = t.kept.Clone()
	t.fresh.TLSNextProto = t.kept.TLSNextProto
	t.fresh.DisableKeepAlives = true
	return t
}

// CloseIdleConnections closes the connections that wait for another request.
func (t *Transport) CloseIdleConnections() { t.kept.CloseIdleConnections() }

// Special reports whether u leads to a special-purpose address that Options.Allow names: as it was last dialled,
// or as far as the address itself or ConnectTo tells before that.
func (t *Transport) Special(u *url.URL) bool {
	host, port := u.Hostname(), u.Port()
	if port == "" {
		port = "80"
		if u.Scheme == "https" {
			port = "443"
		}
	}
	if v, ok := t.special.Load(net.JoinHostPort(host, port)); ok {
		return v.(bool)
	}
	host, _, _ = t.dialer.target(host, port)
	a, err := netip.ParseAddr(host)
	return err == nil && special(a.Unmap(), t.o.Allow)
}

func (t *Transport) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	return t.dialer.dial(ctx, addr, func(special bool) { t.special.Store(addr, special) })
}

var errWhole = errors.New("the time for the whole request is over")

// RoundTrip implements http.RoundTripper. Its errors are *Error, or that of the request's context. The
// whole body has been read when it returns.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	spec := specOf(req.Context())
	ctx, cancel := context.WithCancelCause(req.Context())
	defer cancel(nil)
	timer := time.AfterFunc(spec.Timeout, func() { cancel(errWhole) })
	defer timer.Stop()
	deadline := time.Now().Add(spec.Timeout + time.Second) // the context should strike first; a held 101 defies it
	var connected atomic.Bool
	out := req.Clone(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) {
			connected.Store(true)
			_ = i.Conn.SetDeadline(deadline)
		},
	}))
	out.Header.Set("Accept-Encoding", acceptEncoding)
	base := t.kept
	if spec.Fresh {
		base = t.fresh
	}
	res, err := base.RoundTrip(out)
	if err != nil {
		return nil, t.fail(req.Context(), ctx, err, connected.Load())
	}
	if res.StatusCode == http.StatusSwitchingProtocols {
		_ = res.Body.Close()
		return nil, &Error{Kind: market.FailProtocolError, Err: errors.New("the server switches protocols unasked")}
	}
	body, err := t.readBody(cancel, res, spec)
	_ = res.Body.Close()
	if err != nil {
		return nil, t.bodyError(req.Context(), ctx, err, body.Wire)
	}
	return response(req, res, body), nil
}

// response is res with its body in memory and without the marks of its encoding.
func response(req *http.Request, res *http.Response, b *Body) *http.Response {
	h := res.Header
	h.Del("Content-Encoding")
	h.Del("Content-Length")
	return &http.Response{
		Status: res.Status, StatusCode: res.StatusCode, Proto: res.Proto, ProtoMajor: res.ProtoMajor,
		ProtoMinor: res.ProtoMinor, Header: h, Body: b, ContentLength: int64(len(b.Bytes)), Uncompressed: true,
		Request: req,
	}
}

// fail types an error that came before the body.
func (t *Transport) fail(outer, inner context.Context, err error, connected bool) error {
	if outer.Err() != nil {
		return outer.Err()
	}
	if errors.Is(context.Cause(inner), errWhole) {
		if connected {
			return &Error{Kind: market.FailHeaderTimeout, Err: errWhole}
		}
		return &Error{Kind: market.FailConnectTimeout, Err: errWhole}
	}
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	return &Error{Kind: classify(err, connected), Err: brief(err)}
}

// brief is err without what the server sent, which net/http quotes: it may be long, and hold a secret.
func brief(err error) error {
	text, _, quoted := strings.Cut(err.Error(), `"`)
	if !quoted {
		return err
	}
	return errors.New(strings.TrimRight(text, ": "))
}

// bodyError types an error of the body.
func (t *Transport) bodyError(outer, inner context.Context, err error, wire int64) error {
	if outer.Err() != nil {
		return outer.Err()
	}
	var e *Error
	switch cause := context.Cause(inner); {
	case errors.As(cause, &e), errors.As(err, &e):
		return &Error{Kind: e.Kind, Err: e.Err, Wire: wire}
	case errors.Is(cause, errWhole), isTimeout(err):
		return &Error{Kind: market.FailBodyTimeout, Err: errWhole, Wire: wire}
	case errors.Is(err, io.ErrUnexpectedEOF), isReset(err):
		return &Error{Kind: market.FailTruncated, Err: errors.New("the body ends before the length that was promised"), Wire: wire}
	}
	return &Error{Kind: market.FailProtocolError, Err: brief(err), Wire: wire}
}

// special reports whether a is an address that only prefixes let through.
func special(a netip.Addr, prefixes []netip.Prefix) bool {
	return plainGuardian.SafeAddr(a) != nil && slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(a) })
}
