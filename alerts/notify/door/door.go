// Package door is the way out to channels: it sends a request once, tells apart what may be tried again, and keeps secrets out
// of what it says.
package door

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"pricegap/alerts"
	"pricegap/market"
)

const (
	// maxAnswerBytes is how much of an answer is read.
	maxAnswerBytes = 1 << 20
	// Rest is how long a channel is left alone that asks for rest without saying how long.
	Rest = 30 * time.Second
	// maxRest is the longest rest that is believed.
	maxRest = 24 * time.Hour
)

// Door sends requests and tells apart what may be tried again. It has the method that slack-go asks of an
// HTTP client. Its errors hold no address, since addresses hold secrets.
type Door struct {
	Client *http.Client
	Clock  market.Clock
}

// Do sends r once. An answer of 200 to 299, or of 400 to 499 except 408 and 429, is returned with its body
// read; everything else is an error, classified as alerts.Notifier asks.
func (d Door) Do(r *http.Request) (*http.Response, error) {
	var left atomic.Bool // whether a byte of the request may have reached the channel
	trace := &httptrace.ClientTrace{WroteHeaders: func() { left.Store(true) }}
	resp, err := d.Client.Do(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	if err != nil {
		if u := (*url.Error)(nil); errors.As(err, &u) {
			err = u.Err
		}
		if left.Load() {
			return nil, fmt.Errorf("%w: %w", alerts.ErrUnanswered, err)
		}
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
	switch s := resp.StatusCode; {
	case s == http.StatusTooManyRequests:
		return nil, &alerts.RetryAfterError{After: d.rest(resp.Header, body), Err: errors.New("asks for fewer messages (429)")}
	case s >= 500 || s == http.StatusRequestTimeout:
		return nil, fmt.Errorf("answered with status %d, after which it may have arrived (%w)", s, alerts.ErrUnanswered)
	case s < 200 || s >= 300 && s < 400:
		return nil, fmt.Errorf("answered with status %d, which is not followed", s)
	case err != nil:
		return nil, fmt.Errorf("%w: the answer broke off: %w", alerts.ErrUnanswered, err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// Post sends a body of JSON, once, and returns the answer. Besides those of Do, errors: ErrPermanent for a refusal, with
// ErrContent where a status says that it is about what was sent; the answer then comes with the error.
func (d Door) Post(ctx context.Context, address string, header http.Header, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", alerts.ErrPermanent, err)
	}
	if header != nil {
		r.Header = header
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "pricegap")
	resp, err := d.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	switch s := resp.StatusCode; {
	case err != nil:
		return nil, err
	case s == http.StatusBadRequest, s == http.StatusRequestEntityTooLarge, s == http.StatusUnprocessableEntity:
		return answer, fmt.Errorf("%w: %w: status %d", alerts.ErrPermanent, alerts.ErrContent, s)
	case s >= 400:
		return answer, fmt.Errorf("%w: status %d", alerts.ErrPermanent, s)
	}
	return answer, nil
}

// rest reads Retry-After, which is a number of seconds or a date (RFC 9110 §10.2.3), or what stands in its place in an
// answer of Telegram (https://core.telegram.org/bots/api#responseparameters).
func (d Door) rest(h http.Header, body []byte) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		var said struct {
			Parameters struct {
				RetryAfter json.Number `json:"retry_after"`
			} `json:"parameters"`
		}
		_ = json.Unmarshal(body, &said) // what is no JSON says nothing
		v = said.Parameters.RetryAfter.String()
	}
	after := Rest
	if n, err := strconv.ParseInt(v, 10, 32); err == nil && n > 0 {
		after = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(v); err == nil {
		after = at.Sub(d.Clock())
	}
	if after <= 0 {
		after = Rest
	}
	return min(after, maxRest)
}

// told is an error that is safe to show: its text has no secret, and of its causes only those are kept that
// the desk branches on.
type told struct {
	text   string
	causes []error
}

// Error implements error.
func (e *told) Error() string { return e.text }

// Unwrap returns the causes.
func (e *told) Unwrap() []error { return e.causes }

// Safe returns err, as an error of that channel kind, with every secret taken out of it.
func Safe(kind string, err error, secrets ...market.Secret) error {
	text := err.Error()
	for _, s := range secrets {
		if s.Known() {
			text = strings.ReplaceAll(text, s.Reveal(), "***")
		}
	}
	e := &told{text: "notify: " + kind + ": " + market.Printable(text)}
	for _, cause := range []error{alerts.ErrPermanent, alerts.ErrContent, alerts.ErrUnanswered, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, cause) {
			e.causes = append(e.causes, cause)
		}
	}
	if r := (*alerts.RetryAfterError)(nil); errors.As(err, &r) {
		return &alerts.RetryAfterError{After: r.After, Err: e}
	}
	return e
}

// Address checks the address of a channel: https, or http to this machine. The error does not show it.
func Address(s market.Secret) (*url.URL, error) {
	u, err := url.Parse(s.Reveal())
	if err != nil || u.Host == "" || (u.Scheme != "https" && (u.Scheme != "http" || !local(u.Hostname()))) {
		return nil, errors.New("must be an https address")
	}
	return u, nil
}

func local(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }
