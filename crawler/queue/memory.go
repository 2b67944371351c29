package queue

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"pricegap/crawler/keep"
)

// chunkBytes is when a chunk of the kept log is full: small enough to be written again at each Save, large
// enough that a frontier of 100,000 addresses has few of them.
const chunkBytes = 16 << 10

// pieceBytes is how long a chunk becomes that nobody saves meanwhile: a long sitemap comes at once, and eight shops' at the same time.
const pieceBytes = 128 << 10

// renewBytes is how much of a frontier that is renewed waits to be kept: it need not be held twice.
const renewBytes = 1 << 20

// Memory is a Queue in memory, kept as a log of what went in and what is done. It implements Queue.
type Memory struct {
	keep keep.Keeper
	key  string

	wait lanes
	seen sums // of the keys that went in

	full    [][]byte     // chunks that nothing is added to any more, and that are not kept yet
	waiting int          // how much of them is not kept
	log     bytes.Buffer // the open chunk
	saved   int          // how much of it is kept already
	chunk   int          // how many full ones are kept
}

// header is what stands under the key itself; the chunks stand under key/0, key/1, …, and those of a number that it does
// not count are no part of the frontier.
type header struct {
	Meta
	Chunks int `json:"chunks"`
}

// Open returns the frontier that is kept under key, and what its run left behind; the zero Meta and an empty
// queue where none is. A frontier that cannot be read counts as none. What was handed out and not done waits again.
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
	// The log is read twice: what is done stands behind what went in, and need not be held beside it.
	done, raised := map[uint64]bool{}, map[uint64]bool{}
	whole, err := q.read(ctx, h.Chunks, func(l line) {
		switch l.kind {
		case 'd':
			done[l.sum] = true
		case 'r':
			raised[l.sum] = true
		}
	})
	if err == nil && whole {
		_, err = q.read(ctx, h.Chunks, func(l line) {
			if l.kind != '+' {
				return
			}
			if !q.seen.add(l.sum) {
				return
			}
			if raised[l.sum] {
				l.item.Rank = Asked
			}
			if !done[l.sum] {
				q.wait.push(l.item)
			}
		})
	}
	if err == nil && !whole {
		return New(k, key), Meta{}, nil
	}
	return q, h.Meta, wrap(key, err)
}

// read goes through the log; whole is false where a chunk of it is missing. A last chunk that is not full stays open.
func (q *Memory) read(ctx context.Context, chunks int, each func(line)) (whole bool, err error) {
	for i := range chunks {
		c, err := q.keep.GetState(ctx, q.chunkKey(i))
		if err != nil || c == nil {
			return false, err
		}
		for raw := range bytes.Lines(c) {
			if l, ok := parseLine(string(raw)); ok {
				each(l)
			}
		}
		q.chunk = i + 1
		if i == chunks-1 && len(c) < chunkBytes {
			q.chunk = i
			q.log.Reset()
			q.log.Write(c)
			q.saved = len(c)
		}
	}
	return true, nil
}

// New returns an empty frontier that Save keeps under key, in place of what may be kept there.
func New(k keep.Keeper, key string) *Memory {
	return &Memory{keep: k, key: key}
}

// Reset empties the queue, and forgets what was kept of it.
func (q *Memory) Reset(ctx context.Context) error {
	err := q.Finish(ctx)
	*q = *New(q.keep, q.key)
	return err
}

// Renew forgets what is done, and keeps what waits as if nothing else had ever been pushed. What a crash leaves of it is
// no frontier.
func (q *Memory) Renew(ctx context.Context) error {
	wait := q.wait
	err := q.Reset(ctx)
	for err == nil {
		it, ok := wait.pop(func(string) bool { return true })
		if !ok {
			break
		}
		q.seen.add(it.sum)
		q.push(it)
		if q.Unsaved() >= renewBytes {
			err = q.Save(ctx, Meta{})
		}
	}
	return err
}

func sumOf(key string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	return h.Sum64()
}

// Push implements Queue.
func (q *Memory) Push(key string, it Item) bool {
	if it.URL == "" {
		return false
	}
	if it.sum = sumOf(key); !q.seen.add(it.sum) {
		return it.Rank == Asked && q.raise(it.sum)
	}
	it.URL, it.Chain = clean(it.URL), clean(it.Chain)
	q.push(it)
	return true
}

func (q *Memory) push(it Item) {
	q.wait.push(it)
	chain := it.Chain
	if chain == it.URL {
		chain = "="
	}
	b := append(q.log.AvailableBuffer(), "+\t"...)
	b = strconv.AppendUint(b, it.sum, 16)
	b = append(append(b, '\t'), it.Role...)
	for _, n := range [...]int{int(it.Rank), it.Start, it.Idle, it.Depth} {
		b = strconv.AppendInt(append(b, '\t'), int64(n), 10)
	}
	b = append(append(b, '\t'), chain...)
	b = append(append(b, '\t'), it.URL...)
	q.logged(append(b, '\n'))
}

