// Package control is the door for commands of the same user: every method of the service, over a unix socket.
package control

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"

	"pricegap/alerts/calm"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch"
	"pricegap/web/wire"
)

// maxBytes bounds the arguments of one call; an import of a large catalogue is the largest.
const maxBytes = 1 << 30

// New returns every method of svc over HTTP. It knows no users: whoever can reach it can do anything, so it is
// served on a unix socket of the user's own and nowhere else; see web.ListenSocket. A call ends when its client goes away.
func New(svc watch.Service) http.Handler {
	mux := http.NewServeMux()
	handle := func(method string, h http.Handler) { mux.Handle("POST "+wire.Path+method, h) }
	handle("hello", unary(func(context.Context, struct{}) (wire.Hello, error) {
		return wire.Hello{Program: "pricegap", Version: wire.Version}, nil
	}))
	handle("standings", stream(svc.Standings))
	handle("history", unary(func(ctx context.Context, a wire.HistoryArgs) ([]watch.Series, error) {
		return svc.History(ctx, a.Product, a.From, a.To)
	}))
	handle("observations", stream(svc.Observations))
	handle("find", unary(func(ctx context.Context, a wire.FindArgs) ([]market.Product, error) {
		return svc.Find(ctx, a.Text, a.Limit)
	}))
	handle("sources", unary(func(ctx context.Context, _ struct{}) ([]watch.SourceHealth, error) { return svc.Sources(ctx) }))
	handle("alerts", unary(func(ctx context.Context, _ struct{}) ([]market.Alert, error) { return svc.Alerts(ctx) }))
	handle("matches", stream(func(ctx context.Context, _ struct{}) iter.Seq2[market.Match, error] { return svc.Matches(ctx) }))
	handle("crawl", stream(svc.Crawl))
	handle("import-catalog", unary(svc.ImportCatalog))
	handle("import-observations", upload(svc.ImportObservations))
	handle("import-matches", unary(svc.ImportMatches))
	handle("deliver", unary(func(ctx context.Context, _ struct{}) (watch.Delivery, error) { return svc.Deliver(ctx) }))
	handle("test-channel", unary(func(ctx context.Context, channel string) (struct{}, error) {
		return struct{}{}, svc.TestChannel(ctx, channel)
	}))
	handle("refresh", unary(svc.Refresh))
	handle("held", stream(svc.Held))
	handle("decide", unary(svc.Decide))
	handle("verdicts", unary(svc.Verdicts))
	handle("backtest", unary(svc.Backtest))
	handle("rehearse", unary(svc.Rehearse))
	handle("silences", unary(func(ctx context.Context, _ struct{}) ([]calm.Silence, error) { return svc.Silences(ctx) }))
	handle("silence", unary(svc.Silence))
	handle("expire", unary(svc.Expire))
	handle("say", unary(svc.Say))
	handle("said", stream(svc.Said))
	handle("info", unary(func(ctx context.Context, _ struct{}) (store.Info, error) { return svc.Info(ctx) }))
	handle("prune", long(svc.Prune))
	handle("compact", long(func(ctx context.Context, _ struct{}, tell func(done, total int64)) (c wire.Compaction, err error) {
		c.Before, c.After, err = svc.Compact(ctx, tell)
		return c, err
	}))
	handle("backup", raw(svc.Backup))
	return mux
}

// long serves a method that tells how far it is. Who listens slowly is told less often, and holds nobody up.
func long[A, T any](method func(ctx context.Context, a A, tell func(done, total int64)) (T, error)) http.Handler {
	return stream(func(ctx context.Context, a A) iter.Seq2[wire.Step[T], error] {
		return func(yield func(wire.Step[T], error) bool) {
			ctx, leave := context.WithCancel(ctx)
			far := make(chan wire.Step[T], 1)
			var end wire.Step[T]
			var err error
			go func() {
				defer close(far)
				end.End, err = method(ctx, a, func(done, total int64) {
					select {
					case far <- wire.Step[T]{Done: done, Total: total}:
					default:
					}
				})
			}()
			defer func() {
				leave()
				for range far { // until it has ended
				}
			}()
			for f := range far {
				if !yield(f, nil) {
					return
				}
			}
			yield(end, err)
		}
	})
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
			wire.WriteProblem(w, wire.ProblemOf(err))
			return
		}
		w.Header().Set("Content-Type", "application/jsonl")
		for v, err := range method(r.Context(), args) {
			if err != nil {
				p := wire.ProblemOf(err)
				out.send(wire.Frame[T]{Value: &v, Error: &p}) // what was done before it failed counts too
				return
			}
			if !out.send(wire.Frame[T]{Value: &v}) {
				return
			}
		}
		out.send(wire.Frame[T]{End: true})
	})
}

// frames writes frames and sends each on its way at once.
type frames[T any] struct {
	enc  *json.Encoder
	ctrl *http.ResponseController
}

func (f frames[T]) send(v wire.Frame[T]) bool { return f.enc.Encode(v) == nil && f.ctrl.Flush() == nil }

// arguments reads the body to its end: only then does the server notice that a client goes away.
func arguments[A any](w http.ResponseWriter, r *http.Request) (A, error) {
	var a A
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBytes))
	if err == nil {
		err = json.Unmarshal(b, &a)
	}
	if err != nil {
		return a, fmt.Errorf("%w: %w", wire.ErrBadRequest, err)
	}
	return a, nil
}

// upload serves a method that takes values, one Frame each; the last has End.
func upload[A, T any](method func(context.Context, iter.Seq2[A, error]) (T, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := frames[T]{json.NewEncoder(w), http.NewResponseController(w)}
		dec := json.NewDecoder(r.Body)
		v, err := method(r.Context(), wire.Frames[A](dec))
		_, _ = io.Copy(io.Discard, r.Body) // the client reads the answer when it has sent everything
		w.Header().Set("Content-Type", "application/jsonl")
		f := wire.Frame[T]{Value: &v}
		if err != nil {
			p := wire.ProblemOf(err)
			f.Error = &p
		}
		_ = out.send(f) && err == nil && out.send(wire.Frame[T]{End: true})
	})
}

// raw serves a method that writes bytes. How it ended stands in a trailer, without which the answer was cut off.
func raw(method func(context.Context, io.Writer) (int64, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := arguments[struct{}](w, r); err != nil {
			wire.WriteProblem(w, wire.ProblemOf(err))
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Trailer", wire.EndTrailer)
		w.WriteHeader(http.StatusOK)
		n, err := method(r.Context(), w)
		f := wire.Frame[int64]{Value: &n, End: err == nil}
		if err != nil {
			p := wire.ProblemOf(err)
			f.Error = &p
		}
		end, err := json.Marshal(f)
		if err != nil {
			panic(http.ErrAbortHandler) // cuts the answer off
		}
		w.Header().Set(wire.EndTrailer, string(end))
	})
}
