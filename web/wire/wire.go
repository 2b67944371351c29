// Package wire is what goes between the control door of the daemon and its client, and how errors go over HTTP.
//
// A call is a POST to Path and the name of a method of watch.Service, with its arguments as one JSON document.
// The answer is a stream of Frames, one JSON document a line, of which the last has Error or End; a stream
// without either was cut off. "import-observations" takes a stream of Frames instead of a document, and "backup"
// answers with the bytes themselves and puts the last Frame into EndTrailer.
package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"pricegap/market"
)

// Path is where the methods stand, and Version which wire this is; both sides must agree.
const (
	Path    = "/control/v1/"
	Version = 13
)

// EndTrailer is the trailer of an answer of bytes: a Frame with their number, and Error or End.
const EndTrailer = "Pricegap-End"

// Frame is one step of an answer on the control door.
type Frame[T any] struct {
	Value *T       `json:"value,omitzero"`
	Error *Problem `json:"error,omitzero"`
	End   bool     `json:"end,omitzero"`
}

// ErrCut is wrapped by errors about a stream that ended before its last Frame, or made no sense.
var ErrCut = errors.New("web: the stream was cut off")

// Frames yields the values of a stream of Frames up to the one that has Error or End. Errors: ErrCut, besides
// the one that was sent.
func Frames[T any](dec *json.Decoder) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			var f Frame[T]
			switch err := dec.Decode(&f); {
			case errors.Is(err, io.EOF):
				yield(*new(T), fmt.Errorf("%w: %w", ErrCut, io.ErrUnexpectedEOF))
				return
			case err != nil:
				yield(*new(T), fmt.Errorf("%w: %w", ErrCut, err))
				return
			case f.End:
				return
			}
			v := *new(T) // where Value is null
			if f.Value != nil {
				v = *f.Value
			}
			if f.Error != nil {
				yield(v, f.Error.Err())
				return
			}
			if !yield(v, nil) {
				return
			}
		}
	}
}

// Hello is the answer to "hello".
type Hello struct {
	Program string `json:"program"` // "pricegap"
	Version int    `json:"version"` // Version
}

// The arguments of methods that take several, and the answers of those that give several.
type (
	// HistoryArgs are the arguments of History.
	HistoryArgs struct {
		Product market.ProductID `json:"product"`
		From    time.Time        `json:"from,omitzero"`
		To      time.Time        `json:"to,omitzero"`
	}
	// Step is how far some work is, while Total is not zero; else what it came to.
	Step[T any] struct {
		Done  int64 `json:"done,omitzero"`
		Total int64 `json:"total,omitzero"`
		End   T     `json:"end,omitzero"`
	}
	// Compaction is what a compaction came to, in bytes.
	Compaction struct {
		Before int64 `json:"before"`
		After  int64 `json:"after"`
	}
	// FindArgs are the arguments of Find.
	FindArgs struct {
		Text  string `json:"text"`
		Limit int    `json:"limit"`
	}
)
