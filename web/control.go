package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"

	"pricegap/market"
	"pricegap/store"
	"pricegap/watch"
)

// The wire of the control door: POST to ControlPath and the name of a method of watch.Service, with its
// arguments as one JSON document; the answer is a stream of Frames, one JSON document a line, of which the last
// has Error or End. A stream without either was cut off.

// ControlPath is where the methods stand, and ControlVersion which wire this is; both sides must agree.
const (
	ControlPath    = "/control/v1/"
	ControlVersion = 1
)

// Frame is one step of an answer on the control door.
type Frame[T any] struct {
	Value *T       `json:"value,omitzero"`
	Error *Problem `json:"error,omitzero"`
	End   bool     `json:"end,omitzero"`
}

// Hello is the answer to "hello".
type Hello struct {
	Program string `json:"program"` // "pricegap"
	Version int    `json:"version"` // ControlVersion
}

// The arguments of methods that take several.
type (
	// HistoryArgs are the arguments of History.
	HistoryArgs struct {
		Product market.ProductID `json:"product"`
		From    time.Time        `json:"from,omitzero"`
		To      time.Time        `json:"to,omitzero"`
	}
	// FindArgs are the arguments of Find.
	FindArgs struct {
		Text  string `json:"text"`
		Limit int    `json:"limit"`
	}
)

// maxControlBytes bounds the arguments of one call; an import of a large catalogue is the largest.
const maxControlBytes = 1 << 30

// NewControl returns every method of svc over HTTP. It knows no users: whoever can reach it can do anything, so it is
// served on a unix socket of the user's own and nowhere else; see ListenControl. A call ends when its client goes away.
func NewControl(svc watch.Service) http.Handler {
	mux := http.NewServeMux()
	handle := func(method string, h http.Handler) { mux.Handle("POST "+ControlPath+method, h) }
	handle("hello", unary(func(context.Context, struct{}) (Hello, error) {
		return Hello{Program: "pricegap", Version: ControlVersion}, nil
	}))
	handle("standings", stream(svc.Standings))
	handle("history", unary(func(ctx context.Context, a HistoryArgs) ([]watch.Series, error) {
		return svc.History(ctx, a.Product, a.From, a.To)
	}))
	handle("find", unary(func(ctx context.Context, a FindArgs) ([]market.Product, error) {
		return svc.Find(ctx, a.Text, a.Limit)
	}))
	handle("sources", unary(func(ctx context.Context, _ struct{}) ([]watch.SourceHealth, error) { return svc.Sources(ctx) }))
	handle("alerts", unary(func(ctx context.Context, _ struct{}) ([]market.Alert, error) { return svc.Alerts(ctx) }))
	handle("matches", stream(func(ctx context.Context, _ struct{}) iter.Seq2[market.Match, error] { return svc.Matches(ctx) }))
	handle("info", unary(func(ctx context.Context, _ struct{}) (store.Info, error) { return svc.Info(ctx) }))
	handle("crawl", stream(svc.Crawl))
	handle("import-catalog", unary(svc.ImportCatalog))
	handle("import-observations", unary(svc.ImportObservations))
	handle("import-matches", unary(svc.ImportMatches))
	handle("deliver", unary(func(ctx context.Context, _ struct{}) (watch.Delivery, error) { return svc.Deliver(ctx) }))
	handle("test-channel", unary(func(ctx context.Context, channel string) (struct{}, error) {
		return struct{}{}, svc.TestChannel(ctx, channel)
	}))
	return mux
}

// unary serves a method that returns one value.
func unary[A, T any](method func(context.Context, A) (T, error)) http.Handler {
	return stream(func(ctx context.Context, a A) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) { yield(method(ctx, a)) }
	})
}

// stream serves a method that yields values.
func stream[A, T any](method func(context.Context, A) iter.Seq2[T, error]) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := frames[T]{json.NewEncoder(w), http.NewResponseController(w)}
		args, err := arguments[A](w, r)
		if err != nil {
			writeProblem(w, ProblemOf(err))
			return
		}
		w.Header().Set("Content-Type", "application/jsonl")
		for v, err := range method(r.Context(), args) {
			if err != nil {
				p := ProblemOf(err)
				out.send(Frame[T]{Value: &v, Error: &p}) // what was done before it failed counts too
				return
			}
			if !out.send(Frame[T]{Value: &v}) {
				return
			}
		}
		out.send(Frame[T]{End: true})
	})
}

// frames writes frames and sends each on its way at once.
type frames[T any] struct {
	enc  *json.Encoder
	ctrl *http.ResponseController
}

func (f frames[T]) send(v Frame[T]) bool { return f.enc.Encode(v) == nil && f.ctrl.Flush() == nil }

// arguments reads the body to its end: only then does the server notice that a client goes away.
func arguments[A any](w http.ResponseWriter, r *http.Request) (A, error) {
	var a A
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxControlBytes))
	if err == nil {
		err = json.Unmarshal(b, &a)
	}
	if err != nil {
		return a, fmt.Errorf("%w: %w", ErrBadRequest, err)
	}
	return a, nil
}
