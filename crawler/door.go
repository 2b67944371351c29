package crawler

import (
	"errors"
	"fmt"
	"net/http"

	"pricegap/crawler/guard"
	"pricegap/crawler/pace"
	"pricegap/crawler/queue"
	"pricegap/market"
)

// door is the last link before the guard: it turns what is no page into a *FetchError. What passes is a
// body of a kind we read, a redirect, a 304 we asked for, or any answer about robots.txt that its own rules
// (RFC 9309 §2.3.1) judge.
type door struct{ c *Crawler }

// RoundTrip implements http.RoundTripper.
func (d door) RoundTrip(req *http.Request) (*http.Response, error) {
	j, ctx := jobOf(req), req.Context()
	select {
	case d.c.flight <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	res, err := j.way.RoundTrip(req.WithContext(guard.With(ctx, j.spec)))
	<-d.c.flight
	var ge *guard.Error
	if errors.As(err, &ge) {
		j.wire += ge.Wire
		return nil, failure(req.URL, 0, ge.Kind, ge.Err)
	}
	if err != nil {
		return nil, err
	}
	body := res.Body.(*guard.Body)
	j.wire += body.Wire
	if fe := d.judge(req, res, body.Bytes, j); fe != nil {
		return nil, fe
	}
	return res, nil
}

// judge returns why a response is no page, nil when it is one.
func (d door) judge(req *http.Request, res *http.Response, body []byte, j *job) *FetchError {
	status := res.StatusCode
	refuse := func(k market.FailureKind, text string) *FetchError {
		fe := fail(req.URL, status, k, text)
		if k == market.FailRateLimited || k == market.FailServerError {
			fe.RetryAfter = pace.RetryAfter(res.Header, status, d.c.clock())
		}
		return fe
	}
	switch {
	case status == http.StatusTooManyRequests:
		return refuse(market.FailRateLimited, "the shop asks for fewer requests")
	case status >= 500 && status <= 599:
		if res.Header.Get("Cf-Mitigated") == "challenge" {
			return refuse(market.FailBlockedChallenge, "a bot check")
		}
		return refuse(market.FailServerError, "the shop answers with an error of its own")
	case isRedirect(status):
		return nil
	case j.robots && status >= 200 && status <= 499:
		return nil
	case status == http.StatusNotModified && (req.Header.Get("If-None-Match") != "" || req.Header.Get("If-Modified-Since") != ""):
		return nil
	case status == http.StatusOK, status == http.StatusNonAuthoritativeInfo:
		return d.page(req, res, body, j)
	case status == http.StatusPartialContent:
		return refuse(market.FailTruncated, "a part of the page, unasked")
	case status == http.StatusGone:
		return refuse(market.FailGone, "the page has ended")
	case status == 999, status == http.StatusForbidden && res.Header.Get("Cf-Mitigated") == "challenge":
		return refuse(market.FailBlockedChallenge, "a refusal in place of the page")
	case status < 200 || status > 499:
		return refuse(market.FailProtocolError, "a status that does not exist")
	}
	return refuse(market.FailClientError, fmt.Sprintf("the shop answers %d %s", status, http.StatusText(status)))
}

func (d door) page(req *http.Request, res *http.Response, body []byte, j *job) *FetchError {
	if len(body) == 0 {
		return fail(req.URL, res.StatusCode, market.FailEmptyBody, "success with nothing in it")
	}
	var ge *guard.Error
	if err := guard.CheckType(res.Header, body, j.req.Role == queue.RoleSitemap); errors.As(err, &ge) {
		return failure(req.URL, res.StatusCode, ge.Kind, ge.Err)
	}
	return nil
}

// isRedirect reports whether status sends us elsewhere (RFC 9110 §15.4).
func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}
