package class

import "pricegap/market"

// statusTitles are the titles of servers' own error pages, folded. They say something only where the status does not: on
// a page with status 200.
var statusTitles = map[string]market.FailureKind{
	"403 forbidden": market.FailBlockedChallenge, "forbidden": market.FailBlockedChallenge, "403": market.FailBlockedChallenge,
	"error 403": market.FailBlockedChallenge, "error 403 forbidden": market.FailBlockedChallenge,
	"401 unauthorized": market.FailBlockedChallenge, "406 not acceptable": market.FailBlockedChallenge,
	"http 403":              market.FailBlockedChallenge,
	"429 too many requests": market.FailRateLimited, "too many requests": market.FailRateLimited, "429": market.FailRateLimited,
	"te veel verzoeken": market.FailRateLimited, "te veel aanvragen": market.FailRateLimited, "zu viele anfragen": market.FailRateLimited,
	"trop de requetes": market.FailRateLimited, "trop de demandes": market.FailRateLimited, "demasiadas solicitudes": market.FailRateLimited, //nolint:misspell // it is French
	"demasiadas peticiones": market.FailRateLimited, "troppe richieste": market.FailRateLimited, "zbyt wiele zadan": market.FailRateLimited,
	"zbyt wiele zapytan": market.FailRateLimited, "for manga forfragningar": market.FailRateLimited, "for manga begaranden": market.FailRateLimited,
	"for mange foresporgsler": market.FailRateLimited, "for mange anmodninger": market.FailRateLimited, "prilis mnoho pozadavku": market.FailRateLimited,
	"error 429": market.FailRateLimited, "rate limit exceeded": market.FailRateLimited, "rate limited": market.FailRateLimited,
	"503 service unavailable": market.FailMaintenance, "503 service temporarily unavailable": market.FailMaintenance,
	"service unavailable": market.FailMaintenance, "service temporarily unavailable": market.FailMaintenance,
	"temporarily unavailable": market.FailMaintenance, "error 503": market.FailMaintenance, "503": market.FailMaintenance,
	"http error 503": market.FailMaintenance,
	"404 not found":  market.FailSoft404, "error 404 not found": market.FailSoft404, "http 404": market.FailSoft404,
	"410 gone": market.FailSoft404, "http error 404": market.FailSoft404, "file not found": market.FailSoft404,
	"object not found": market.FailSoft404,
}

// ofStatus returns what the headlines of a server's own error page say, "" where they are of none.
func ofStatus(heads []string) market.FailureKind {
	for _, h := range heads {
		if kind := statusTitles[h]; kind != "" {
			return kind
		}
	}
	return ""
}
