// Package usual knows how long the product pages of a source usually are: half a page is told by it.
package usual

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"pricegap/crawler/keep"
	"pricegap/market"
)

// The lengths of how many pages say what is usual, and of how many at most; and after how many runs in a row that brought
// nothing but shorter pages it is forgotten.
const (
	from   = 5
	of     = 64
	forgot = 3
)

// Length is how long the product pages of a source usually are. It begins with what the last run that read enough of them
// found. One goroutine notes pages, any may ask.
//
// A shop whose pages shrink for good must not be called truncated for ever. So what is usual is forgotten after three runs in
// a row, each brought to its end, of five pages or more that are all too short and complete by every other sign, and the next
// run learns anew. Until then they give no price. A page of the usual length, or one that does break off, begins the row
// again: a server that cuts pages does not cut each of them, in three runs, where it looks complete.
type Length struct {
	last   []int // lengths in bytes, the newest of them at next-1
	next   int
	median atomic.Int64
	short  int    // pages of this run that are too short and else complete
	others bool   // there were pages that are none of those
	row    int    // runs in a row that had only short ones
	kept   string // as it stands in the store
}

// Short notes a page that is too short and complete by every other sign.
func (u *Length) Short() { u.short++ }

// Other notes a page that does break off, or one of the usual length that is not read again.
func (u *Length) Other() { u.others = true }

// Add notes the length in bytes of a page that was read as a whole.
func (u *Length) Add(length int) {
	if len(u.last) < of {
		u.last = append(u.last, length)
	} else {
		u.last[u.next%of] = length
	}
	if u.next++; len(u.last) >= from {
		u.median.Store(int64(slices.Sorted(slices.Values(u.last))[len(u.last)/2]))
	}
}

// End sums up a run that came to its end.
func (u *Length) End() {
	switch {
	case u.next > 0 || u.others:
		u.row = 0
	case u.short >= from:
		u.row++
	}
	if u.row >= forgot {
		u.row = 0
		u.median.Store(0)
	}
}

// Bytes is the usual length, 0 as long as it is not known.
func (u *Length) Bytes() int { return int(u.median.Load()) }

func key(id market.SourceID) string { return "usual/" + string(id) }

// Load takes what an earlier run kept: the usual length and, where there is one, the row of runs with shorter pages.
func (u *Length) Load(ctx context.Context, k keep.Keeper, id market.SourceID) error {
	raw, err := k.GetState(ctx, key(id))
	var length int64
	if n, _ := fmt.Sscan(string(raw), &length, &u.row); n > 0 { // older versions kept no row
		u.median.Store(length)
		u.kept = string(raw)
	}
	return err
}

// Save keeps what this run found.
func (u *Length) Save(ctx context.Context, k keep.Keeper, id market.SourceID) error {
	now := fmt.Sprint(u.median.Load(), " ", u.row)
	if now == u.kept || now == "0 0" && u.kept == "" {
		return nil
	}
	u.kept = now
	return k.PutState(ctx, key(id), []byte(now))
}
