package queue

import (
	"context"
	"slices"
	"testing"

	"pricegap/crawler/keep"
)

// longest notes how long the longest value was that was kept.
type longest struct {
	keep.Memory
	bytes int
}

func (k *longest) PutState(ctx context.Context, key string, value []byte) error {
	k.bytes = max(k.bytes, len(value))
	return k.Memory.PutState(ctx, key, value)
}

// TestPieces: what comes at once, as a long sitemap does, is kept in pieces, behind what was kept before it.
func TestPieces(t *testing.T) {
	ctx, k := context.Background(), &longest{}
	q := New(k, "frontier/shop")
	var want []Item
	for round := range 3 {
		for i := range 10 + round*8000 {
			it := item(round*100_000 + i)
			q.Push(it.URL, it)
			want = append(want, it)
		}
		if it, ok := q.Pop(anyHost); ok {
			q.Done(it)
			it.sum = 0
			want = slices.DeleteFunc(want, func(w Item) bool { return w == it })
		}
		if err := q.Save(ctx, Meta{Plan: "p"}); err != nil || q.Unsaved() != 0 {
			t.Fatalf("%v, %d bytes are not kept", err, q.Unsaved())
		}
	}
	if k.bytes > pieceBytes+1<<10 || k.bytes < pieceBytes || q.chunk < 5 {
		t.Errorf("%d chunks of at most %d bytes", q.chunk, k.bytes)
	}
	q, _, err := Open(ctx, k, "frontier/shop")
	if err != nil {
		t.Fatal(err)
	}
	if got := drain(q); !slices.Equal(got, want) {
		t.Errorf("%d wait, want %d", len(got), len(want))
	}
	if err := q.Finish(ctx); err != nil {
		t.Fatal(err)
	}
	if left, err := k.GetState(ctx, q.chunkKey(0)); err != nil || left != nil {
		t.Errorf("%d bytes are left, %v", len(left), err)
	}
}
