package fetch

import (
	"errors"
	"net/http"

	"pricegap/crawler/guard"
	"pricegap/crawler/pace"
	"pricegap/crawler/queue"
	"pricegap/market"
	"pricegap/parsers/class"
)

// door is the last link before the guard: it turns what is no page into a *Error. What passes is a body of a kind we
// read, a redirect, a 304 we asked for, or an answer that tells the rules of a robots.txt.
type door struct{ c *Chain }

// RoundTrip implements http.RoundTripper.
func (d door) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := d.ask(req)
	j := jobOf(req)
	j.Wire += j.beside.Swap(0)
	if err != nil || guard.IsRedirect(res.StatusCode) {
		j.loan.Return() // nobody reads that body any more, and the next try or hop may have to wait
	}
	return res, err
}

// ask asks for it and judges what comes.
func (d door) ask(req *http.Request) (*http.Response, error) {
	j, ctx := jobOf(req), req.Context()
	if j.within == nil {
		select {
		case d.c.flight <- struct{}{}:
			defer func() { <-d.c.flight }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if !j.rendered() { // else when there is a tab
		if err := j.turn.start(req); err != nil {
			return nil, err
		}
	}
	res, err := recorded(d).RoundTrip(req)
	var ge *guard.Error
	if errors.As(err, &ge) {
		j.Wire += ge.Wire
		return nil, failure(req.URL, 0, ge.Kind, ge.Err)
	}
	if err != nil {
		return nil, err
	}
	body := res.Body.(*guard.Body)
	j.Wire += body.Wire
	if fe := d.judge(req, res, body, j); fe != nil {
		return nil, fe
	}
	return res, nil
}

// judge returns why a response is no page, nil when it is one.
func (d door) judge(req *http.Request, res *http.Response, body *guard.Body, j *Job) *Error {
	status := res.StatusCode
	switch {
	case status == http.StatusNotModified && (req.Header.Get("If-None-Match") != "" || req.Header.Get("If-Modified-Since") != ""),
		j.robots && hasRobots(status), guard.IsRedirect(status):
		return nil
	}
	err := guard.CheckStatus(status, res.Header)
	if err == nil && !body.Same { // that one was a page when it was fetched
		err = checkPage(res, body.Bytes, j)
	}
	ge, ok := errors.AsType[*guard.Error](err)
	if !ok {
		return nil
	}
	fe := failure(req.URL, status, ge.Kind, ge.Err)
	switch fe.Kind {
	case market.FailClientError, market.FailServerError, market.FailBlockedChallenge:
		if j.robots || status == http.StatusNotFound {
			break // no page, or one that is not there
		}
		if kind, why := class.Refusal(status, res.Header, body.Bytes); kind != "" {
			fe = fail(req.URL, status, kind, why)
		}
	}
	fe.RetryAfter = pace.RetryAfter(res.Header, status, d.c.clock())
	return fe
}

// hasRobots reports whether an answer tells the rules of a robots.txt: it is there, whole, or there is none (RFC 9309
// §2.3.1.1 and §2.3.1.3).
func hasRobots(status int) bool {
	switch status / 100 {
	case 2:
		return status != http.StatusPartialContent
	case 4:
		return status != http.StatusTooManyRequests
	}
	return false
}

// checkPage returns why a body is no page; its error is a *guard.Error.
func checkPage(res *http.Response, body []byte, j *Job) error {
	if len(body) == 0 {
		return &guard.Error{Kind: market.FailEmptyBody, Err: errors.New("success with nothing in it")}
	}
	return guard.CheckType(res.Header, body, j.Role == queue.RoleSitemap)
}
