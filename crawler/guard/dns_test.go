package guard

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"pricegap/crawler/shoptest/hostile/dns"
	"pricegap/market"
)

// chain is a chain of n aliases.
func chain(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("alias-%d.example", i))
	}
	return names
}

// TestNameServers: whatever a name server says, it ends in an address that may be dialled or in a failure of its kind
// (H01 to H04).
func TestNameServers(t *testing.T) {
	_, _ = dns.Memory(names).LookupNetIP(t.Context(), "ip", "a-0.example")
	chance := rand.New(rand.NewPCG(1, 2))
	junk := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(chance.Uint32())
		}
		return b
	}
	public, private := addrs("93.184.215.14"), addrs("10.0.0.1")
	public.Names, private.Names = chain(20), chain(20)
	replies := map[string]dns.Reply{
		"chain to a public address":  public,
		"chain to a private address": private,
		"chain to nowhere":           {Names: chain(20)},
		"chain of 1,000":             {Names: chain(1000)},
		"failure":                    {Code: dnsmessage.RCodeServerFailure},
		"no such name":               {Code: dnsmessage.RCodeNameError},
		"refused":                    {Code: dnsmessage.RCodeRefused},
		"not implemented":            {Code: dnsmessage.RCodeNotImplemented},
		"an unknown code":            {Code: 4000},
		"silence":                    {Silent: true},
		"more than there is":         {Count: 65535},
		"SVCB":                       {Raw: append([]byte{0xc0, 12, 0, 64, 0, 1, 0, 0, 0, 0, 0, 7}, 0, 1, 0, 0, 0, 255, 255), Count: 1},
		"pointer to itself":          {Raw: []byte{0xc0, 42, 0, 5, 0, 1, 0, 0, 0, 0, 0, 2, 0xc0, 42}, Count: 1},
	}
	for i := range 60 {
		replies[fmt.Sprint("junk ", i)] = dns.Reply{Raw: junk(1 + i*i), Count: 1 + i%3}
	}
	failures := []market.FailureKind{market.FailDNSNotFound, market.FailDNSServfail, market.FailDNSTimeout}
	for name, reply := range replies {
		synctest.Test(t, func(t *testing.T) {
			n := over(page(func(c net.Conn) { io.WriteString(c, head+"Content-Length: 2\r\n\r\nok") }))
			n.Resolver = dns.Memory(func(dns.Question) dns.Reply { return reply })
			start := time.Now()
			_, err := get(t, New(Options{Net: n}), "http://shop.example/", Spec{})
			took := time.Since(start)
			switch {
			case name == "chain to a public address" && err == nil:
			case name == "chain to a private address" && kindOf(err) == market.FailSSRFBlocked:
			case slices.Contains(failures, kindOf(err)) && took <= 10*time.Second:
			default:
				t.Errorf("%s: got %v after %s", name, err, took)
			}
		})
	}
}
