// Package heartbeat tells those who watch the daemon that it does its work: systemd, and an address that raises the alarm when
// it is not asked for in time. A process that lives and does nothing is told of by silence, as one that died.
package heartbeat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"pricegap/market"
)

// Still is how long after work was done the daemon counts as standing still: longer than a channel may take, and than a first
// look at a long log does.
const Still = 5 * time.Minute

// maxWait bounds one request to the address.
const maxWait = 30 * time.Second

// Pulse notes when work was done. It is safe for concurrent use.
type Pulse struct{ at atomic.Int64 }

// Beat notes that work was done at a moment.
func (p *Pulse) Beat(at time.Time) { p.at.Store(at.UnixNano()) }

// beats reports whether work was done lately. A clock that was set back makes nobody dead.
func (p *Pulse) beats(now time.Time) bool {
	return now.Sub(time.Unix(0, p.at.Load())) <= Still
}

// Plan is whom to tell. What is zero is not told.
type Plan struct {
	Pulse *Pulse
	// URL is asked for, by GET, Every so often.
	URL   market.Secret
	Every time.Duration
	HTTP  *http.Client // nil means one that follows no redirect
	// Socket is where systemd listens, $NOTIFY_SOCKET; Watchdog is after how long without a word it restarts us: sd_notify(3).
	Socket   string
	Watchdog time.Duration
	Clock    market.Clock
	Log      *slog.Logger
}

// Watchdog reads $WATCHDOG_USEC and $WATCHDOG_PID as sd_watchdog_enabled(3) does, for a process of that id; 0 where it is not meant.
func Watchdog(usec, pid string, self int) time.Duration {
	n, err := strconv.ParseInt(usec, 10, 64)
	if err != nil || n <= 0 || n > int64(365*24*time.Hour/time.Microsecond) || pid != "" && pid != strconv.Itoa(self) {
		return 0
	}
	return time.Duration(n) * time.Microsecond
}

// ErrAddress is returned by Check for a URL that cannot be asked for; it does not show it.
var ErrAddress = errors.New("heartbeat: url: must be an absolute http or https address")

// Check returns ErrAddress where there is a URL that is none.
func (p Plan) Check() error {
	u, err := url.Parse(p.URL.Reveal())
	if p.URL.Known() && (err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http") {
		return ErrAddress
	}
	return nil
}

// Serve tells them until ctx ends; that it begins counts as work. What cannot be told is logged once, until it can be again.
func (p Plan) Serve(ctx context.Context) {
	if p.HTTP == nil {
		p.HTTP = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		defer p.HTTP.CloseIdleConnections()
	}
	p.Pulse.Beat(p.Clock())
	trouble := map[string]bool{}
	say := func(what string, err error) {
		if err != nil && !trouble[what] && ctx.Err() == nil {
			p.Log.Warn("heartbeat cannot be told", "to", what, "error", err)
		}
		trouble[what] = err != nil
	}
	if p.Socket != "" {
		say("systemd", p.notify("READY=1"))
		defer func() { _ = p.notify("STOPPING=1") }() // it sees the process end as well
	}
	ping, dog := ticks(p.Every, p.URL.Known()), ticks(p.Watchdog/2, p.Socket != "")
	defer ping.Stop()
	defer dog.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-dog.C:
			if p.Pulse.beats(p.Clock()) {
				say("systemd", p.notify("WATCHDOG=1"))
			}
		case <-ping.C:
			if p.Pulse.beats(p.Clock()) {
				say("url", p.ask(ctx))
			}
		}
	}
}

// ticks is a ticker, one that never ticks where it is not wanted.
func ticks(every time.Duration, wanted bool) *time.Ticker {
	if every <= 0 || !wanted {
		t := time.NewTicker(time.Hour)
		t.Stop()
		return t
	}
	return time.NewTicker(every)
}

// notify tells systemd.
func (p Plan) notify(state string) error {
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: p.Socket, Net: "unixgram"})
	if err != nil {
		return err
	}
	_, err = c.Write([]byte(state))
	return errors.Join(err, c.Close())
}

// ask asks for the address. Its error does not show it: it holds a secret.
func (p Plan) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL.Reveal(), http.NoBody)
	if err != nil {
		return errors.New("not an address")
	}
	resp, err := p.HTTP.Do(r)
	if err != nil {
		if u := (*url.Error)(nil); errors.As(err, &u) {
			err = u.Err
		}
		return err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // so that the connection is used again
	_ = resp.Body.Close()
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("answered with status %d", resp.StatusCode)
	}
	return nil
}
