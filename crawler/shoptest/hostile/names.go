package hostile

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"pricegap/crawler/shoptest/hostile/act"
	"pricegap/crawler/shoptest/hostile/dns"
	"pricegap/market"
)

// H01–H04: names.
var nameCases = []act.Entry{
	named("H01", "nxdomain", "the name does not exist", dns.Reply{Code: dnsmessage.RCodeNameError}, market.FailDNSNotFound),
	named("H01", "servfail", "the resolver answers with a failure", dns.Reply{Code: dnsmessage.RCodeServerFailure}, market.FailDNSServfail),
	named("H01", "silent", "the resolver does not answer", dns.Reply{Silent: true}, market.FailDNSTimeout),
	named("H02", "ipv4", "a public and a private address", dns.Reply{Addrs: []netip.Addr{Public, netip.MustParseAddr("10.0.0.1")}}, market.FailSSRFBlocked),
	named("H02", "ipv6", "a public address, and the loopback one of IPv6", dns.Reply{Addrs: []netip.Addr{Public, netip.IPv6Loopback()}}, market.FailSSRFBlocked),
	rebinding(),
	named("H04", "chain", "a chain of 20 CNAMEs that ends nowhere", dns.Reply{Names: aliases(20)}, anyDNS...),
	named("H04", "svcb", "an SVCB record of garbage", dns.Reply{Raw: record(64, []byte{0, 1, 0, 0, 0, 255, 255}), Count: 1}, anyDNS...),
	named("H04", "long", "a CNAME of more than 255 bytes", dns.Reply{Raw: record(5, longName()), Count: 1}, anyDNS...),
	named("H04", "loop", "a name that points at itself", dns.Reply{Raw: append([]byte{0xc0, 42}, record(5, []byte{0xc0, 42})...), Count: 2}, anyDNS...),
	named("H04", "cut", "records that are counted and not there", dns.Reply{Count: 65535}, anyDNS...),
}

var anyDNS = act.Kinds(market.FailDNSNotFound, market.FailDNSServfail, market.FailDNSTimeout)

func named(id, variant, title string, r dns.Reply, want ...market.FailureKind) act.Entry {
	return act.Entry{Case: act.Case{ID: id, Variant: variant, Title: title, Want: want}, Serve: act.Page(act.Product(1)), Names: func(dns.Question) dns.Reply { return r }}
}

// rebinding answers a public address the first time and a private one from then on.
func rebinding() act.Entry {
	e := named("H03", "rebinding", "a public address at first, 127.0.0.1 from the second question on", dns.Reply{}, market.FailSSRFBlocked)
	e.Names = func(q dns.Question) dns.Reply {
		if q.Nth == 1 {
			return dns.Reply{Addrs: []netip.Addr{Public}}
		}
		return dns.Reply{Addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	}
	return e
}

func aliases(n int) []string {
	var out []string
	for i := range n {
		out = append(out, "alias-"+string(rune('a'+i))+"."+act.Domain)
	}
	return out
}

// record is a resource record of the name in question, whatever it is called there (RFC 1035 §4.1.3 and §4.1.4).
func record(kind uint16, data []byte) []byte {
	out := []byte{0xc0, 12}
	out = binary.BigEndian.AppendUint16(out, kind)
	out = append(out, 0, 1, 0, 0, 0, 60)
	out = binary.BigEndian.AppendUint16(out, uint16(len(data)))
	return append(out, data...)
}

func longName() []byte {
	var out []byte
	for range 5 {
		out = append(append(out, 63), bytes.Repeat([]byte{'x'}, 63)...)
	}
	return append(out, 0)
}

// loopbackName is a name that leads to 127.0.0.1, as those of public wildcard services do.
const loopbackName = "127.0.0.1.nip." + act.Domain

// resolve answers the name server's questions.
func (s *Server) resolve(q dns.Question) dns.Reply {
	if q.Name == loopbackName {
		return dns.Reply{Addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	}
	e := find(q.Name, "")
	switch {
	case e != nil && e.Names != nil:
		return e.Names(q)
	case q.Name == act.Domain || strings.HasSuffix(q.Name, "."+act.Domain):
		return dns.Reply{Addrs: []netip.Addr{Public}}
	}
	return dns.Reply{Code: dnsmessage.RCodeNameError}
}
