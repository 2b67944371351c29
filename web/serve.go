package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/net/netutil"
)

// ErrNotLoopback is returned for an address that others than this machine could reach: there is no login yet.
var ErrNotLoopback = errors.New("web: pages are served on loopback only, since they ask for no login; use 127.0.0.1, and an SSH tunnel or a proxy with a login of its own for others")

// ErrSocketInUse is returned by ListenSocket when a daemon answers at the path already.
var ErrSocketInUse = errors.New("web: another daemon answers at this socket")

// The limits of the door on TCP.
const (
	maxConnections   = 100
	maxHeaderBytes   = 64 << 10
	maxBodyBytes     = 1 << 20
	readHeaderTime   = 5 * time.Second
	readTime         = 30 * time.Second
	writeTime        = 5 * time.Minute // a large download over a slow tunnel
	idleTime         = time.Minute
	stopTime         = 5 * time.Second
	socketAnswerTime = time.Second
)

// Listen listens on a loopback address, host:port; the host may be empty or "localhost". Errors: ErrNotLoopback.
func Listen(addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("web: listen: %w", err)
	}
	switch ip := net.ParseIP(host); {
	case host == "" || host == "localhost":
		host = "127.0.0.1"
	case ip == nil || !ip.IsLoopback():
		return nil, fmt.Errorf("%w (not %q)", ErrNotLoopback, addr)
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return l, nil
}

// Serve serves h on l, which it closes, until ctx ends, and then waits a few seconds for requests under way.
// l is a loopback address or a unix socket; over the latter a call may take as long as it likes. A clean stop
// returns nil. Errors: ErrNotLoopback.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: readHeaderTime, MaxHeaderBytes: maxHeaderBytes}
	switch a := l.Addr().(type) {
	case *net.UnixAddr:
	case *net.TCPAddr:
		if !a.IP.IsLoopback() {
			return errors.Join(fmt.Errorf("%w (not %q)", ErrNotLoopback, l.Addr()), l.Close())
		}
		srv.ReadTimeout, srv.WriteTimeout, srv.IdleTimeout = readTime, writeTime, idleTime
		l = netutil.LimitListener(l, maxConnections)
	default:
		return errors.Join(fmt.Errorf("web: cannot serve on %q", l.Addr()), l.Close())
	}
	return serve(ctx, l, srv)
}

// serve runs srv until ctx ends. Requests see the end of ctx as well, so that a long one stops by itself.
func serve(ctx context.Context, l net.Listener, srv *http.Server) error {
	srv.BaseContext = func(net.Listener) context.Context { return ctx }
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("web: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	err := srv.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = srv.Close() // they had their time
	}
	if e := <-failed; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	if err != nil {
		return fmt.Errorf("web: stop: %w", err)
	}
	return nil
}

// ListenSocket listens on a unix socket at path that only this user may open (mode 0600). What a dead daemon
// left there is removed. Errors: ErrSocketInUse.
func ListenSocket(path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if err := clearSocket(path); err != nil {
		return nil, err
	}
	// The socket is made in a folder of our own and moved when its mode is right, so that nobody else can open
	// it in between.
	dir, err := os.MkdirTemp(filepath.Dir(path), ".s")
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	private := filepath.Join(dir, "s")
	l, err := net.Listen("unix", private)
	if err != nil {
		return nil, fmt.Errorf("web: socket %s: %w", path, err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	if err = os.Chmod(private, 0o600); err == nil {
		err = os.Rename(private, path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("web: socket %s: %w", path, err), l.Close())
	}
	return &socket{Listener: l, path: path}, nil
}

// clearSocket removes a socket at path at which nobody answers.
func clearSocket(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	if info.Mode()&os.ModeSocket == 0 {
		return fmt.Errorf("web: %s is there and is no socket", path)
	}
	if c, err := net.DialTimeout("unix", path, socketAnswerTime); err == nil {
		return errors.Join(fmt.Errorf("%w: %s", ErrSocketInUse, path), c.Close())
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("web: %w", err)
	}
	return nil
}

// socket removes its path when it is closed.
type socket struct {
	net.Listener
	path string
	once sync.Once // a second Close must not remove the socket of somebody else
}

func (s *socket) Close() error {
	var err error
	s.once.Do(func() {
		if e := os.Remove(s.path); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = e
		}
		err = errors.Join(err, s.Listener.Close())
	})
	return err
}
