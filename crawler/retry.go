package crawler

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"pricegap/crawler/pace"
	"pricegap/market"
)

const (
	maxTries = 3
	// maxRetryAfter caps what a shop may ask for; junkRetryAfter stands for what cannot be read, or is missing.
	maxRetryAfter  = 24 * time.Hour
	junkRetryAfter = time.Minute
)

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

// retryAfter is how long a response asks to be left alone; 0 where a 5xx does not say.
func retryAfter(h http.Header, status int, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" && status != http.StatusTooManyRequests {
		return 0
	}
	return parseRetryAfter(v, now)
}

// parseRetryAfter reads a Retry-After (RFC 9110 §10.2.3): seconds or a date. It is at least a second and at
// most 24 hours; what cannot be read counts as a minute.
func parseRetryAfter(v string, now time.Time) time.Duration {
	if s, err := strconv.ParseFloat(v, 64); err == nil {
		if !(s >= 0) {
			return junkRetryAfter
		}
		return max(time.Duration(min(s, maxRetryAfter.Seconds())*float64(time.Second)), time.Second)
	}
	if t, err := http.ParseTime(v); err == nil {
		return min(max(t.Sub(now), time.Second), maxRetryAfter)
	}
	return junkRetryAfter
}
