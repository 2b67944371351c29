package guard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"pricegap/crawler/shoptest/hostile/dns"
	"pricegap/market"
)

// specialAddrs has an address of every network of the IANA special-purpose registries, of multicast, and of what carries an
// IPv4 address within an IPv6 one.
var specialAddrs = []string{
	"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.1.2.3", "127.255.255.254",
	"169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.31.196.1",
	"192.52.193.1", "192.88.99.1", "192.168.0.1", "192.168.255.255", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
	"203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.254", "255.255.255.255",
	"::", "::1", "::2", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1",
	"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "100::1", "100:0:0:1::1", "2001::1", "2001:0:7f00:1::", "2001:1::1", "2001:2::1",
	"2001:3::1", "2001:4:112::1", "2001:10::1", "2001:20::1", "2001:30::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2620:4f:8000::1",
	"3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff00::1", "ff02::1", "ff05::2",
}

// disguises are ways to write 127.0.0.1, or to hide it, in an address of the web. Some resolvers read some of them as an
// address, others say that there is no such name; neither may end in a connection.
var disguises = []string{
	"2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "0", "127.000.000.001", "127.0.0.1.",
	"①②⑦.⓪.⓪.①", "１２７．０．０．１", "127。0。0。1", "127｡0｡0｡1", "⑯⑨.②⑤④.⑯⑨.②⑤④", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "localhost", "LOCALHOST", "localhost.",
	"[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::1%25lo]", "[fe80::1%25lo]", "[::%25lo]",
	"user@127.0.0.1", "user:password@127.0.0.1", "93.184.215.14@127.0.0.1", "shop.example%40127.0.0.1", "127.0.0.1%2f@localhost",
	"sub.localhost", "ip6-localhost", "ip6-loopback",
}

// canary counts connections to a port that is open on both loopback addresses.
type canary struct {
	port  string
	count atomic.Int64
}

func newCanary(t *testing.T) *canary {
	t.Helper()
	c := &canary{}
	four, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, c.port, _ = net.SplitHostPort(four.Addr().String())
	listeners := []net.Listener{four}
	if six, err := net.Listen("tcp6", "[::1]:"+c.port); err == nil { // where the machine has IPv6
		listeners = append(listeners, six)
	}
	done := make(chan struct{})
	for _, l := range listeners {
		go func() {
			defer func() { done <- struct{}{} }()
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				c.count.Add(1)
				conn.Close()
			}
		}()
	}
	t.Cleanup(func() {
		for _, l := range listeners {
			l.Close()
			<-done
		}
		if n := c.count.Load(); n > 0 {
			t.Errorf("the canary was connected to %d times", n)
		}
	})
	return c
}

// dials counts what passes the guard on its way out, and lets none of it through.
type dials struct{ atomic.Int64 }

var errDialled = errors.New("dialled")

func (d *dials) dial(context.Context, string, string) (net.Conn, error) {
	d.Add(1)
	return nil, errDialled
}

func inURL(a string) string {
	if strings.Contains(a, ":") {
		return "[" + a + "]"
	}
	return a
}

func addrs(of ...string) (r dns.Reply) {
	for _, a := range of {
		r.Addrs = append(r.Addrs, netip.MustParseAddr(a))
	}
	return r
}

// names is a world of names: "a-N.example" has the Nth special address, "mixed-N.example" a public one as well, and all
// others do not exist.
func names(q dns.Question) dns.Reply {
	var i int
	if _, err := fmt.Sscanf(q.Name, "a-%d.example", &i); err == nil {
		return addrs(specialAddrs[i])
	}
	if _, err := fmt.Sscanf(q.Name, "mixed-%d.example", &i); err == nil {
		return addrs("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", specialAddrs[i])
	}
	return dns.Reply{Code: dnsmessage.RCodeNameError}
}

