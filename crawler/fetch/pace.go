package fetch

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"pricegap/crawler/pace"
)

// paced lets requests through at the pace of their host; package pace has the rules.
type paced struct {
	c    *Chain
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (p paced) RoundTrip(req *http.Request) (*http.Response, error) {
	j := jobOf(req)
	h := p.c.hosts.Host(req.URL.Host)
	j.Way.hosts.Store(h, nil)
	pause := p.pauseFor(j, req.URL)
	err := h.Acquire(req.Context(), pause, j.Source.Pace.Parallel)
	if no, ok := errors.AsType[*pace.Refused](err); ok {
		fe := failure(req.URL, 0, no.Why, errors.Join(ErrClosed, no))
		fe.RetryAfter = no.Left
		return nil, fe
	}
	if err != nil {
		return nil, err
	}
	start := time.Now()
	var out pace.Outcome // of a panic below, which says nothing about the host
	defer func() { h.Release(time.Since(start), pause, out) }()
	res, err := p.next.RoundTrip(req)
	out = outcomeOf(err)
	return res, err
}

// pauseFor is the pause before the next request to u's host.
func (p paced) pauseFor(j *Job, u *url.URL) time.Duration {
	return p.c.hosts.Host(u.Host).Pause(j.Source.Pace.Pause, j.Way.Special(u))
}

// outcomeOf is what the error of a request, or its lack, says about the host.
func outcomeOf(err error) pace.Outcome {
	fe, ok := errors.AsType[*Error](err)
	switch {
	case err != nil && !ok:
		return pace.Outcome{} // the context ended
	case ok && pace.Hurts(fe.Kind, fe.Status):
		return pace.Outcome{Ill: fe.Kind, RetryAfter: fe.RetryAfter}
	}
	return pace.Outcome{Well: true}
}
