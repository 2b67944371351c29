package pace

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// junkRetryAfter stands for a Retry-After that cannot be read, or is missing where one is due.
const junkRetryAfter = time.Minute

// RetryAfter is how long a response asks to be left alone; 0 where a 5xx does not say.
func RetryAfter(h http.Header, status int, now time.Time) time.Duration {
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
		return max(time.Duration(min(s, maxAlone.Seconds())*float64(time.Second)), time.Second)
	}
	if t, err := http.ParseTime(v); err == nil {
		return min(max(t.Sub(now), time.Second), maxAlone)
	}
	return junkRetryAfter
}
