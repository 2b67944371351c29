package crawler

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"pricegap/crawler/pace"
	"pricegap/market"
)

const maxTries = 3

// retries asks again, by the class of the failure: at most three tries, pauses doubling, with jitter. What
// the host asked for in Retry-After is the business of pace, which holds the whole host to it.
type retries struct{ next paced }

// RoundTrip implements http.RoundTripper.
func (r retries) RoundTrip(req *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		res, err := r.next.RoundTrip(req)
		var fe *FetchError
		if err == nil || !errors.As(err, &fe) || errors.Is(err, errClosed) {
			return res, err
		}
		unit := max(r.next.pauseFor(jobOf(req), req.URL), pace.Least)
		wait, again := again(fe, try, unit)
		if !again || r.next.c.hosts.Host(req.URL.Host).Closed() {
			return nil, err
		}
		if err := pace.Sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// again says whether to try once more after the failure of a try, and after which pause.
func again(fe *FetchError, try int, unit time.Duration) (time.Duration, bool) {
	switch fe.Kind.Info().Retry {
	case market.RetryYes:
		wait := unit << (try - 1)
		wait += time.Duration(rand.Int64N(int64(wait/4) + 1)) //nolint:gosec // jitter, no secret
		return wait, try < maxTries
	case market.RetryWait: // pace waits as long as the host asked for, or says no
		return 0, fe.Kind == market.FailRateLimited && try < 2
	}
	return 0, false
}
