package fetch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"pricegap/crawler/guard"
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
	h, err := j.Way.enter(p.c, req.URL) // a page has; a robots.txt may lead to another host
	if err != nil {
		return nil, err
	}
	if h == j.within {
		return p.next.RoundTrip(req)
	}
	if err := j.await(req.Context(), h, req.URL); err != nil {
		return nil, refused(req.URL, err)
	}
	t := &turn{host: h}
	j.turn = t
	var out pace.Outcome // of a panic below, which says nothing about the host
	defer func() {
		j.turn = nil
		t.end(req.Context(), out)
	}()
	res, err := p.next.RoundTrip(req)
	out = outcomeOf(res, err)
	return res, err
}

// besides is how long a page that is open in the browser waits for a host besides its own, or for its robots.txt: it
// holds its own host, for which whoever has the other may wait.
const besides = 5 * time.Second

var errBusy = errors.New("the host is busy, and a page waits for it")

// await waits for the turn of h.
func (j *Job) await(ctx context.Context, h *pace.Host, u *url.URL) error {
	if j.within == nil {
		return h.Next(ctx, wish(j, u))
	}
	short, cancel := context.WithTimeout(ctx, besides)
	defer cancel()
	err := h.Next(short, wish(j, u))
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = errors.Join(ErrClosed, errBusy)
	}
	return err
}

// refused is err as the failure of a fetch of u where the host is left alone.
func refused(u *url.URL, err error) error {
	no, ok := errors.AsType[*pace.Refused](err)
	if !ok {
		return err
	}
	fe := failure(u, 0, no.Why, errors.Join(ErrClosed, no))
	fe.RetryAfter = no.Left
	return fe
}

// turn is the turn of a host that a request has. The nil turn is of a request that needs none.
type turn struct {
	host  *pace.Host
	began time.Time // when the request was made; the zero time before
	lost  bool      // it may not be made
}

// start is for the moment at which the request is made: waiting for a flight or a tab says nothing about the host, and
// nobody else may start meanwhile.
func (t *turn) start(req *http.Request) error {
	if t == nil {
		return nil
	}
	if err := t.host.Start(req.Context()); err != nil {
		t.lost = true
		return refused(req.URL, err)
	}
	t.began = time.Now()
	return nil
}

// end gives the turn back.
func (t *turn) end(ctx context.Context, out pace.Outcome) {
	switch {
	case t.lost:
	case t.began.IsZero():
		t.host.Skip()
	default:
		t.host.Release(ctx, time.Since(t.began), out)
	}
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
	case errors.Is(err, guard.ErrRoom):
		return pace.Outcome{} // we may have been too slow ourselves
	case ok && pace.Hurts(fe.Kind, fe.Status):
		return pace.Outcome{Ill: fe.Kind, RetryAfter: fe.RetryAfter}
	}
	return pace.Outcome{Well: true, NoPage: ok || res.StatusCode >= http.StatusBadRequest}
}
