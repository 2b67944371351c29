package guard

import (
	"context"
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
	timeout   time.Duration
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
		resolver: o.Resolver, allow: o.Allow, connectTo: o.ConnectTo, timeout: connectTimeout, connect: o.Dial,
		web: ssrf.New(append(allowed, ssrf.WithPorts(80, 443))...),
		any: ssrf.New(append(allowed, ssrf.WithAnyPort())...),
	}
	if d.resolver == nil {
		d.resolver = net.DefaultResolver
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

// dial connects to addr; note hears whether the addresses are special ones that are allowed.
func (d dialer) dial(ctx context.Context, addr string, note func(special bool)) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, &Error{Kind: market.FailSSRFBlocked, Err: err}
	}
	host, port, redirected := d.target(host, port)
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
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
	addrs, err := d.resolver.LookupNetIP(ctx, "ip", host)
	if err == nil && len(addrs) > 0 {
		return addrs, nil
	}
	if err == nil {
		return nil, &Error{Kind: market.FailDNSNotFound, Err: errors.New("the name has no address")}
	}
	return nil, &Error{Kind: dnsKind(ctx, err), Err: err}
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
