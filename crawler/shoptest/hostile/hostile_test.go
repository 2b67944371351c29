package hostile

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pricegap/market"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t testing.TB) *Server {
	t.Helper()
	s, err := Start(Options{Handshake: time.Millisecond, Header: time.Millisecond, Body: time.Millisecond, Outage: time.Minute, Tarpit: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestCases holds the table: every case of the server is there, each with a name and a host of its own, an outcome that
// exists, and a description.
func TestCases(t *testing.T) {
	ids, hosts := map[string]int{}, map[string]bool{}
	label := regexp.MustCompile(`^h\d\d-[a-z0-9]+(-[a-z0-9]+)*$`)
	for _, c := range Cases() {
		ids[c.ID]++
		if hosts[c.Host()] {
			t.Errorf("%s stands there twice", c.Name())
		}
		hosts[c.Host()] = true
		if l, _, _ := strings.Cut(c.Host(), "."); !label.MatchString(l) || c.Title == "" {
			t.Errorf("%s: host %q, title %q", c.Name(), c.Host(), c.Title)
		}
		for _, k := range c.Want {
			if k != OK && k.Info() == (market.FailureInfo{}) {
				t.Errorf("%s wants %q, which does not exist", c.Name(), k)
			}
		}
		if e := find(c.Host(), "/"); e == nil || e.Name() != c.Name() {
			t.Errorf("%s is not found by its host", c.Name())
		}
		if e := find("127.0.0.1", "/"+c.Name()); e == nil || e.Name() != c.Name() {
			t.Errorf("%s is not found by its path", c.Name())
		}
		if c.Allows(market.FailInternalPanic) || !c.Allows(OK) && len(c.Want) == 0 {
			t.Errorf("%s allows what nobody may", c.Name())
		}
	}
	for i := 1; i <= 66; i++ {
		if ids[fmt.Sprintf("H%02d", i)] == 0 {
			t.Errorf("H%02d has no case", i)
		}
	}
	t.Logf("%d cases", len(Cases()))
}

// said is what a case sends to a client that takes everything, up to a few bytes.
func said(t *testing.T, s *Server, c Case, path string) string {
	t.Helper()
	conn, err := net.Dial("tcp", s.Plain)
	if c.Secure {
		conn, err = tls.Dial("tcp", s.Secure, &tls.Config{InsecureSkipVerify: true, ServerName: c.Host(), MinVersion: tls.VersionTLS10}) //nolint:gosec // a test of bad servers
	}
	if err != nil {
		return err.Error()
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, c.Host())
	b, _ := io.ReadAll(io.LimitReader(bufio.NewReader(conn), 2000))
	return string(b)
}

// TestServes asks for every case that does not keep silent.
func TestServes(t *testing.T) {
	s := start(t)
	quiet := map[string]bool{
		"H05/reset": true, "H06/silent": true, "H07/close": true, "H09/slow": true, "H09/plain": true, "H10/chain": true, // that of crypto/tls is bounded
		"H16/drip": true, "H40/drip": true, "H46/br": true, "H15/switching": true,
	}
	for _, c := range Cases() {
		t.Run(c.Name(), func(t *testing.T) {
			t.Parallel()
			if quiet[c.Name()] {
				return
			}
			_, path, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(c.URL(), "http://"), "https://"), "/")
			if got := said(t, s, c, "/"+path); len(got) < 15 {
				t.Errorf("it says %q", got)
			}
		})
	}
}

