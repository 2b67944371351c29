// Package wire is what goes between the control door of the daemon and its client, and how errors go over HTTP.
//
// A call is a POST to Path and the name of a method of watch.Service, with its arguments as one JSON document.
// The answer is a stream of Frames, one JSON document a line, of which the last has Error or End; a stream
// without either was cut off.
package wire

import (
	"pricegap/market"
	"time"
)

// Path is where the methods stand, and Version which wire this is; both sides must agree.
const (
	Path    = "/control/v1/"
	Version = 1
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
	Version int    `json:"version"` // Version
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