// logged adds a line to the log.
func (q *Memory) logged(line []byte) {
	q.log.Write(line)
	if q.log.Len() >= pieceBytes {
		q.full, q.waiting = append(q.full, bytes.Clone(q.log.Bytes())), q.Unsaved()
		q.log.Reset()
		q.saved = 0
	}
}

// raise puts the item of that sum in front; it reports false where none waits.
func (q *Memory) raise(sum uint64) bool {
	ok := q.wait.raise(sum)
	if ok {
		q.logged(fmt.Appendf(nil, "!\t%x\n", sum))
	}
	return ok
}

// Pop implements Queue.
func (q *Memory) Pop(free func(host string) bool) (Item, bool) { return q.wait.pop(free) }

// Done implements Queue.
func (q *Memory) Done(it Item) {
	b := append(q.log.AvailableBuffer(), "-\t"...)
	b = strconv.AppendUint(b, it.sum, 16)
	q.logged(append(b, '\n'))
}

// Waiting implements Queue.
func (q *Memory) Waiting(pass func(host string) bool) int { return q.wait.waiting(pass) }

// Unsaved implements Queue.
func (q *Memory) Unsaved() int { return q.waiting + q.log.Len() - q.saved }

// Save implements Queue. The chunks are written before the header that counts them: what a crash leaves between the two is
// the frontier as it was, or one of which more is done.
func (q *Memory) Save(ctx context.Context, m Meta) error {
	for ; len(q.full) > 0; q.full, q.chunk = q.full[1:], q.chunk+1 {
		if err := q.keep.PutState(ctx, q.chunkKey(q.chunk), q.full[0]); err != nil {
			return wrap(q.key, err)
		}
		q.waiting = max(0, q.waiting-len(q.full[0]))
		q.full[0] = nil
	}
	q.full, q.waiting = nil, 0
	if q.Unsaved() > 0 {
		if err := q.keep.PutState(ctx, q.chunkKey(q.chunk), bytes.Clone(q.log.Bytes())); err != nil {
			return wrap(q.key, err)
		}
		q.saved = q.log.Len()
	}
	chunks := q.chunk
	if q.saved > 0 {
		chunks++
	}
	raw, err := json.Marshal(header{m, chunks})
	if err == nil {
		err = q.keep.PutState(ctx, q.key, raw)
	}
	if err == nil && q.log.Len() >= chunkBytes {
		q.chunk++
		q.log, q.saved = bytes.Buffer{}, 0
	}
	return wrap(q.key, err)
}

// Finish implements Queue. The header goes first, then the chunks from the last on: what a crash leaves is no frontier,
// and the next Finish finds it.
func (q *Memory) Finish(ctx context.Context) error {
	if err := q.keep.DeleteState(ctx, q.key); err != nil {
		return wrap(q.key, err)
	}
	n := 0
	for ; ; n++ {
		if c, err := q.keep.GetState(ctx, q.chunkKey(n)); err != nil {
			return wrap(q.key, err)
		} else if c == nil {
			break
		}
	}
	for n--; n >= 0; n-- {
		if err := q.keep.DeleteState(ctx, q.chunkKey(n)); err != nil {
			return wrap(q.key, err)
		}
	}
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

// line is one line of the log: '+' went in, 'd' is done, 'r' was raised.
type line struct {
	kind byte
	sum  uint64
	item Item
}

// parseLine reads a line of the log. Lines of an older form, which knew no ranks, are read as well.
func parseLine(text string) (line, bool) {
	f := strings.Split(strings.TrimSuffix(text, "\n"), "\t")
	if len(f) < 2 {
		return line{}, false
	}
	sum, err := strconv.ParseUint(f[1], 16, 64)
	if err != nil {
		return line{}, false
	}
	switch {
	case f[0] == "-":
		return line{kind: 'd', sum: sum}, len(f) == 2
	case f[0] == "!":
		return line{kind: 'r', sum: sum}, len(f) == 2
	case f[0] != "+":
		return line{}, false
	case len(f) == 8:
		f = slices.Insert(f, 3, "0")
	}
	if len(f) != 9 || f[8] == "" {
		return line{}, false
	}
	n := [4]int{}
	for i := range n {
		if n[i], err = strconv.Atoi(f[3+i]); err != nil || n[i] < 0 {
			return line{}, false
		}
	}
	if n[0] > bandAsked {
		return line{}, false
	}
	if f[7] == "=" {
		f[7] = f[8]
	}
	return line{'+', sum, Item{
		URL: f[8], Role: f[2], Rank: Rank(n[0]), Start: n[1], Idle: n[2], Depth: n[3], Chain: f[7], sum: sum, //nolint:gosec // n[0] is a rank
	}}, true
}
