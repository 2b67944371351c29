// Package market holds the words of the trade as plain values: sources and pages, offers and
// observations, products and matches, runs and alerts. It imports nothing of ours but its own sub-packages
// and does nothing that needs a network, a disk or a clock.
package market

import "time"

// SourceID is the short name of a shop we watch, as in sources.yaml: lower-case letters, digits, "-".
type SourceID string

// ListingID is the stable identity of one buyable thing at one source; Identify makes it.
type ListingID string

// ProductID is our own article number.
type ProductID string

// RunID names one run of one source; it sorts by start time within a source.
// One that begins with "ask-" stands on observations that somebody asked for between runs; the journal has no such run.
type RunID string

// Clock gives the present moment. It is handed in, so that tests and the demo can move it.
type Clock func() time.Time

// Count is a whole number that may be unknown; the zero Count is unknown, and unknown is never nought.
type Count struct {
	n     int64
	known bool
}

// CountOf returns the known count n.
func CountOf(n int64) Count { return Count{n, true} }

// Get returns the number and whether it is known.
func (c Count) Get() (int64, bool) { return c.n, c.known }

// Known reports whether the count is known.
func (c Count) Known() bool { return c.known }

// IsZero reports whether the count is unknown; it serves the omitzero option of encoding/json.
func (c Count) IsZero() bool { return !c.known }

// Answer is yes, no, or unknown (the zero Answer).
type Answer string

// The answers.
const (
	AnswerUnknown Answer = ""
	AnswerYes     Answer = "yes"
	AnswerNo      Answer = "no"
)

// WallClock is the Clock of the machine, in UTC.
func WallClock() time.Time { return time.Now().UTC() }
