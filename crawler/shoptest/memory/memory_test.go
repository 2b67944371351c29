package memory_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/nettest"

	"pricegap/crawler/shoptest"
	"pricegap/crawler/shoptest/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pair is both ends of a connection.
func pair(t testing.TB, m *memory.Listener) (ours, theirs net.Conn) {
	t.Helper()
	accepted := make(chan net.Conn)
	go func() {
		c, _ := m.Accept()
		accepted <- c
	}()
	ours, err := m.Dial(t.Context(), "tcp", "shop.example:80")
	if err != nil {
		t.Fatal(err)
	}
	return ours, <-accepted
}

func TestConnection(t *testing.T) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		m := memory.Listen()
		c1, c2 = pair(t, m)
		return c1, c2, func() { c1.Close(); c2.Close(); m.Close() }, nil
	})
}

func TestClosed(t *testing.T) {
	m := memory.Listen()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Dial(ctx, "tcp", "shop.example:80"); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody accepts, and the context has ended: %v", err)
	}
	m.Close()
	m.Close()
	if _, err := m.Dial(t.Context(), "tcp", "shop.example:80"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial after close: %v", err)
	}
	if _, err := m.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accept after close: %v", err)
	}
}

func TestEnds(t *testing.T) {
	m := memory.Listen()
	defer m.Close()
	ours, theirs := pair(t, m)
	io.WriteString(theirs, "last words")
	theirs.Close()
	if b, err := io.ReadAll(ours); string(b) != "last words" || err != nil {
		t.Errorf("after a close: %q, %v", b, err)
	}
	if _, err := ours.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write to nobody: %v", err)
	}
	ours.Close()
	if _, err := ours.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("read of our own closed end: %v", err)
	}
	ours, theirs = pair(t, m)
	defer ours.Close()
	io.WriteString(theirs, "never read")
	theirs.(interface{ SetLinger(int) error }).SetLinger(0)
	theirs.Close()
	if b, err := io.ReadAll(ours); len(b) > 0 || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("after a reset: %q, %v", b, err)
	}
}

// TestMemoryTime: deadlines, and a writer who waits for a reader, go by virtual time.
func TestTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := memory.Listen()
		defer m.Close()
		ours, theirs := pair(t, m)
		defer ours.Close()
		defer theirs.Close()
		began := time.Now()
		ours.SetReadDeadline(began.Add(time.Hour))
		if _, err := ours.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != time.Hour {
			t.Errorf("got %v after %s", err, time.Since(began))
		}
		ours.SetReadDeadline(time.Time{})
		go func() {
			time.Sleep(time.Minute)
			io.CopyN(io.Discard, theirs, 1<<20)
		}()
		began = time.Now()
		if n, err := ours.Write(make([]byte, 1<<20)); n != 1<<20 || err != nil || time.Since(began) != time.Minute {
			t.Errorf("%d bytes and %v after %s", n, err, time.Since(began))
		}
		ours.SetWriteDeadline(time.Now().Add(time.Second))
		if n, err := ours.Write(make([]byte, 1<<20)); n >= 1<<20 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("nobody reads: %d bytes, %v", n, err)
		}
	})
}

// TestMemoryServesShops: a whole shop in virtual time.
func TestServesShops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := memory.Listen()
		s := shoptest.StartOn(shoptest.New(shoptest.Options{}), m)
		s.SetFault("voltavia.example", shoptest.Fault{Delay: time.Minute})
		transport := &http.Transport{DialContext: m.Dial}
		began := time.Now()
		res, err := (&http.Client{Transport: transport}).Get("http://voltavia.example/")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != http.StatusOK || !strings.Contains(string(body), "Voltavia") || time.Since(began) != time.Minute {
			t.Errorf("status %d after %s", res.StatusCode, time.Since(began))
		}
		if to := s.ConnectTo(); len(to) != 1 || to[0].ToHost != "127.0.0.1" || to[0].ToPort != "80" {
			t.Errorf("connect to %+v", to)
		}
		transport.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
