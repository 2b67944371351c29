package wire

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch"
	"pricegap/watch/feedback"
	"pricegap/watch/review"
)

// Problem is how an error goes over a wire: problem details after RFC 9457, with a code of ours.
type Problem struct {
	// Type is "about:blank": the code says more than a page could.
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	// Detail is the error's own text, one line.
	Detail string `json:"detail,omitzero"`
	// Code is stable: "store_locked", "unknown_product", "cancelled" …, or "internal".
	Code string `json:"code"`
}

// ErrBadRequest is wrapped by errors about what a request asks for.
var ErrBadRequest = errors.New("web: bad request")

// sentinels are the errors that callers branch on, by code, the more special ones first.
var sentinels = []struct {
	code   string
	status int
	err    error
}{
	{"cancelled", http.StatusServiceUnavailable, context.Canceled},
	{"deadline_exceeded", http.StatusGatewayTimeout, context.DeadlineExceeded},
	{"unknown_product", http.StatusNotFound, watch.ErrUnknownProduct},
	{"unknown_source", http.StatusNotFound, watch.ErrUnknownSource},
	{"no_such_source", http.StatusNotFound, store.ErrNoSource},
	{"unknown_run", http.StatusNotFound, watch.ErrUnknownRun},
	{"unknown_channel", http.StatusNotFound, watch.ErrUnknownChannel},
	{"no_own_source", http.StatusConflict, watch.ErrNoOwn},
	{"unknown_held_value", http.StatusNotFound, review.ErrUnknown},
	{"seen_meanwhile", http.StatusConflict, review.ErrSeen},
	{"unnamed_decision", http.StatusBadRequest, review.ErrUnnamed},
	{"not_a_word", http.StatusBadRequest, feedback.ErrWord},
	{"not_firing", http.StatusNotFound, alerts.ErrNotFiring},
	{"unknown_silence", http.StatusNotFound, calm.ErrUnknown},
	{"not_a_silence", http.StatusBadRequest, calm.ErrSilence},
	{"store_locked", http.StatusConflict, store.ErrLocked},
	{"store_foreign", http.StatusConflict, store.ErrForeign},
	{"store_newer", http.StatusConflict, store.ErrNewer},
	{"store_corrupt", http.StatusInternalServerError, store.ErrCorrupt},
	{"store_full", http.StatusInsufficientStorage, store.ErrFull},
	{"unexpected_end", http.StatusBadRequest, io.ErrUnexpectedEOF},
	{"bad_request", http.StatusBadRequest, ErrBadRequest},
}

// ProblemOf says err as a Problem.
func ProblemOf(err error) Problem {
	p := Problem{Type: "about:blank", Status: http.StatusInternalServerError, Code: "internal", Detail: market.Printable(err.Error())}
	for _, s := range sentinels {
		if errors.Is(err, s.err) {
			p.Status, p.Code = s.status, s.code
			break
		}
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// Err returns the error that p tells of: it reads as the original did, and errors.Is finds in it the
// sentinel of context, store or watch that the original wrapped.
func (p Problem) Err() error {
	for _, s := range sentinels {
		if p.Code == s.code {
			return &remoteError{market.Printable(p.Detail), s.err}
		}
	}
	return &remoteError{market.Printable(p.Detail), nil}
}

// remoteError is an error of another process.
type remoteError struct {
	text string
	is   error
}

func (e *remoteError) Error() string { return e.text }

func (e *remoteError) Unwrap() error { return e.is }

// WriteProblem answers with a Problem as JSON.
func WriteProblem(w http.ResponseWriter, p Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // a visitor who left needs no answer
}
