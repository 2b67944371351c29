package crawler_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler"
	"pricegap/crawler/guard"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
)

// places are the origins of the chains: a letter is a host, a capital one is https, a digit another port.
var places = map[string]string{
	"a": "http://a.example", "A": "https://a.example", "a8": "http://a.example:8080", "A8": "https://a.example:8443",
	"b": "http://b.example", "B": "https://b.example", "b8": "http://b.example:8080", "B8": "https://b.example:8443",
	"w": "http://www.a.example", "W": "https://www.a.example", "c": "http://c.example", "C": "https://c.example",
}

// chains are redirects from place to place; the same place twice is two pages of it.
var chains = []string{
	"a b", "a b b", "a b a", "a b b a", "a b c", "a b b c", "a a b", "a a b b", "a b b b b", "a b a b a",
	"A B", "A B B", "A B A", "A A B B", "A B C", "A B B C", "a A", "a A A", "A a", "A a A", "A a a A", "A A a a",
	"a a8", "a a8 a8", "a a8 a", "A A8", "A A8 A8 A", "a8 A8", "a a8 b8 b", "A A8 B8 B",
	"a w", "a w w", "w a", "w a a", "a w a", "A W W A", "W A a w", "a w b b w a", "A a b B a A", "c a w W b B", "w W w", "a8 b8 b8 a8",
}

// sink records every byte of the requests that reach one place, and sends each on to the next place of its chain, with
// a cookie and a password of its own.
type sink struct {
	place string
	got   []request
}

type request struct {
	raw  string
	head textproto.MIMEHeader
	path string
}

// sinks is the network of all places.
type sinks struct {
	t   *testing.T
	tls *tls.Config
	mu  sync.Mutex
	at  map[string]*sink
}

func hostsOf() (hosts []string) {
	for _, p := range places {
		_, rest, _ := strings.Cut(p, "://")
		host, _, _ := strings.Cut(rest, ":")
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	slices.Sort(hosts)
	return hosts
}

// connectTo gives each host an address of its own, by which its connections are told apart.
func connectTo() (out []market.ConnectTo) {
	for i, h := range hostsOf() {
		out = append(out, market.ConnectTo{Host: h, ToHost: fmt.Sprintf("93.184.215.%d", i+1)})
	}
	return out
}

// dial implements guard.Net.Dial.
func (s *sinks) dial(_ context.Context, _, address string) (net.Conn, error) {
	ip, port, _ := net.SplitHostPort(address)
	place := ""
	for i, h := range hostsOf() {
		if ip == fmt.Sprintf("93.184.215.%d", i+1) {
			place = map[string]string{"80": "http://" + h, "443": "https://" + h, "8080": "http://" + h + ":8080", "8443": "https://" + h + ":8443"}[port]
		}
	}
	client, server := net.Pipe()
	go func() {
		defer server.Close()
		conn := server
		if strings.HasPrefix(place, "https") {
			conn = tls.Server(server, s.tls)
		}
		var raw []byte
		buf := make([]byte, 4096)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			raw = append(raw, buf[:n]...)
			for {
				head, rest, whole := bytes.Cut(raw, []byte("\r\n\r\n"))
				if !whole {
					break
				}
				if _, err := io.WriteString(conn, s.answer(place, string(head))); err != nil {
					return
				}
				raw = rest
			}
		}
	}()
	return client, nil
}

// answer records a request and leads it on. Its path is /CHAIN/HOP.
func (s *sinks) answer(place, raw string) string {
	line, rest, _ := strings.Cut(raw, "\r\n")
	path := strings.Fields(line)[1]
	head := textproto.MIMEHeader{}
	for l := range strings.SplitSeq(rest, "\r\n") {
		name, value, _ := strings.Cut(l, ": ")
		head.Add(name, value)
	}
	s.mu.Lock()
	s.at[place].got = append(s.at[place].got, request{raw, head, path})
	s.mu.Unlock()
	var chain, hop int
	if _, err := fmt.Sscanf(path, "/%d/%d", &chain, &hop); err != nil {
		return respond(404, "")
	}
	cookie := secret(chain, hop)
	hops := strings.Fields(chains[chain])
	if hop+1 == len(hops) {
		return respond(200, "<p>the page</p>", "Content-Type", "text/html", "Set-Cookie", "s="+cookie)
	}
	scheme, host, _ := strings.Cut(places[hops[hop+1]], "://")
	return respond(302, "", "Location", fmt.Sprintf("%s://user:%s@%s/%d/%d", scheme, cookie, host, chain, hop+1),
		"Set-Cookie", fmt.Sprintf("c%d=%s; Path=/", hop, cookie), "Set-Cookie", fmt.Sprintf("d%d=%s; Domain=a.example; Path=/", hop, cookie),
		"Set-Cookie", fmt.Sprintf("e%d=%s; Domain=example; Path=/", hop, cookie),
		"WWW-Authenticate", `Basic realm="x"`, "Refresh", "0; url=http://c.example/", "Alt-Svc", `h2="c.example:443"`, "X-Token", cookie)
}

