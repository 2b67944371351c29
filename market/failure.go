package market

import (
	"maps"
	"slices"
)

// FailureKind is the code of a typed failure. The strings are a contract: codes may be added, none is renamed.
type FailureKind string

// The failure codes.
const (
	FailDNSNotFound         FailureKind = "dns_not_found"
	FailDNSTimeout          FailureKind = "dns_timeout"
	FailDNSServfail         FailureKind = "dns_servfail"
	FailSSRFBlocked         FailureKind = "ssrf_blocked"
	FailConnectRefused      FailureKind = "connect_refused"
	FailConnectTimeout      FailureKind = "connect_timeout"
	FailTLSInvalid          FailureKind = "tls_invalid"
	FailTLSExpired          FailureKind = "tls_expired"
	FailProtocolError       FailureKind = "protocol_error"
	FailHeaderTimeout       FailureKind = "header_timeout"
	FailHeaderTooLarge      FailureKind = "header_too_large"
	FailRedirectLoop        FailureKind = "redirect_loop"
	FailTooManyRedirects    FailureKind = "too_many_redirects"
	FailRedirectBlocked     FailureKind = "redirect_blocked"
	FailClientError         FailureKind = "client_error"
	FailServerError         FailureKind = "server_error"
	FailRateLimited         FailureKind = "rate_limited"
	FailGone                FailureKind = "gone"
	FailBodyTimeout         FailureKind = "body_timeout"
	FailTooSlow             FailureKind = "too_slow"
	FailBodyTooLarge        FailureKind = "body_too_large"
	FailDecompressBomb      FailureKind = "decompress_bomb"
	FailDecodeError         FailureKind = "decode_error"
	FailUnsupportedEncoding FailureKind = "unsupported_encoding"
	FailTruncated           FailureKind = "truncated"
	FailEmptyBody           FailureKind = "empty_body"
	FailUnsupportedType     FailureKind = "unsupported_type"
	FailCharsetError        FailureKind = "charset_error"
	FailRobotsDisallowed    FailureKind = "robots_disallowed"
	FailRobotsUnavailable   FailureKind = "robots_unavailable"
	FailTrapDetected        FailureKind = "trap_detected"
	FailBudgetExhausted     FailureKind = "budget_exhausted"
	FailBlockedCaptcha      FailureKind = "blocked_captcha"
	FailBlockedChallenge    FailureKind = "blocked_challenge"
	FailConsentWall         FailureKind = "consent_wall"
	FailLoginWall           FailureKind = "login_wall"
	FailGeoVariant          FailureKind = "geo_variant"
	FailMaintenance         FailureKind = "maintenance"
	FailSoft404             FailureKind = "soft_404"
	FailHTMLTooDeep         FailureKind = "html_too_deep"
	FailHTMLTooLarge        FailureKind = "html_too_large"
	FailParseDrift          FailureKind = "parse_drift"
	FailPriceMissing        FailureKind = "price_missing"
	FailPriceAmbiguous      FailureKind = "price_ambiguous"
	FailPriceImplausible    FailureKind = "price_implausible"
	FailBrowserUnavailable  FailureKind = "browser_unavailable"
	FailCancelled           FailureKind = "cancelled"
	FailInternalPanic       FailureKind = "internal_panic"
)

// RetryClass says whether a failure may be asked again.
type RetryClass string

// The retry classes.
const (
	RetryYes  RetryClass = "yes"  // again in this run: at most 3 tries a URL
	RetryWait RetryClass = "wait" // not before the time that belongs to the failure
	RetryNo   RetryClass = "no"   // not in this run
)

// FailureInfo says what a failure code means.
type FailureInfo struct {
	Phase   string // resolve, connect, header, redirect, status, body, policy, page, read, run
	Retry   RetryClass
	Meaning string
}

