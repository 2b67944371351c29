package fetch

import (
	"errors"
	"net/http"

	"pricegap/crawler/pace"
)

// retries asks again, by the class of the failure: at most three tries, pauses doubling, with jitter. What
// the host asked for in Retry-After is the business of pace, which holds the whole host to it.
type retries struct{ next paced }

// RoundTrip implements http.RoundTripper.
func (r retries) RoundTrip(req *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		res, err := r.next.RoundTrip(req)
		var fe *Error
		if err == nil || !errors.As(err, &fe) || errors.Is(err, ErrClosed) {
			return res, err
		}
		h := r.next.c.hosts.Host(req.URL.Host)
		wait, again := pace.Again(fe.Kind, try, max(h.Pause(wish(jobOf(req), req.URL)), pace.Least))
		if !again || h.Closed() {
			return nil, err
		}
		if err := pace.Sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}
