package queue

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"pricegap/crawler/keep"
)

// chunkBytes is when a chunk of the kept log is full: small enough to be written again at each Save, large
// enough that a frontier of 100,000 addresses has few of them.
const chunkBytes = 64 << 10

// Memory is a Queue in memory, kept as a log of what went in and what is done. It implements Queue.
type Memory struct {
	keep keep.Keeper
	key  string

	waiting []Item // from next on
	next    int
	seen    map[uint64]struct{} // keys that went in
	hashes  map[string]uint64   // of items that are handed out or wait, by address

	log    bytes.Buffer // the open chunk
	chunk  int          // its number
	chunks int          // how many may stand in the keeper
	fresh  bool         // something was logged since Save
}

// header is what stands under the key itself; the chunks stand under key/0, key/1, …
type header struct {
	Meta
	Chunks int `json:"chunks"`
}

// Open returns the frontier that is kept under key, and what its run left behind; the zero Meta and an empty
// queue where none is. A frontier that cannot be read counts as none.
func Open(ctx context.Context, k keep.Keeper, key string) (*Memory, Meta, error) {
	q := New(k, key)
	raw, err := k.GetState(ctx, key)
	if err != nil || raw == nil {
		return q, Meta{}, wrap(key, err)
	}
	var h header
	if bad := json.Unmarshal(raw, &h); bad != nil || h.Chunks < 0 {
		return q, Meta{}, nil //nolint:nilerr // what cannot be read counts as nothing kept
	}
	q.chunks = h.Chunks
	done := map[uint64]bool{}
	var items []Item
	var sums []uint64
	for i := range h.Chunks {
		c, err := k.GetState(ctx, q.chunkKey(i))
		if err != nil {
			return q, Meta{}, wrap(key, err)
		}
		if c == nil && i < h.Chunks-1 {
			fresh := New(k, key)
			fresh.chunks = h.Chunks
			return fresh, Meta{}, nil
		}
		for line := range bytes.Lines(c) {
			sum, it, isDone, ok := parseLine(string(line))
			switch {
			case !ok:
			case isDone:
				done[sum] = true
			default:
				q.seen[sum] = struct{}{}
				items, sums = append(items, it), append(sums, sum)
			}
		}
		if i == h.Chunks-1 {
			q.log.Write(c)
			q.chunk = i
		}
	}
	for i, it := range items {
		if !done[sums[i]] {
			q.waiting = append(q.waiting, it)
			q.hashes[it.URL] = sums[i]
		}
	}
	return q, h.Meta, nil
}

// New returns an empty frontier that Save keeps under key, in place of what may be kept there.
func New(k keep.Keeper, key string) *Memory {
	return &Memory{keep: k, key: key, seen: map[uint64]struct{}{}, hashes: map[string]uint64{}}
}

// Reset empties the queue, as if nothing had been pushed or kept.
func (q *Memory) Reset() {
	chunks := max(q.chunks, q.chunk+1)
	*q = *New(q.keep, q.key)
	q.chunks = chunks
}

// Push implements Queue.
func (q *Memory) Push(key string, it Item) bool {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	sum := h.Sum64()
	if _, ok := q.seen[sum]; ok {
		return false
	}
	q.seen[sum] = struct{}{}
	q.hashes[it.URL] = sum
	q.waiting = append(q.waiting, it)
	fmt.Fprintf(&q.log, "+\t%x\t%s\t%d\t%d\t%d\t%s\t%s\n", sum, it.Role, it.Start, it.Idle, it.Depth, clean(it.Chain), clean(it.URL))
	q.fresh = true
	return true
}

// Pop implements Queue.
func (q *Memory) Pop() (Item, bool) {
	if q.next >= len(q.waiting) {
		return Item{}, false
	}
	it := q.waiting[q.next]
	q.waiting[q.next] = Item{}
	q.next++
	if q.next > 1024 && q.next > len(q.waiting)/2 {
		q.waiting = append(q.waiting[:0], q.waiting[q.next:]...)
		q.next = 0
	}
	return it, true
}

// Done implements Queue.
func (q *Memory) Done(it Item) {
	if sum, ok := q.hashes[it.URL]; ok {
		delete(q.hashes, it.URL)
		fmt.Fprintf(&q.log, "-\t%x\n", sum)
		q.fresh = true
	}
}

// Len implements Queue.
func (q *Memory) Len() int { return len(q.waiting) - q.next }

// Save implements Queue. The chunks are written before the header that counts them, so a crash between the
// two leaves the frontier as it was.
func (q *Memory) Save(ctx context.Context, m Meta) error {
	if q.fresh || q.chunks == 0 {
		if err := q.keep.PutState(ctx, q.chunkKey(q.chunk), bytes.Clone(q.log.Bytes())); err != nil {
			return wrap(q.key, err)
		}
	}
	q.fresh = false
	q.chunks = max(q.chunks, q.chunk+1)
	raw, err := json.Marshal(header{m, q.chunk + 1})
	if err == nil {
		err = q.keep.PutState(ctx, q.key, raw)
	}
	if err == nil && q.log.Len() >= chunkBytes {
		q.chunk++
		q.log.Reset()
	}
	return wrap(q.key, err)
}

// Finish implements Queue.
func (q *Memory) Finish(ctx context.Context) error {
	if q.chunks == 0 {
		return nil
	}
	if err := q.keep.DeleteState(ctx, q.key); err != nil {
		return wrap(q.key, err)
	}
	for i := range q.chunks {
		if err := q.keep.DeleteState(ctx, q.chunkKey(i)); err != nil {
			return wrap(q.key, err)
		}
	}
	q.chunks = 0
	return nil
}

func (q *Memory) chunkKey(i int) string { return q.key + "/" + strconv.Itoa(i) }

func wrap(key string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("queue: %s: %w", key, err)
}

// clean takes out what would break a line of the log; an address that was parsed has none of it.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, s)
}

// parseLine reads a line of the log.
func parseLine(line string) (sum uint64, it Item, done, ok bool) {
	f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
	if len(f) < 2 {
		return 0, Item{}, false, false
	}
	sum, err := strconv.ParseUint(f[1], 16, 64)
	if err != nil {
		return 0, Item{}, false, false
	}
	if f[0] == "-" {
		return sum, Item{}, true, len(f) == 2
	}
	if f[0] != "+" || len(f) != 8 || f[7] == "" {
		return 0, Item{}, false, false
	}
	n := [3]int{}
	for i := range n {
		if n[i], err = strconv.Atoi(f[3+i]); err != nil || n[i] < 0 {
			return 0, Item{}, false, false
		}
	}
	return sum, Item{URL: f[7], Role: f[2], Start: n[0], Idle: n[1], Depth: n[2], Chain: f[6]}, false, true
}
