package market

import "time"

// RunOutcome says how a run ended.
type RunOutcome string

// The outcomes of a run.
const (
	RunGoing       RunOutcome = "running"
	RunDone        RunOutcome = "done"        // everything asked for was seen
	RunPartial     RunOutcome = "partial"     // some pages failed, or wait for the next run
	RunFailed      RunOutcome = "failed"      // not one page could be had or read
	RunInterrupted RunOutcome = "interrupted" // stopped from outside; the next run goes on
)

// Run is one visit to one source.
type Run struct {
	ID        RunID      `json:"id"`
	Source    SourceID   `json:"source"`
	StartedAt time.Time  `json:"started_at"`
	EndedAt   time.Time  `json:"ended_at,omitzero"`
	Outcome   RunOutcome `json:"outcome"`
	// Pages were fetched with success, of which Unchanged answered 304 or brought the same bytes.
	Pages     int `json:"pages"`
	Unchanged int `json:"unchanged,omitzero"`
	// Offers were read, of which Quarantined were held back; Dropped held values were refuted by a later look.
	// Changes entered the log.
	Offers      int `json:"offers"`
	Quarantined int `json:"quarantined,omitzero"`
	Dropped     int `json:"dropped,omitzero"`
	Changes     int `json:"changes"`
	// Bytes came over the wire.
	Bytes int64 `json:"bytes"`
	// Failures counts what went wrong by kind; Samples has the first few of each kind.
	Failures map[FailureKind]int `json:"failures,omitzero"`
	Samples  []Failure           `json:"samples,omitzero"`
	// Notes counts the pages of the run that ask something of programs, by the word: "noarchive", "tdm-reservation".
	// Pages that were not modified ask in their headers alone.
	Notes map[string]int `json:"notes,omitzero"`
	// Expected listings were known before the run; Missing of them were not seen in it.
	Expected int `json:"expected,omitzero"`
	Missing  int `json:"missing,omitzero"`
	// Gone are listings of products of ours whose pages have ended for good, as this run was the first to see; at most MaxGone.
	Gone []ListingID `json:"gone,omitzero"`
	// Resumed says that the run went on where an interrupted one stopped.
	Resumed bool `json:"resumed,omitzero"`
	// Odd is what was odd of the whole shop. Whatever is new in such a run is held back.
	Odd []Oddity `json:"odd,omitzero"`
}

// MaxGone is how many listings a run names as gone.
const MaxGone = 1000

// Oddity is one thing that is odd of a whole shop.
type Oddity struct {
	// Kind is a stable code, see package quality: "moved", "lost_price", "field" …
	Kind string `json:"kind"`
	// What is the field, the factor or the place.
	What string `json:"what,omitzero"`
	// Offers show it, Of so many that were looked at; of a field so many still have it, and UsualPercent of them usually do.
	Offers       int `json:"offers"`
	Of           int `json:"of"`
	UsualPercent int `json:"usual_percent,omitzero"`
}

// Good reports whether the run brought at least one trusted look at the shop.
func (r Run) Good() bool { return r.Offers > r.Quarantined || r.Unchanged > 0 }

// Failed returns how many failures the run had.
func (r Run) Failed() int {
	n := 0
	for _, c := range r.Failures {
		n += c
	}
	return n
}
