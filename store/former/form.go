package former

import (
	"bytes"

	"pricegap/market"
	"pricegap/store/record"
)

// errForm is returned for a record that is not in the form of its kind.
var errForm = record.ErrForm

// entry is one observation in the history of a listing. Times are seconds since 1970.
type entry struct {
	// Prev is the time of the entry before, 0 for the first.
	Prev int64
	// Seq is the change that this observation made, 0 for none.
	Seq uint64
	// Base, where not 0, says that this observation repeats the one at that time, seen again in Run. Otherwise Doc is the
	// observation itself, or empty where it stands elsewhere.
	Base int64
	Run  string
	Doc  []byte
}

func parseEntry(b []byte) (entry, error) {
	r := record.Reader{B: b}
	e := entry{Prev: seconds(&r), Seq: r.Number(), Base: seconds(&r)}
	if e.Base != 0 {
		e.Run = string(r.B)
	} else {
		e.Doc = r.B
	}
	if r.Bad {
		return entry{}, errForm
	}
	return e, nil
}

// head is what is known of a listing at a glance: among the rest the number that its history has, when it was seen last, and what
// that look showed.
type head struct {
	Ordinal, Count            uint64
	Newest, Base, Shown, Good int64
	Run                       string
	Glance                    []byte
}

func parseHead(b []byte) (head, error) {
	r := record.Reader{B: b}
	h := head{Ordinal: r.Number(), Count: r.Number(), Newest: seconds(&r), Base: seconds(&r), Shown: seconds(&r), Good: seconds(&r)}
	h.Run = string(r.Bytes())
	h.Glance = r.B
	if r.Bad || h.Ordinal == 0 || len(h.Glance) == 0 {
		return head{}, errForm
	}
	return h, nil
}

// What the first byte of a glance says: three states of trust, more than that being the whole offer as JSON, of schema 1.
const (
	glanceStates = 3
	glancePriced = 4
	glanceGone   = 8
)

// glance returns the page of the newest look, where it is known apart, and whether the page shows the listing no more.
func (h head) glance() (page *string, gone bool) {
	if h.Glance[0]&^(glancePriced|glanceGone) >= glanceStates {
		return nil, false
	}
	at := string(h.Glance[1:])
	return &at, h.Glance[0]&glanceGone != 0
}

// change says which observations of a listing differ.
type change struct {
	ordinal       uint64
	before, after int64
}

func parseChange(b []byte) (change, error) {
	r := record.Reader{B: b}
	c := change{ordinal: r.Number(), before: seconds(&r), after: seconds(&r)}
	if r.End() != nil || c.ordinal == 0 || c.after == 0 || c.before >= c.after {
		return change{}, errForm
	}
	return c, nil
}

func seconds(r *record.Reader) int64 {
	v := r.Number()
	if v > 1<<40 { // the year 36,812: no time of ours
		r.Bad = true
		return 0
	}
	return int64(v)
}

// cut returns the source and the listing of a place.
func cut(place []byte) (market.SourceID, market.ListingID, bool) {
	source, id, ok := bytes.Cut(place, []byte{0})
	return market.SourceID(source), market.ListingID(id), ok
}