func client(s *Server) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: s.RootCAs()},
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				host, port, err := net.SplitHostPort(address)
				if err != nil {
					return nil, err
				}
				addrs, err := s.Resolver().LookupNetIP(ctx, "ip4", host)
				if err != nil {
					return nil, err
				}
				return s.Dial(ctx, network, net.JoinHostPort(addrs[0].String(), port))
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// TestGoodVisitor: names, certificates, the pages of well-behaved cases and the log work for a common client.
func TestGoodVisitor(t *testing.T) {
	s := start(t)
	cl := client(s)
	get := func(url string) (int, string) {
		res, err := cl.Get(url)
		if err != nil {
			return 0, err.Error()
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			return res.StatusCode, err.Error()
		}
		return res.StatusCode, string(b)
	}
	for url, want := range map[string]string{
		"https://h10-names.hostile.example/H10/names":              "19.99",
		"https://h34-down.hostile.example/robots.txt":              "404",
		"http://h57-minutes.hostile.example/robots.txt":            "Crawl-delay: 120",
		"http://h01-nxdomain.hostile.example/":                     "no such host",
		"http://h01-servfail.hostile.example/":                     "server misbehaving",
		"http://h04-long.hostile.example/":                         "lookup h04-long",
		"http://h04-loop.hostile.example/":                         "cannot unmarshal DNS message",
		"http://h04-cut.hostile.example/":                          "cannot unmarshal DNS message",
		"http://h04-chain.hostile.example/":                        "no such host",
		"https://h08-expired.hostile.example/":                     "expired",
		"https://h08-wrong-host.hostile.example/":                  "certificate is valid for another.example",
		"https://h08-self-signed.hostile.example/":                 "unknown authority",
		"https://h08-sha1.hostile.example/":                        "SHA1",
		"https://h08-tls11.hostile.example/":                       "protocol version",
		"https://h09-plain.hostile.example/":                       "HTTP response to HTTPS client",
		"https://h10-chain.hostile.example/":                       "exceeds maximum",
		"http://h61-path.hostile.example/s/0/lamps/":               "/p/1",
		"http://hostile.example/":                                  "H66/tarpit",
		"http://nobody.hostile.example/":                           "H66/tarpit",
		"http://h58-self.hostile.example/sitemap.xml":              "/p.xml",
		"http://h60-calendar.hostile.example/calendar/2026/11/21/": "/calendar/2026/11/22/",
	} {
		status, body := get(url)
		if !strings.Contains(fmt.Sprint(status, " ", body), want) {
			t.Errorf("%s: status %d, %.300q, want %q in it", url, status, body, want)
		}
	}
	if _, body := get("http://hostile.example/log?host=h61-path.hostile.example"); !strings.Contains(body, `"/s/0/lamps/"`) {
		t.Errorf("the log says %q", body)
	} else {
		var log []Request
		if err := json.Unmarshal([]byte(body), &log); err != nil || len(log) != 1 || log[0].At.IsZero() {
			t.Errorf("the log is %+v, %v", log, err)
		}
	}
	if s.Touched() != 0 || s.Resolved("h01-nxdomain.hostile.example") == 0 {
		t.Errorf("canary touched %d times, %d questions", s.Touched(), s.Resolved("h01-nxdomain.hostile.example"))
	}
	if c, err := net.Dial("tcp", s.Canary); err == nil {
		io.Copy(io.Discard, c)
		c.Close()
	}
	if s.Touched() != 1 {
		t.Errorf("canary touched %d times, want 1", s.Touched())
	}
}

// TestDialStaysHome: nothing but loopback is ever dialled.
func TestDialStaysHome(t *testing.T) {
	s := start(t)
	for _, address := range []string{"1.1.1.1:80", "93.184.215.14:22", "[2606:4700::1111]:443", "nowhere"} {
		if c, err := s.Dial(t.Context(), "tcp", address); err == nil {
			c.Close()
			t.Errorf("%s was dialled", address)
		}
	}
	if _, err := Start(Options{Addr: "0.0.0.0:0"}); err == nil {
		t.Error("it listens to the world")
	}
}

// TestCloseCuts: Close ends with visitors in every kind of wait.
func TestCloseCuts(t *testing.T) {
	s, err := Start(Options{})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	cases := []string{"H06/silent", "H16/drip", "H40/drip", "H39/endless", "H66/tarpit", "H15/switching", "H41/stall"}
	for _, name := range cases {
		go func() {
			conn, err := net.Dial("tcp", s.Plain)
			if err != nil {
				done <- err
				return
			}
			defer conn.Close()
			fmt.Fprintf(conn, "GET /%s HTTP/1.1\r\nHost: x.example\r\n\r\n", name)
			done <- nil
			io.Copy(io.Discard, conn)
			done <- nil
		}()
	}
	go func() { // a handshake at a byte a second
		conn, err := net.Dial("tcp", s.Secure)
		done <- err
		tc := tls.Client(conn, &tls.Config{ServerName: "h09-slow.hostile.example"})
		if err := tc.Handshake(); err == nil {
			err = errors.New("the handshake came to an end")
			t.Error(err)
		}
		tc.Close()
		done <- nil
	}()
	for range len(cases) + 1 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	for len(s.Requests("")) < len(cases) {
		time.Sleep(time.Millisecond)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for range len(cases) + 1 {
		<-done
	}
}
