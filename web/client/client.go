// Package client is watch.Service from afar: the daemon that owns the data file, over its unix socket. A command
// that uses it prints what it would print with the file in its own hands.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"time"

	"pricegap/alerts/calm"
	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/watch"
	"pricegap/watch/feedback"
	"pricegap/watch/referee"
	"pricegap/watch/rehearse"
	"pricegap/watch/review"
	"pricegap/web/wire"
)

// ErrNoDaemon is wrapped by the error of Dial when nobody answers at the socket.
var ErrNoDaemon = errors.New("client: no daemon answers")

// ErrVersion is wrapped by the error of Dial when the daemon is another version that speaks otherwise.
var ErrVersion = errors.New("client: the daemon is another version of pricegap; restart it")

// helloTimeout bounds the first question; later ones take as long as their work.
const helloTimeout = 5 * time.Second

// Client implements watch.Service over HTTP. It is safe for concurrent use.
type Client struct {
	http      *http.Client
	transport *http.Transport
}

var _ watch.Service = (*Client)(nil)

// Dial reaches the daemon at the unix socket at path. Close the Client when done. Errors: ErrNoDaemon, ErrVersion.
func Dial(ctx context.Context, path string) (*Client, error) {
	t := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		},
		DisableCompression: true,
	}
	c := &Client{http: &http.Client{Transport: t}, transport: t}
	ctx, cancel := context.WithTimeout(ctx, helloTimeout)
	defer cancel()
	h, err := one[wire.Hello](ctx, c, "hello", struct{}{})
	switch {
	case err != nil:
		_ = c.Close()
		return nil, fmt.Errorf("%w at %s: %w", ErrNoDaemon, path, err)
	case h.Program != "pricegap" || h.Version != wire.Version:
		_ = c.Close()
		return nil, fmt.Errorf("%w (it speaks version %d, this is %d)", ErrVersion, h.Version, wire.Version)
	}
	return c, nil
}

// Close closes idle connections; the daemon goes on.
func (c *Client) Close() error {
	c.transport.CloseIdleConnections()
	return nil
}

// Standings implements watch.Asker.
func (c *Client) Standings(ctx context.Context, q watch.StandingQuery) iter.Seq2[compare.Standing, error] {
	return many[compare.Standing](ctx, c, "standings", q)
}

// History implements watch.Asker.
func (c *Client) History(ctx context.Context, id market.ProductID, from, to time.Time) ([]watch.Series, error) {
	return one[[]watch.Series](ctx, c, "history", wire.HistoryArgs{Product: id, From: from, To: to})
}

// Observations implements watch.Asker.
func (c *Client) Observations(ctx context.Context, q watch.PastQuery) iter.Seq2[watch.Past, error] {
	return many[watch.Past](ctx, c, "observations", q)
}

// Find implements watch.Asker.
func (c *Client) Find(ctx context.Context, text string, limit int) ([]market.Product, error) {
	return one[[]market.Product](ctx, c, "find", wire.FindArgs{Text: text, Limit: limit})
}

// Sources implements watch.Asker.
func (c *Client) Sources(ctx context.Context) ([]watch.SourceHealth, error) {
	return one[[]watch.SourceHealth](ctx, c, "sources", struct{}{})
}

// Alerts implements watch.Asker.
func (c *Client) Alerts(ctx context.Context) ([]market.Alert, error) {
	return one[[]market.Alert](ctx, c, "alerts", struct{}{})
}

// Matches implements watch.Asker.
func (c *Client) Matches(ctx context.Context) iter.Seq2[market.Match, error] {
	return many[market.Match](ctx, c, "matches", struct{}{})
}

// Crawl implements watch.Doer. When ctx ends, or the loop breaks, the daemon stops the crawl and keeps what it has.
func (c *Client) Crawl(ctx context.Context, r watch.CrawlRequest) iter.Seq2[watch.Progress, error] {
	return many[watch.Progress](ctx, c, "crawl", r)
}

// ImportCatalog implements watch.Doer.
func (c *Client) ImportCatalog(ctx context.Context, items []watch.CatalogItem) (watch.Imported, error) {
	return one[watch.Imported](ctx, c, "import-catalog", items)
}

// ImportMatches implements watch.Doer.
func (c *Client) ImportMatches(ctx context.Context, ms []market.Match) (watch.Imported, error) {
	return one[watch.Imported](ctx, c, "import-matches", ms)
}

