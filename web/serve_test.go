package web

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"pricegap/compare"
	"pricegap/watch"
)

func TestListenRefusesWhatOthersReach(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", "[::]:0", "10.0.0.1:0", "example.com:0", "192.168.1.1:8080"} {
		l, err := Listen(addr)
		if err == nil {
			_ = l.Close()
		}
		if !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: %v", addr, err)
		}
	}
	open, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := Serve(t.Context(), open, http.NotFoundHandler()); !errors.Is(err, ErrNotLoopback) {
		t.Errorf("Serve: %v", err)
	}
	if _, err := open.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the refused listener is open: %v", err)
	}
}

// serving serves h until the test ends and returns its address.
func serving(t *testing.T, l net.Listener, h http.Handler) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, l, h) }()
	return func() error {
		cancel()
		return <-done
	}
}

func TestServeStopsCleanly(t *testing.T) {
	l, err := Listen("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	began := make(chan struct{})
	stop := serving(t, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done() // a request sees that the daemon stops
		_, _ = io.WriteString(w, "finished")
	}))
	got := make(chan string, 1)
	go func() {
		defer http.DefaultClient.CloseIdleConnections()
		resp, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			got <- err.Error()
			return
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		got <- string(b)
	}()
	<-began
	if err := stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if text := <-got; text != "finished" {
		t.Errorf("the request under way got %q", text)
	}
}

func TestSocketIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "p.sock")
	l, err := ListenSocket(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Mode()&fs.ModeSocket == 0 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := ListenSocket(path); !errors.Is(err, ErrSocketInUse) {
		t.Errorf("a second daemon: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket stays: %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSocketOfADeadDaemonIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.sock")
	dead, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	dead.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := ListenSocket(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ListenSocket(path); err == nil {
		t.Error("a file that is no socket was removed")
	}
}

// breaking is a service whose comparison fails after some rows.
type breaking struct{ *fake }

func (b breaking) Standings(ctx context.Context, q watch.StandingQuery) iter.Seq2[compare.Standing, error] {
	return func(yield func(compare.Standing, error) bool) {
		for st := range b.fake.Standings(ctx, q) {
			if !yield(st, nil) {
				return
			}
		}
		yield(compare.Standing{}, errors.New("the disk went away"))
	}
}

func TestBrokenDownloadIsNotTakenForAWhole(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stop := serving(t, l, New(breaking{&fake{rows: 2000}}, options()))
	resp, err := http.Get("http://" + l.Addr().String() + "/download?format=csv")
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	if !errors.Is(err, io.ErrUnexpectedEOF) || n == 0 {
		t.Errorf("read %d bytes and %v", n, err)
	}
	http.DefaultClient.CloseIdleConnections()
	if err := stop(); err != nil {
		t.Error(err)
	}
}
