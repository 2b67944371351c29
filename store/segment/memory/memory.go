// Package memory holds what is in memory of a history, and keeps it as new as the file.
package memory

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment/past"
)

// Memory is what is in memory of the history in a file. All methods are safe for concurrent use.
type Memory struct {
	File  *sealed.File
	Seed  maphash.Seed
	Parts past.Cache

	Mu      sync.RWMutex
	Sources []*Source // by number
	Batches uint64    // how many batches all this knows of
	Err     error     // why they could not be read; who comes next tries again
}

// OpenMemory reads what must be in memory. What is damaged answers with its error, the rest works.
func OpenMemory(ctx context.Context, f *sealed.File) (*Memory, error) {
	h := &Memory{File: f, Seed: maphash.MakeSeed()}
	if err := h.Load(ctx); err != nil && !errors.Is(err, sealed.ErrCorrupt) {
		return nil, err
	}
	return h, nil
}

// Ready says why nothing can be read.
func (h *Memory) Ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if h.File.Closed() {
		return h.File.View(ctx, func(*sealed.Tx) error { return nil })
	}
	if h.broken() == nil {
		return nil
	}
	return h.File.Alone(ctx, func() error { return h.Retry(ctx) })
}

// Retry reads anew what could not be read, and says why it still cannot. Nobody else writes meanwhile.
func (h *Memory) Retry(ctx context.Context) error {
	if h.broken() == nil {
		return nil
	}
	return h.Load(context.WithoutCancel(ctx)) // it is for others, too
}

func (h *Memory) broken() error {
	h.Mu.RLock()
	defer h.Mu.RUnlock()
	return h.Err
}

// Read runs do with a reader of a source; it may run more than once. Look, where set, runs before it, at memory as the reader
// knows it.
func (h *Memory) Read(ctx context.Context, src *Source, look func(), do func(*past.Reader) error) error {
	for range patience {
		h.Mu.RLock()
		if look != nil {
			look()
		}
		if int(src.Number) < len(h.Sources) {
			src = h.Sources[src.Number] // it is another one after a commit that failed
		}
		batches := h.Batches
		r := past.Reader{Parts: &h.Parts, Head: src.Head, Number: src.Number, Name: src.Name}
		err := errors.Join(h.Err, src.Err)
		h.Mu.RUnlock()
		if err != nil {
			return err
		}
		err = h.File.View(ctx, func(t *sealed.Tx) error {
			// Memory was looked at first, so that the transaction is as new or newer.
			rec, err := past.GetSource(t, r.Number)
			if err != nil {
				return err
			}
			n, err := (past.Txn{Tx: t}).Count()
			if err != nil {
				return err
			}
			if n.Batches != batches || rec.Segments != uint32(len(r.Spans)) {
				return past.ErrBehind
			}
			r.T, r.Late = t, rec.Late
			return do(&r)
		})
		if !errors.Is(err, past.ErrBehind) {
			return err
		}
		if err := h.File.Settle(ctx); err != nil {
			return err
		}
	}
	return sealed.Damaged(past.BucketSources, past.KeyOf(src.Number), "%w", past.ErrBehind)
}

// patience is how often memory is looked at that is behind the file: once, unless many write.
const patience = 100

// Find returns the source that has a listing, and its number there; nil where none has.
func (h *Memory) Find(id market.ListingID) (*Source, uint32, error) {
	h.Mu.RLock()
	defer h.Mu.RUnlock()
	broken := h.Err
	for _, named := range []bool{true, false} { // mostly a listing is called after its source, and there are many of those
		for _, s := range h.Sources {
			if strings.HasPrefix(string(id), string(s.Name)) != named {
				continue
			}
			if o, known := s.Table.Find(id); known {
				return s, o, nil
			}
			if s.Err != nil {
				broken = s.Err
			}
		}
	}
	return nil, 0, broken
}

// Numbered returns the source of a number that the file has.
func (h *Memory) Numbered(ctx context.Context, n uint32) (*Source, error) {
	for range patience {
		if err := h.Ready(ctx); err != nil {
			return nil, err
		}
		h.Mu.RLock()
		known := h.Sources
		h.Mu.RUnlock()
		if int(n) < len(known) {
			return known[n], nil
		}
		if err := h.File.Settle(ctx); err != nil {
			return nil, err
		}
	}
	return nil, sealed.Damaged(past.BucketSources, past.KeyOf(n), "it is missing")
}

// Selected are the sources of a query by name.
func (h *Memory) Selected(ids []market.SourceID) (out []*Source) {
	h.Mu.RLock()
	defer h.Mu.RUnlock()
	for _, s := range h.Sources {
		if len(ids) == 0 || slices.Contains(ids, s.Name) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b *Source) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return out
}
