package guard

import (
	"errors"
	"fmt"
	"net/http"

	"pricegap/market"
)

// CheckStatus returns why an answer is no page, by its status: nil for a page and for a redirect, else an *Error.
func CheckStatus(status int, h http.Header) error {
	refuse := func(k market.FailureKind, text string) error { return &Error{Kind: k, Err: errors.New(text)} }
	challenge := h.Get("Cf-Mitigated") == "challenge"
	switch {
	case status == http.StatusOK, status == http.StatusNonAuthoritativeInfo, IsRedirect(status):
		return nil
	case status == http.StatusTooManyRequests:
		return refuse(market.FailRateLimited, "the shop asks for fewer requests")
	case challenge && status >= 500 && status <= 599:
		return refuse(market.FailBlockedChallenge, "a bot check")
	case status >= 500 && status <= 599:
		return refuse(market.FailServerError, "the shop answers with an error of its own")
	case status == http.StatusPartialContent:
		return refuse(market.FailTruncated, "a part of the page, unasked")
	case status == http.StatusGone:
		return refuse(market.FailGone, "the page has ended")
	case status == 999, challenge && status == http.StatusForbidden:
		return refuse(market.FailBlockedChallenge, "a refusal in place of the page")
	case status < 200 || status > 499:
		return refuse(market.FailProtocolError, "a status that does not exist")
	}
	return refuse(market.FailClientError, fmt.Sprintf("the shop answers %d %s", status, http.StatusText(status)))
}

// isPage reports whether res is a page by its status.
func isPage(res *http.Response) bool {
	return CheckStatus(res.StatusCode, res.Header) == nil && !IsRedirect(res.StatusCode)
}

// IsRedirect reports whether status sends us elsewhere (RFC 9110 §15.4).
func IsRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}
