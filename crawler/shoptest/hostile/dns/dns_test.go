package dns

import (
	"net/netip"
	"slices"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t testing.TB, answer func(Question) Reply) *Server {
	t.Helper()
	s, err := Start("127.0.0.1:0", answer)
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

func TestAnswers(t *testing.T) {
	four, six := netip.MustParseAddr("10.1.2.3"), netip.MustParseAddr("fd00::1")
	s := start(t, func(q Question) Reply {
		switch {
		case q.Name == "once.example" && q.Nth > 1, q.Name == "both.example":
			return Reply{Addrs: []netip.Addr{four, six}}
		case q.Name == "alias.example":
			return Reply{Names: []string{"x.example", "y.example"}, Addrs: []netip.Addr{four}}
		}
		return Reply{Code: dnsmessage.RCodeNameError}
	})
	r := Resolver(s.Addr())
	for name, want := range map[string][]netip.Addr{"Both.Example.": {four, six}, "alias.example.": {four}, "none.example.": nil, "once.example.": nil} {
		got, _ := r.LookupNetIP(t.Context(), "ip", name)
		slices.SortFunc(got, netip.Addr.Compare)
		if !slices.Equal(got, want) {
			t.Errorf("%s leads to %v, want %v", name, got, want)
		}
	}
	if got, err := r.LookupNetIP(t.Context(), "ip", "once.example."); len(got) != 2 || err != nil {
		t.Errorf("the second question: %v, %v", got, err)
	}
	if n := s.Asked("once.example"); n != 4 {
		t.Errorf("%d questions, want 4: two, each for both kinds of addresses", n)
	}
	if _, err := Start("0.0.0.0:0", nil); err == nil {
		t.Error("it listens to the world")
	}
}

// FuzzReply: no message from outside breaks the server, and what it answers has the number of the question.
func FuzzReply(f *testing.F) {
	q, err := (&dnsmessage.Message{Header: dnsmessage.Header{ID: 7}, Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName("a.example."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}}}).Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(q)
	f.Add([]byte{})
	f.Add(q[:14])
	s := start(f, func(q Question) Reply {
		return Reply{Names: []string{"b.example"}, Addrs: []netip.Addr{netip.IPv6Loopback()}, Raw: []byte{1}, Count: 3}
	})
	f.Fuzz(func(t *testing.T, in []byte) {
		if out := s.reply(in); out != nil && (len(out) < 12 || out[0] != in[0] || out[1] != in[1]) {
			t.Errorf("%x is answered by %x", in, out)
		}
	})
}
