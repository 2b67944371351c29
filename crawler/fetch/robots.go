package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"pricegap/crawler/guard"
	"pricegap/crawler/pace"
	"pricegap/crawler/robots"
	"pricegap/market"
	"pricegap/market/link"
)

// obeys lets a request pass only where the robots.txt of its own host allows it; every hop of a redirect comes
// through here.
type obeys struct {
	c    *Chain
	next http.RoundTripper
	// own is the chain for robots.txt itself.
	own http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (o obeys) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := o.allows(req.Context(), req.URL); err != nil {
		return nil, err
	}
	return o.next.RoundTrip(req)
}

// allows returns why u may not be fetched, nil where it may; ctx carries the Job.
func (o obeys) allows(ctx context.Context, u *url.URL) error {
	j := ctx.Value(jobKey{}).(*Job)
	h, err := j.Way.enter(o.c, u)
	if err != nil {
		return err
	}
	origin := u.Scheme + "://" + u.Host
	rules, err := o.rules(ctx, origin, j)
	if err != nil {
		return err
	}
	if rules.Failed != "" {
		kind := market.FailRobotsUnavailable
		if rules.Unreached != "" {
			kind = rules.Unreached // no connection to the host: that says more
		}
		fe := failure(u, 0, kind, fmt.Errorf("%w: robots.txt cannot be had: %s; it is asked for again in %s, or now with --refresh-robots", ErrClosed, rules.Failed, rules.Again))
		fe.RetryAfter = rules.Again
		return fe
	}
	d, _ := rules.Delay()
	if d > pace.MaxDelay {
		return failure(u, 0, market.FailRobotsDisallowed, tooSlow(d.String()))
	}
	h.SetDelay(ctx, origin, d)
	if ok, by := rules.Allowed(u.String()); !ok {
		agreed := j.Source.RobotsOverride
		if agreed.Who == "" {
			return fail(u, 0, market.FailRobotsDisallowed, "robots.txt says "+by)
		}
		o.c.log.Warn("robots.txt overridden", "source", j.Source.ID, "url", link.Redact(u.String()), "rule", by,
			"who", agreed.Who, "reason", agreed.Reason)
	}
	return nil
}

// obeyed is the robots.txt of an origin that a page was let through by.
type obeyed struct {
	origin string
	rules  robots.Rules
}

// rules are the robots.txt of origin. A page that is open in the browser holds its host, for which who asks for a
// robots.txt may wait: that of its own origin is the one that let it through, for any other it waits shortly.
func (o obeys) rules(ctx context.Context, origin string, j *Job) (robots.Rules, error) {
	turn := ctx
	if j.within != nil {
		if j.obeyed.origin == origin {
			return j.obeyed.rules, nil
		}
		short, cancel := context.WithTimeout(ctx, besides)
		defer cancel()
		turn = short
	}
	rules, err := o.c.rules.Of(turn, origin, j.Anew, func(context.Context) (robots.Answer, error) {
		return o.ask(ctx, origin, j) // in its own time
	})
	if err == nil {
		j.obeyed = obeyed{origin, rules}
	}
	return rules, err
}

func tooSlow(delay string) error {
	return fmt.Errorf("%w: robots.txt asks for a pause of %s between requests, more than the %s that we wait; the source is skipped", ErrClosed, delay, pace.MaxDelay)
}

// ask fetches a robots.txt. An error is only for what says nothing about the file: the context's, and a host that
// is left alone.
func (o obeys) ask(ctx context.Context, origin string, j *Job) (robots.Answer, error) {
	own := &Job{Source: j.Source, Way: j.Way, robots: true, within: j.within, spec: guard.Spec{
		Timeout: j.spec.Timeout, Limits: j.spec.Limits, MaxDecoded: robots.MaxBytes, Cut: true,
	}}
	u, err := url.Parse(origin + "/robots.txt")
	if err != nil {
		return robots.Answer{}, fmt.Errorf("crawler: %s: %w", origin, err)
	}
	req := (&http.Request{Method: http.MethodGet, URL: u, Header: http.Header{
		"User-Agent": {o.c.agent}, "Accept": {"text/plain, */*;q=0.5"},
	}}).WithContext(own.in(ctx))
	res, err := o.own.RoundTrip(req)
	j.Wire += own.Wire
	switch {
	case ctx.Err() != nil:
		return robots.Answer{}, ctx.Err()
	case errors.Is(err, ErrClosed):
		return robots.Answer{}, err
	case err != nil:
		return unavailable(err), nil
	case res.StatusCode >= 400: // there is none; 429 and 5xx came as errors
		return robots.Answer{}, nil
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return robots.Answer{Body: body}, err
}

// unavailable is the answer for a robots.txt that could not be had.
func unavailable(err error) robots.Answer {
	fe, ok := errors.AsType[*Error](err)
	if !ok {
		return robots.Answer{Failed: market.NewText(err.Error()).Plain()}
	}
	a := robots.Answer{Failed: string(fe.Kind)}
	if fe.Status != 0 {
		a.Failed += fmt.Sprintf(" (status %d)", fe.Status)
	} else if fe.Err != nil {
		a.Failed += ": " + market.NewText(fe.Err.Error()).Plain()
	}
	if phase := fe.Kind.Info().Phase; phase == "resolve" || phase == "connect" {
		a.Unreached = fe.Kind
	}
	return a
}
