package memory

import (
	"context"
	"errors"
	"fmt"
	"math"

	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment/mark"
	"pricegap/store/segment/past"
)

// Source is what is in memory of a source.
type Source struct {
	Number uint32
	Name   market.SourceID
	past.Head
	Table mark.Table
	Err   error // it is damaged
}

// NewSource returns a source of which nothing is known.
func NewSource(h *Memory, number uint32, name market.SourceID) *Source {
	return &Source{Number: number, Name: name, Table: mark.NewTable(h.Seed)}
}

// Load reads anew what must be in memory.
func (h *Memory) Load(ctx context.Context) error {
	var sources []*Source
	var batches uint64
	err := h.File.View(ctx, func(t *sealed.Tx) error {
		sources = nil
		if err := t.Each(past.BucketSources, nil, func(key, payload []byte) error {
			rec, err := past.ParseSource(key, payload)
			if err == nil && string(key) != string(past.KeyOf(uint32(len(sources)))) {
				err = sealed.Damaged(past.BucketSources, past.KeyOf(uint32(len(sources))), "it is missing")
			}
			sources = append(sources, NewSource(h, uint32(len(sources)), rec.Name))
			return err
		}); err != nil {
			return err
		}
		n, err := (past.Txn{Tx: t}).Count()
		if err != nil {
			return err
		}
		batches = n.Batches
		if n.Sources != uint64(len(sources)) {
			return sealed.Damaged(past.BucketSources, nil, "%d sources, not %d", len(sources), n.Sources)
		}
		for i, src := range sources {
			loaded, err := h.LoadSource(t, src.Number, src.Name)
			if err != nil {
				if !errors.Is(err, sealed.ErrCorrupt) {
					return err
				}
				loaded.Err = fmt.Errorf("store: %s: %w", h.File.Path(), err)
			}
			sources[i] = loaded
		}
		return nil
	})
	h.Mu.Lock()
	defer h.Mu.Unlock()
	h.Sources, h.Batches, h.Err = sources, batches, err
	return err
}

// LoadSource reads what must be in memory of a source: as much of it as can be read, and why no more.
func (h *Memory) LoadSource(t *sealed.Tx, number uint32, name market.SourceID) (*Source, error) {
	src := NewSource(h, number, name)
	rec, err := past.GetSource(t, number)
	if err != nil {
		return src, err
	}
	r := &past.Reader{Parts: &h.Parts, T: t, Number: number, Name: name}
	r.Sealed, r.Pending.First, r.Late = rec.Sealed, rec.First, rec.Late
	marks := make([]mark.Entry, rec.Sealed)
	if err := r.LoadSpans(rec.Segments); err != nil {
		return src, err
	}
	if err := r.LoadNames(&src.Table); err != nil {
		return src, err
	}
	if marks, err = r.Fold(marks, math.MaxUint32, func(o uint32, id market.ListingID, batch uint64) {
		src.Table.Add(id)
		r.Born = append(r.Born, uint32(batch))
	}); err != nil {
		return src, err
	}
	for o := range marks {
		src.Table.Set(uint32(o), &marks[o])
	}
	src.Head = r.Head
	return src, nil
}
