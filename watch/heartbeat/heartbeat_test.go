package heartbeat_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"pricegap/market"
	"pricegap/watch/heartbeat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// answers counts what is asked for, and answers with a status, or not at all for 0.
type answers struct {
	mu     sync.Mutex
	status int
	asked  int
}

// answer answers so from now on, and returns how often it was asked.
func (a *answers) answer(status int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status = status
	return a.asked
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked++
	if a.status == 0 {
		return nil, errors.New("no route to " + r.URL.Host)
	}
	return &http.Response{StatusCode: a.status, Body: http.NoBody, Request: r}, nil
}

// TestStandsStill stops working for a while: the address is asked for as long as work is done, and again from then on.
func TestStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		a, pulse := &answers{}, &heartbeat.Pulse{}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			heartbeat.Plan{
				Pulse: pulse, URL: market.NewSecret("https://ping.example/secret-uuid"), Every: time.Minute, HTTP: &http.Client{Transport: a},
				Clock: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil)),
			}.Serve(ctx)
		}()
		asked := func(d time.Duration, working bool, status int) int {
			before := a.answer(status)
			for range int(d / (20 * time.Second)) {
				if working {
					pulse.Beat(time.Now())
				}
				time.Sleep(20 * time.Second)
				synctest.Wait()
			}
			return a.answer(status) - before
		}
		if n := asked(time.Hour, false, http.StatusOK); n < 4 || n > 5 {
			t.Errorf("asked %d times by one that began, and did nothing", n)
		}
		if n := asked(10*time.Minute, true, http.StatusOK); n < 9 || n > 10 {
			t.Errorf("asked %d times in ten minutes of work", n)
		}
		if n := asked(time.Hour, false, http.StatusOK); n < 4 || n > 6 {
			t.Errorf("asked %d times in an hour without work", n)
		}
		asked(5*time.Minute, true, http.StatusBadGateway)
		asked(5*time.Minute, true, 0)
		asked(5*time.Minute, true, http.StatusOK)
		cancel()
		<-done
		if s := log.String(); strings.Count(s, "heartbeat cannot be told") != 1 || strings.Contains(s, "secret-uuid") {
			t.Errorf("the log says %s", s)
		}
	})
}

// TestSystemd speaks to a socket as systemd's: ready, alive while work is done, stopping.
func TestSystemd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	heard := func() string {
		buf := make([]byte, 64)
		if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := c.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		return string(buf[:n])
	}
	pulse := &heartbeat.Pulse{}
	pulse.Beat(time.Now())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		heartbeat.Plan{Pulse: pulse, Socket: path, Watchdog: 20 * time.Millisecond, Clock: time.Now, Log: slog.New(slog.DiscardHandler)}.Serve(ctx)
	}()
	if s := heard(); s != "READY=1" {
		t.Errorf("at first: %s", s)
	}
	if s := heard(); s != "WATCHDOG=1" {
		t.Errorf("at work: %s", s)
	}
	cancel()
	<-done
	last := ""
	for last != "STOPPING=1" {
		if last = heard(); last != "WATCHDOG=1" && last != "STOPPING=1" {
			t.Fatalf("at the end: %s", last)
		}
	}
}

func TestCheck(t *testing.T) {
	for address, want := range map[string]error{
		"": nil, "https://ping.example/uuid": nil, "http://127.0.0.1:9/x": nil, "ping.example": heartbeat.ErrAddress, "ftp://ping.example": heartbeat.ErrAddress,
		"https://": heartbeat.ErrAddress, "http://%zz": heartbeat.ErrAddress,
	} {
		if err := (heartbeat.Plan{URL: market.NewSecret(address)}).Check(); !errors.Is(err, want) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestWatchdog(t *testing.T) {
	for _, tt := range []struct {
		usec, pid string
		want      time.Duration
	}{
		{"30000000", "", 30 * time.Second},
		{"30000000", "7", 30 * time.Second},
		{"30000000", "8", 0},
		{"", "", 0},
		{"-1", "", 0},
		{"x", "7", 0},
		{"9223372036854775807", "", 0},
	} {
		if got := heartbeat.Watchdog(tt.usec, tt.pid, 7); got != tt.want {
			t.Errorf("%q for %q: %s, want %s", tt.usec, tt.pid, got, tt.want)
		}
	}
}
