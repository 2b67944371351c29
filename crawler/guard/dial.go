package guard

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"pricegap/market"
)

// plainGuardian refuses every address that IANA lists as special, on any port.
var plainGuardian = ssrf.New(ssrf.WithAnyPort())

// dialer resolves a name, refuses it if any of its addresses is special, and dials the rest in order. The
// check stands on resolved addresses only, and once more in Dialer.Control, where nothing can change any
// more: checks on strings are beaten by IDNA digits, mapped addresses and rebinding.
type dialer struct {
	resolver  *net.Resolver
	allow     []netip.Prefix
	connectTo []market.ConnectTo
	web, any  *ssrf.Guardian // ports 80 and 443 only; any port
	absent    *Absent
	connect   func(ctx context.Context, network, address string) (net.Conn, error) // in place of net.Dialer's
}

func newDialer(o Options) dialer {
	var v4, v6 []netip.Prefix
	for _, p := range o.Allow {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	allowed := []ssrf.Option{ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...)}
	d := dialer{
		resolver: o.Resolver, allow: o.Allow, connectTo: o.ConnectTo, absent: o.Absent, connect: o.Dial,
		web: ssrf.New(append(allowed, ssrf.WithPorts(80, 443))...),
		any: ssrf.New(append(allowed, ssrf.WithAnyPort())...),
	}
	if d.resolver == nil {
		d.resolver = net.DefaultResolver
	}
	if d.absent == nil {
		d.absent = new(Absent)
	}
	return d
}

// target applies the first entry of connectTo that fits.
func (d dialer) target(host, port string) (toHost, toPort string, redirected bool) {
	for _, c := range d.connectTo {
		if (c.Host == "" || strings.EqualFold(c.Host, host)) && (c.Port == "" || c.Port == port) {
			if c.ToHost != "" {
				host = c.ToHost
			}
			if c.ToPort != "" {
				port = c.ToPort
			}
			return host, port, true
		}
	}
	return host, port, false
}

// dial implements http.Transport.DialContext.
func (t *Transport) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	c, err := t.connect(ctx, addr)
	if err != nil {
		return nil, err
	}
	return newConn(c), nil
}

func (t *Transport) connect(ctx context.Context, addr string) (net.Conn, error) {
	ctx, cancel := connectBound(ctx)
	defer cancel()
	return t.dialer.dial(ctx, addr, func(special bool) { t.special.Store(addr, special) })
}

// dialTLS implements http.Transport.DialTLSContext; the handshake has as much time as the connection had.
func (t *Transport) dialTLS(ctx context.Context, _, addr string) (net.Conn, error) {
	raw, err := t.connect(ctx, addr)
	if err != nil {
		return nil, err
	}
	ctx, cancel := connectBound(ctx)
	defer cancel()
	host, _, _ := net.SplitHostPort(addr) // connect has split it before
	c := tls.Client(raw, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: t.o.RootCAs, ServerName: host})
	if err := c.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		if ctx.Err() != nil {
			return nil, &Error{Kind: market.FailConnectTimeout, Err: errors.New("no finished TLS handshake in time")}
		}
		return nil, &Error{Kind: classify(err, false), Err: brief(err)}
	}
	return newConn(c), nil
}

// connectBound ends ctx, that of a dial, with its exchange and within its bound. net/http lets a dial live on
// without its request, for another one; here nothing outlives what asked for it.
func connectBound(ctx context.Context) (context.Context, context.CancelFunc) {
	x, ok := ctx.Value(exchangeKey{}).(*exchange)
	if !ok {
		return context.WithTimeout(ctx, defaults.ConnectTimeout)
	}
	ctx, cancel := context.WithTimeout(ctx, x.spec.Limits.ConnectTimeout)
	stop := context.AfterFunc(x.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

// dial connects to addr; note hears whether the addresses are special ones that are allowed.
func (d dialer) dial(ctx context.Context, addr string, note func(special bool)) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, &Error{Kind: market.FailSSRFBlocked, Err: err}
	}
	host, port, redirected := d.target(host, port)
	addrs, err := d.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	var targets []string
	all := true
	for _, a := range addrs {
		a = a.Unmap()
		target := net.JoinHostPort(a.String(), port)
		if err := d.check(a, target, redirected); err != nil {
			return nil, &Error{Kind: market.FailSSRFBlocked, Err: fmt.Errorf("%s: %w", host, err)}
		}
		all = all && special(a, d.allow)
		targets = append(targets, target)
	}
	note(all)
	return d.first(ctx, targets, redirected)
}

// lookup returns all addresses of host, which may be an address itself.
func (d dialer) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	if d.absent.has(host) {
		return nil, &Error{Kind: market.FailDNSNotFound, Err: fmt.Errorf("%s did not exist when it was last looked up, less than %s ago", host, absentFor)}
	}
	addrs, err := d.resolver.LookupNetIP(ctx, "ip", host)
	if err == nil && len(addrs) > 0 {
		return addrs, nil
	}
	kind := market.FailDNSNotFound
	if err == nil {
		err = errors.New("the name has no address")
	} else {
		kind = dnsKind(ctx, err)
	}
	if kind == market.FailDNSNotFound {
		d.absent.add(host)
	}
	return nil, &Error{Kind: kind, Err: err}
}

func dnsKind(ctx context.Context, err error) market.FailureKind {
	de, ok := errors.AsType[*net.DNSError](err)
	switch {
	case ok && de.IsNotFound:
		return market.FailDNSNotFound
	case ctx.Err() != nil, ok && de.IsTimeout:
		return market.FailDNSTimeout
	}
	return market.FailDNSServfail
}

// check refuses special addresses, zones, and ports other than those of the web. Where the operator stated
// the network or the target, any port is right.
func (d dialer) check(a netip.Addr, target string, redirected bool) error {
	if a.Zone() != "" {
		return errors.New("addresses with a zone are not dialled")
	}
	network := "tcp6"
	if a.Is4() {
		network = "tcp4"
	}
	if redirected || special(a, d.allow) {
		return d.any.Safe(network, target, nil)
	}
	return d.web.Safe(network, target, nil)
}

// first dials the targets in order, each with a fair part of the time, and returns the first connection.
func (d dialer) first(ctx context.Context, targets []string, redirected bool) (net.Conn, error) {
	nd := net.Dialer{Control: func(_, target string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(target)
		if err != nil {
			return err
		}
		if err := d.check(ap.Addr().Unmap(), target, redirected); err != nil {
			return &Error{Kind: market.FailSSRFBlocked, Err: err}
		}
		return nil
	}}
	connect := nd.DialContext
	if d.connect != nil {
		connect = d.connect
	}
	var firstErr error
	for i, target := range targets {
		part := ctx
		cancel := func() {}
		if end, ok := ctx.Deadline(); ok {
			part, cancel = context.WithTimeout(ctx, time.Until(end)/time.Duration(len(targets)-i))
		}
		conn, err := connect(part, "tcp", target)
		cancel()
		if err == nil {
			return conn, nil
		}
		if firstErr == nil {
			firstErr = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, &Error{Kind: classify(firstErr, false), Err: firstErr}
}
