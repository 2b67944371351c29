package hostile

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"

	"pricegap/crawler/shoptest/hostile/dns"
	"pricegap/market"
)

// Public is the public address of every hostile host: one of the Internet, so that a guard lets it pass. Dial leads it
// to the server. It must never be dialled in earnest.
var Public = netip.MustParseAddr("93.184.215.14")

// refused is a loopback port where nobody listens: that of tcpmux, which no system hands out.
const refused = "1"

// Place is where a Server stands, all that a visitor in another process needs.
type Place struct {
	// Plain, Secure and Names are where http, https and the name server listen, host and port.
	Plain, Secure, Names string
	// Canary is a port at 127.0.0.1 to which nothing may ever lead.
	Canary string
	// CA is the authority behind the good certificates, in PEM.
	CA []byte
}

// Network is that of a source for the case: connections to its hosts lead to the server, and only the server's own
// address is allowed. A case about names has none, since it is for Resolver and Dial.
func (p Place) Network(c Case) market.Network {
	e := find(c.Host(), "")
	if e == nil || e.Names != nil {
		return market.Network{}
	}
	at := netip.MustParseAddrPort(p.Plain)
	n := market.Network{Allow: []netip.Prefix{netip.PrefixFrom(at.Addr(), at.Addr().BitLen())}}
	for _, host := range append([]string{c.Host()}, c.Hosts...) {
		if host != c.Host() && find(host, "") == nil {
			continue // what it leads to is no host of ours
		}
		for port, to := range map[string]string{"80": p.Plain, "443": p.Secure} {
			toHost, toPort, _ := net.SplitHostPort(to)
			if e.Hello.Refused {
				toPort = refused
			}
			n.ConnectTo = append(n.ConnectTo, market.ConnectTo{Host: host, Port: port, ToHost: toHost, ToPort: toPort})
		}
	}
	return n
}

// Resolver asks the server's own name server.
func (p Place) Resolver() *net.Resolver { return dns.Resolver(p.Names) }

// RootCAs trust the authority behind the good certificates.
func (p Place) RootCAs() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(p.CA)
	return pool
}

// Dial connects to an address as net.Dialer does, but Public leads to the server, and what is no loopback address is
// not dialled at all.
func (p Place) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("hostile: %s: %w", address, err)
	}
	switch {
	case ap.Addr() == Public && ap.Port() == 80:
		address = p.Plain
	case ap.Addr() == Public && ap.Port() == 443:
		address = p.Secure
	case !ap.Addr().IsLoopback():
		return nil, fmt.Errorf("hostile: %s: nothing may lead there", address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}
