package class

import "pricegap/market"

// statusTitles are the titles of servers' own error pages. They say something only where the status does not: on a page
// with status 200.
var statusTitles = map[market.FailureKind]patterns{
	market.FailBlockedChallenge: compile(phrases{"=403 forbidden", "=forbidden", "=403", "=error 403", "=error 403 forbidden", "=401 unauthorized", "=406 not acceptable", "=http 403"}),
	market.FailRateLimited:      compile(phrases{"=429 too many requests", "=too many requests", "=429", "=error 429", "=rate limit exceeded", "=rate limited"}),
	market.FailMaintenance: compile(phrases{
		"=503 service unavailable", "=503 service temporarily unavailable", "=service unavailable", "=service temporarily unavailable",
		"=temporarily unavailable", "=error 503", "=503", "=http error 503",
	}),
	market.FailSoft404: compile(phrases{"=404 not found", "=error 404 not found", "=http 404", "=410 gone", "=http error 404", "=file not found", "=object not found"}),
}
