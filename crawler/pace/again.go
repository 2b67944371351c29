package pace

import (
	"math/rand/v2"
	"time"

	"pricegap/market"
)

// MaxTries is how often one page is asked for in a run.
const MaxTries = 3

// Again says whether to ask once more after the failure of a try, counted from 1, and after which pause: it doubles
// from unit, with jitter. What the host asked for in Retry-After is waited by Next.
func Again(kind market.FailureKind, try int, unit time.Duration) (time.Duration, bool) {
	switch kind.Info().Retry {
	case market.RetryYes:
		wait := unit << (try - 1)
		wait += time.Duration(rand.Int64N(int64(wait/4) + 1)) //nolint:gosec // jitter, no secret
		return wait, try < MaxTries
	case market.RetryWait: // Next waits as long as the host asked for, or refuses
		return 0, kind == market.FailRateLimited && try < 2
	}
	return 0, false
}

// Hurts reports whether a failure, with its status if one came, says that the host is unwell, or does not want us,
// rather than that one page is odd. Such failures in a row open the breaker.
func Hurts(kind market.FailureKind, status int) bool {
	switch kind {
	case market.FailSSRFBlocked, market.FailHeaderTooLarge:
		return false
	case market.FailServerError, market.FailRateLimited, market.FailBlockedChallenge, market.FailBlockedCaptcha, market.FailMaintenance,
		market.FailBodyTimeout, market.FailTooSlow, market.FailTruncated:
		return true
	case market.FailClientError:
		return status == 401 || status == 403 || status == 407 || status == 451
	}
	switch kind.Info().Phase {
	case "resolve", "connect", "header":
		return true
	}
	return false
}