// Deliver implements watch.Doer.
func (c *Client) Deliver(ctx context.Context) (watch.Delivery, error) {
	return one[watch.Delivery](ctx, c, "deliver", struct{}{})
}

// TestChannel implements watch.Doer.
func (c *Client) TestChannel(ctx context.Context, channel string) error {
	_, err := one[struct{}](ctx, c, "test-channel", channel)
	return err
}

// Refresh implements watch.Doer.
func (c *Client) Refresh(ctx context.Context, r watch.RefreshRequest) ([]watch.Looked, error) {
	return one[[]watch.Looked](ctx, c, "refresh", r)
}

// Held implements review.Reviewer.
func (c *Client) Held(ctx context.Context, q review.Query) iter.Seq2[review.Held, error] {
	return many[review.Held](ctx, c, "held", q)
}

// Decide implements review.Reviewer.
func (c *Client) Decide(ctx context.Context, d review.Decision) ([]review.Held, error) {
	return one[[]review.Held](ctx, c, "decide", d)
}

// Verdicts implements referee.Judge.
func (c *Client) Verdicts(ctx context.Context, q referee.Query) ([]policy.Verdict, error) {
	return one[[]policy.Verdict](ctx, c, "verdicts", q)
}

// Backtest implements referee.Judge.
func (c *Client) Backtest(ctx context.Context, q referee.BacktestQuery) (policy.Trial, error) {
	return one[policy.Trial](ctx, c, "backtest", q)
}

// Rehearse implements rehearse.Rehearser.
func (c *Client) Rehearse(ctx context.Context, q rehearse.Query) (rehearse.Trial, error) {
	return one[rehearse.Trial](ctx, c, "rehearse", q)
}

// Silences implements calm.Quieter.
func (c *Client) Silences(ctx context.Context) ([]calm.Silence, error) {
	return one[[]calm.Silence](ctx, c, "silences", struct{}{})
}

// Silence implements calm.Quieter.
func (c *Client) Silence(ctx context.Context, s calm.Silence) (calm.Silence, error) {
	return one[calm.Silence](ctx, c, "silence", s)
}

// Expire implements calm.Quieter.
func (c *Client) Expire(ctx context.Context, e calm.Expiry) (calm.Silence, error) {
	return one[calm.Silence](ctx, c, "expire", e)
}

// Say implements feedback.Listener.
func (c *Client) Say(ctx context.Context, w feedback.Word) (feedback.Entry, error) {
	return one[feedback.Entry](ctx, c, "say", w)
}

// Said implements feedback.Listener.
func (c *Client) Said(ctx context.Context, q feedback.Query) iter.Seq2[feedback.Entry, error] {
	return many[feedback.Entry](ctx, c, "said", q)
}

// one calls a method that returns one value.
func one[T any](ctx context.Context, c *Client, method string, args any) (T, error) {
	var out T
	for v, err := range many[T](ctx, c, method, args) {
		out = v
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// many calls a method that yields values. The call ends when the loop does.
func many[T any](ctx context.Context, c *Client, method string, args any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		resp, err := c.call(ctx, method, args)
		if err != nil {
			yield(*new(T), ended(ctx, err))
			return
		}
		defer func() { _ = resp.Body.Close() }()
		for v, err := range wire.Frames[T](json.NewDecoder(resp.Body)) {
			if errors.Is(err, wire.ErrCut) {
				err = ended(ctx, fmt.Errorf("client: %s: the daemon went away: %w", method, err))
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// ended returns err, or that of ctx where it has one: a cut connection is how an ended context shows.
func ended(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil {
		return cause
	}
	return err
}

// call sends a request with one document and returns the answer, whose body the caller closes.
func (c *Client) call(ctx context.Context, method string, args any) (*http.Response, error) {
	b, err := json.Marshal(args)
	if err != nil {
		return nil, fmt.Errorf("client: %s: %w", method, err)
	}
	return c.post(ctx, method, bytes.NewReader(b))
}

func (c *Client) post(ctx context.Context, method string, body io.Reader) (*http.Response, error) {
	// The host is a formality: the transport dials the socket whatever it says.
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://pricegap"+wire.Path+method, body)
	if err != nil {
		return nil, fmt.Errorf("client: %s: %w", method, err)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("client: %s: %w", method, err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	var p wire.Problem
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&p); err != nil || p.Code == "" {
		return nil, fmt.Errorf("client: %s: status %d", method, resp.StatusCode)
	}
	return nil, p.Err()
}