// TestSSRF sends every special address, in every way in which one may come, against the guard: nothing is dialled.
func TestSSRF(t *testing.T) {
	proxy := newCanary(t)
	for _, v := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		t.Setenv(v, "http://127.0.0.1:"+proxy.port)
	}
	c := newCanary(t)
	var d dials
	o := Options{Net: Net{Resolver: dns.Memory(names), Dial: d.dial}}
	vectors := 0
	refused := func(way, address string, o Options, kinds ...market.FailureKind) {
		t.Helper()
		vectors++
		if _, err := url.Parse(address); err != nil {
			return // no request can be made of it
		}
		if _, err := get(t, New(o), address, Spec{}); !slices.Contains(kinds, kindOf(err)) {
			t.Errorf("%s: %s gave %v, want one of %v", way, address, err, kinds)
		}
	}
	for i, a := range specialAddrs {
		refused("direct", "http://"+inURL(a)+":"+c.port+"/", o, market.FailSSRFBlocked)
		refused("https", "https://"+inURL(a)+"/", o, market.FailSSRFBlocked)
		refused("by name", fmt.Sprintf("http://a-%d.example/", i), o, market.FailSSRFBlocked)
		refused("beside public ones", fmt.Sprintf("http://mixed-%d.example/", i), o, market.FailSSRFBlocked)
		led := o
		led.ConnectTo = []market.ConnectTo{{Host: "shop.example", ToHost: a, ToPort: c.port}}
		refused("connect to", "http://shop.example/", led, market.FailSSRFBlocked)
	}
	for _, port := range []string{"0", "1", "22", "25", "6379", "8080", "65535"} {
		refused("port", "http://93.184.215.14:"+port+"/", o, market.FailSSRFBlocked)
		refused("port", "http://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:"+port+"/", o, market.FailSSRFBlocked)
	}
	unknown := []market.FailureKind{market.FailSSRFBlocked, market.FailDNSNotFound, market.FailDNSServfail, market.FailDNSTimeout}
	for _, form := range disguises {
		refused("disguise", "http://"+form+":"+c.port+"/", o, unknown...)
		libc := Options{Net: Net{Resolver: dns.Memory(func(dns.Question) dns.Reply { return addrs("127.0.0.1", "::1") })}}
		refused("disguise that resolves", "http://"+form+":"+c.port+"/", libc, market.FailSSRFBlocked, market.FailDNSNotFound)
	}
	if n := d.Load(); n > 0 {
		t.Errorf("%d addresses were dialled", n)
	}
	if vectors < 150 {
		t.Errorf("only %d vectors", vectors)
	}
	if _, err := get(t, New(o), "http://93.184.215.14/", Spec{}); d.Load() != 1 {
		t.Errorf("a public address gave %v: the count of dials cannot fail", err)
	}
}

// TestAllowedNetworkOnly: what is allowed opens no other special network.
func TestAllowedNetworkOnly(t *testing.T) {
	var d dials
	o := Options{Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}, Net: Net{Resolver: dns.Memory(names), Dial: d.dial}}
	for _, a := range specialAddrs {
		_, err := get(t, New(o), "http://"+inURL(a)+":8080/", Spec{})
		inside := a == "10.0.0.1" || a == "::ffff:10.0.0.1"
		if inside != errors.Is(err, errDialled) || !inside && kindOf(err) != market.FailSSRFBlocked {
			t.Errorf("%s gave %v", a, err)
		}
	}
}

// TestRebinding: a name that is public at first and 127.0.0.1 when it is asked for again. Within one request it is asked
// for once, so nothing can change between the check and the dial.
func TestRebinding(t *testing.T) {
	c := newCanary(t)
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }))
	defer shop.Close()
	var asked, dialled atomic.Int64
	o := Options{Net: Net{
		Resolver: dns.Memory(func(q dns.Question) dns.Reply {
			asked.Add(1)
			if q.Nth > 1 {
				return addrs("127.0.0.1", "::1")
			}
			return addrs("93.184.215.14")
		}),
		Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if dialled.Add(1); addr != "93.184.215.14:80" {
				addr = "127.0.0.1:" + c.port
			} else {
				addr = shop.Listener.Addr().String()
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		},
	}}
	tr := New(o)
	if _, err := get(t, tr, "http://rebinds.example/", Spec{Fresh: true}); err != nil {
		t.Fatal(err)
	}
	if n := asked.Load(); n != 2 { // A and AAAA
		t.Errorf("%d questions for one request", n)
	}
	for range 3 {
		if _, err := get(t, tr, "http://rebinds.example/", Spec{Fresh: true}); kindOf(err) != market.FailSSRFBlocked {
			t.Errorf("rebound to loopback: %v, want ssrf_blocked", err)
		}
	}
	if n := dialled.Load(); n != 1 {
		t.Errorf("%d dials, want the first alone", n)
	}
}

// TestControl: even an address that slipped past the check is refused as it is dialled.
func TestControl(t *testing.T) {
	c := newCanary(t)
	d := newDialer(Options{})
	for _, a := range []string{"127.0.0.1:" + c.port, "[::1]:" + c.port, "[::ffff:127.0.0.1]:" + c.port, "0.0.0.0:" + c.port, "[::]:" + c.port} {
		for _, redirected := range []bool{true, false} {
			if _, err := d.first(t.Context(), []string{a}, redirected); kindOf(err) != market.FailSSRFBlocked {
				t.Errorf("dialling %s gave %v, want ssrf_blocked", a, err)
			}
		}
	}
}
