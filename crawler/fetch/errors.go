package fetch

import (
	"context"
	"errors"
	"net/url"

	"pricegap/crawler/guard"
	"pricegap/market"
	"pricegap/market/link"
)

// ErrAddress is for what cannot be read as an address.
var ErrAddress = errors.New("not a web address")

// ErrClosed marks a fetch that failed because its host is left alone: nothing was asked.
var ErrClosed = errors.New("nothing was asked")

// failure returns the *Error of one kind for u.
func failure(u *url.URL, status int, kind market.FailureKind, err error) *Error {
	return &Error{URL: link.Redact(u.String()), Status: status, Kind: kind, Err: err}
}

// fail is failure for a text.
func fail(u *url.URL, status int, kind market.FailureKind, text string) *Error {
	return failure(u, status, kind, errors.New(text))
}

// Typed makes the error of a fetch of address an *Error, or the context's where ctx has ended.
func Typed(ctx context.Context, address string, err error) error {
	var fe *Error
	var ge *guard.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &fe):
		return fe
	case errors.As(err, &ge):
		return &Error{URL: link.Redact(address), Kind: ge.Kind, Err: ge.Err}
	case errors.Is(err, ErrAddress):
		return &Error{URL: link.Redact(address), Kind: market.FailClientError, Err: err}
	}
	if ue, ok := errors.AsType[*url.Error](err); ok {
		err = ue.Err // its text has the address as it is
	}
	return &Error{URL: link.Redact(address), Kind: market.FailProtocolError, Err: err}
}
