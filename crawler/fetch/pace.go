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
	err := h.Acquire(req.Context(), wish(j, req.URL))
	if no, ok := errors.AsType[*pace.Refused](err); ok {
		fe := failure(req.URL, 0, no.Why, errors.Join(ErrClosed, no))
		fe.RetryAfter = no.Left
		return nil, fe
	}
	if err != nil {
		return nil, err
	}
	j.began = time.Now()
	var out pace.Outcome // of a panic below, which says nothing about the host
	defer func() { h.Release(req.Context(), time.Since(j.began), out) }()
	res, err := p.next.RoundTrip(req)
	out = outcomeOf(res, err)
	return res, err
}

// wish is how the source of j wants u's host to be visited.
func wish(j *Job, u *url.URL) pace.Wish {
	p := j.Source.Pace
	return pace.Wish{Source: j.Source.ID, Pause: p.Pause, Parallel: p.Parallel, Special: j.Way.Special(u)}
}

// outcomeOf is what the answer to a request, or its error, says about the host.
func outcomeOf(res *http.Response, err error) pace.Outcome {
	fe, ok := errors.AsType[*Error](err)
	switch {
	case err != nil && !ok:
		return pace.Outcome{} // the context ended
	case ok && pace.Hurts(fe.Kind, fe.Status):
		return pace.Outcome{Ill: fe.Kind, RetryAfter: fe.RetryAfter}
	}
	return pace.Outcome{Well: true, NoPage: ok || res.StatusCode >= http.StatusBadRequest}
}
