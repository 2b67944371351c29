package crawler

import (
	"context"
	"errors"
	"net/url"

	"pricegap/crawler/guard"
	"pricegap/market"
	"pricegap/market/link"
)

// failure returns the *FetchError of one kind for u.
func failure(u *url.URL, status int, kind market.FailureKind, err error) *FetchError {
	return &FetchError{URL: link.Redact(u.String()), Status: status, Kind: kind, Err: err}
}

// fail is failure for a text.
func fail(u *url.URL, status int, kind market.FailureKind, text string) *FetchError {
	return failure(u, status, kind, errors.New(text))
}

// typed makes the error of a fetch a *FetchError, or the context's where ctx has ended.
func (c *Crawler) typed(ctx context.Context, j *job, err error) error {
	var fe *FetchError
	var ge *guard.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &fe):
		return fe
	case errors.As(err, &ge):
		return &FetchError{URL: link.Redact(j.req.URL), Kind: ge.Kind, Err: ge.Err}
	case errors.Is(err, errAddress):
		return &FetchError{URL: link.Redact(j.req.URL), Kind: market.FailClientError, Err: err}
	}
	return &FetchError{URL: link.Redact(j.req.URL), Kind: market.FailProtocolError, Err: err}
}