var failures = map[FailureKind]FailureInfo{
	FailDNSNotFound:         {"resolve", RetryNo, "the name does not exist"},
	FailDNSTimeout:          {"resolve", RetryYes, "the resolver did not answer in time"},
	FailDNSServfail:         {"resolve", RetryYes, "the resolver answered with a failure"},
	FailSSRFBlocked:         {"connect", RetryNo, "an address of the name is private or special; nothing was dialled"},
	FailConnectRefused:      {"connect", RetryYes, "nobody listens there"},
	FailConnectTimeout:      {"connect", RetryYes, "no connection, or no finished TLS handshake, in time"},
	FailTLSInvalid:          {"connect", RetryNo, "the certificate or the handshake is not valid"},
	FailTLSExpired:          {"connect", RetryNo, "the certificate is outside its dates"},
	FailProtocolError:       {"header", RetryYes, "the answer is not valid HTTP"},
	FailHeaderTimeout:       {"header", RetryYes, "no complete header in time"},
	FailHeaderTooLarge:      {"header", RetryNo, "too many bytes of headers"},
	FailRedirectLoop:        {"redirect", RetryNo, "the redirects come back to where they were"},
	FailTooManyRedirects:    {"redirect", RetryNo, "too many redirects"},
	FailRedirectBlocked:     {"redirect", RetryNo, "the redirect leads where this source may not go"},
	FailClientError:         {"status", RetryNo, "the shop refused the request"},
	FailServerError:         {"status", RetryYes, "the shop answered with an error of its own"},
	FailRateLimited:         {"status", RetryWait, "the shop asks for fewer requests"},
	FailGone:                {"status", RetryNo, "the page has ended"},
	FailBodyTimeout:         {"body", RetryYes, "the page stood still until the deadline"},
	FailTooSlow:             {"body", RetryNo, "the page came below the slowest rate allowed"},
	FailBodyTooLarge:        {"body", RetryNo, "the page is larger than the bound"},
	FailDecompressBomb:      {"body", RetryNo, "the page unpacks out of proportion"},
	FailDecodeError:         {"body", RetryYes, "the page does not decode"},
	FailUnsupportedEncoding: {"body", RetryNo, "a content encoding we did not ask for"},
	FailTruncated:           {"body", RetryYes, "the page stops half-way"},
	FailEmptyBody:           {"body", RetryYes, "success with nothing in it"},
	FailUnsupportedType:     {"body", RetryNo, "not a page, a feed or a sitemap"},
	FailCharsetError:        {"body", RetryNo, "the text cannot be decoded without damage"},
	FailRobotsDisallowed:    {"policy", RetryNo, "robots.txt forbids this page to us"},
	FailRobotsUnavailable:   {"policy", RetryWait, "robots.txt cannot be had, so nothing may be fetched"},
	FailTrapDetected:        {"policy", RetryNo, "a pattern of addresses without end"},
	FailBudgetExhausted:     {"policy", RetryWait, "the run has used its pages, time or bytes"},
	FailBlockedCaptcha:      {"page", RetryWait, "a captcha instead of the page"},
	FailBlockedChallenge:    {"page", RetryWait, "a bot check or a refusal instead of the page"},
	FailConsentWall:         {"page", RetryNo, "the product is hidden behind a consent or age question"},
	FailLoginWall:           {"page", RetryNo, "the product is shown to members only"},
	FailGeoVariant:          {"page", RetryNo, "the page for another country, language or currency"},
	FailMaintenance:         {"page", RetryWait, "the shop is closed for now"},
	FailSoft404:             {"page", RetryNo, "not the product that was asked for"},
	FailHTMLTooDeep:         {"read", RetryNo, "the page is nested too deep"},
	FailHTMLTooLarge:        {"read", RetryNo, "the page has too many nodes"},
	FailParseDrift:          {"read", RetryNo, "the template changed, or many addresses bring the same page"},
	FailPriceMissing:        {"read", RetryNo, "a product page on which no price stands"},
	FailPriceAmbiguous:      {"read", RetryNo, "several prices, none provably that of the listing"},
	FailPriceImplausible:    {"read", RetryWait, "a price that cannot be; held back until it is confirmed"},
	FailBrowserUnavailable:  {"run", RetryNo, "there is no Chromium to read this source with, it does not start, or it died"},
	FailCancelled:           {"run", RetryWait, "the run was stopped; it resumes where it was"},
	FailInternalPanic:       {"run", RetryNo, "our own fault: caught and reported"},
}

// Info returns what k means; the zero FailureInfo for a code that does not exist.
func (k FailureKind) Info() FailureInfo { return failures[k] }

// FailureKinds returns all codes in alphabetical order.
func FailureKinds() []FailureKind { return slices.Sorted(maps.Keys(failures)) }

// Failure is one typed failure of a run.
type Failure struct {
	Kind FailureKind `json:"kind"`
	// URL is redacted: no user, no password, no fragment.
	URL    string `json:"url,omitzero"`
	Status int    `json:"status,omitzero"`
	// Message is safe to show: one line without control bytes or secrets.
	Message string `json:"message,omitzero"`
}