func secret(chain, hop int) string { return fmt.Sprintf("secret-%d-%d-", chain, hop) }

// sent are the headers that a request may have.
var sent = []string{"Host", "User-Agent", "Accept", "Accept-Encoding", "Accept-Language", "Cookie"}

// TestCredentials sends the crawler through chains of redirects over hosts, schemes and ports (CVE-2024-45336 among
// them). What one origin gave, and a password in the address, reach no other.
func TestCredentials(t *testing.T) {
	if len(chains) < 40 {
		t.Fatalf("only %d chains", len(chains))
	}
	cfg, pool := certificate(t, hostsOf())
	synctest.Test(t, func(t *testing.T) {
		s := &sinks{t: t, tls: cfg, at: map[string]*sink{}}
		src := market.Source{
			ID: "shop", Locale: money.Locale{Language: "nl-NL", Currency: "EUR"},
			Scope: market.Scope{Hosts: hostsOf()}, Network: market.Network{ConnectTo: connectTo()},
		}
		for _, p := range places {
			s.at[p] = &sink{place: p}
			src.Starts = append(src.Starts, market.Start{Kind: market.StartProducts, URLs: []string{p + "/"}})
		}
		c, err := crawler.New(crawler.Options{Contact: "https://us.example/bot", Net: guard.Net{RootCAs: pool, Dial: s.dial}})
		if err != nil {
			t.Fatal(err)
		}
		for i, chain := range chains {
			first := places[strings.Fields(chain)[0]]
			scheme, host, _ := strings.Cut(first, "://")
			address := fmt.Sprintf("%s://user:%s@%s/%d/0", scheme, secret(i, -1), host, i)
			p, err := c.Fetch(t.Context(), crawler.Site{Source: src, Parser: blind{}}, crawler.Request{URL: address, Role: parsers.RoleProduct})
			if err != nil || len(p.Body) == 0 {
				t.Errorf("chain %q: %v", chain, err)
			}
		}
		n := 0
		for _, at := range s.at {
			for _, r := range at.got {
				n++
				at.judge(t, r)
			}
		}
		if n < 100 {
			t.Errorf("only %d requests were recorded", n)
		}
		t.Logf("%d chains, %d requests", len(chains), n)
	})
}

// judge holds one request to what its place may know: the cookies that it set itself, in the same chain, since the chain
// came to it last.
func (s *sink) judge(t *testing.T, r request) {
	t.Helper()
	var chain, hop int
	if _, err := fmt.Sscanf(r.path, "/%d/%d", &chain, &hop); err != nil {
		chain, hop = -1, 0 // robots.txt may know nothing
	}
	rest := r.raw
	for h := hop - 1; h >= 0 && places[strings.Fields(chains[chain])[h]] == s.place; h-- {
		for _, name := range []string{"c", "d"} { // whether a cookie for the domain fits is the jar's affair
			rest = strings.ReplaceAll(rest, fmt.Sprintf("%s%d=%s", name, h, secret(chain, h)), "")
		}
		if !strings.Contains(r.raw, fmt.Sprintf("c%d=%s", h, secret(chain, h))) {
			t.Errorf("%s%s did not get its own cookie back: the test could not fail", s.place, r.path)
		}
	}
	if hop == 0 && chain >= 0 { // the operator's own address may hold his password for it
		delete(r.head, "Authorization")
	}
	if strings.Contains(rest, "secret") {
		t.Errorf("%s%s was told a secret of another:\n%s", s.place, r.path, r.raw)
	}
	for name := range r.head {
		if !slices.Contains(sent, name) {
			t.Errorf("%s%s was sent %s: %s", s.place, r.path, name, r.head.Get(name))
		}
	}
}

// certificate is one for hosts, and who trusts it.
func certificate(t *testing.T, hosts []string) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: hosts, NotBefore: time.Unix(0, 0), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(c)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}
