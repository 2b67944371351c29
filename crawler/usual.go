package crawler

import (
	"context"
	"slices"
	"strconv"
	"sync/atomic"

	"pricegap/market"
)

// The lengths of how many pages say what is usual, and of how many at most.
const (
	usualFrom = 5
	usualOf   = 64
)

// usual is how long the product pages of a source usually are: half a page is known by it. It begins with what the last run
// that read enough of them found. One goroutine adds, any may ask.
type usual struct {
	last   []int // lengths in bytes, the newest of them at next-1
	next   int
	median atomic.Int64
}

// add notes a page that was read as a whole.
func (u *usual) add(length int) {
	if len(u.last) < usualOf {
		u.last = append(u.last, length)
	} else {
		u.last[u.next%usualOf] = length
	}
	if u.next++; len(u.last) >= usualFrom {
		u.median.Store(int64(slices.Sorted(slices.Values(u.last))[len(u.last)/2]))
	}
}

// bytes is the usual length, 0 as long as it is not known.
func (u *usual) bytes() int { return int(u.median.Load()) }

func usualKey(id market.SourceID) string { return "usual/" + string(id) }

// load takes what an earlier run kept.
func (u *usual) load(ctx context.Context, k Keeper, id market.SourceID) error {
	raw, err := k.GetState(ctx, usualKey(id))
	if n, bad := strconv.ParseInt(string(raw), 10, 64); bad == nil {
		u.median.Store(n)
	}
	return err
}

// save keeps what this run found, if it read enough pages.
func (u *usual) save(ctx context.Context, k Keeper, id market.SourceID) error {
	if len(u.last) < usualFrom {
		return nil
	}
	return k.PutState(ctx, usualKey(id), strconv.AppendInt(nil, u.median.Load(), 10))
}
