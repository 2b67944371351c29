package shelf

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"iter"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/store/sealed"
)

// PutProducts implements store.Catalog.
func (s *Shelf) PutProducts(ctx context.Context, ps ...market.Product) error {
	for _, p := range ps {
		if !ValidID(string(p.ID)) {
			return s.invalid("product", string(p.ID))
		}
	}
	return Update(ctx, s.File, func(t Txn) error {
		n, err := t.Count()
		for i := 0; i < len(ps) && err == nil; i++ {
			err = t.putJSON(products, []byte(ps[i].ID), ps[i], &n.Products)
		}
		return err
	})
}

// Products implements store.Catalog.
func (s *Shelf) Products(ctx context.Context, ids ...market.ProductID) iter.Seq2[market.Product, error] {
	if len(ids) == 0 {
		return documents[market.Product](products).Run(ctx, s.File)
	}
	return byName(ctx, s, ids, func(t Txn, id market.ProductID, to []market.Product) ([]market.Product, error) {
		doc, err := t.Get(products, []byte(id))
		if doc == nil || err != nil {
			return to, err
		}
		p, err := document[market.Product](products, []byte(id), doc)
		return append(to, p), err
	})
}

// atOnce is how many products are looked up in one transaction.
const atOnce = 128

// byName yields what read adds of each id in order, up to its first error.
func byName[T any](ctx context.Context, s *Shelf, ids []market.ProductID, read func(t Txn, id market.ProductID, to []T) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for some := range slices.Chunk(named(ids), atOnce) {
			var got []T
			err := View(ctx, s.File, func(t Txn) error {
				got = make([]T, 0, len(some))
				for _, id := range some {
					all, err := read(t, id, got)
					if err != nil {
						return err
					}
					got = all
				}
				return nil
			})
			for _, v := range got {
				if !yield(v, nil) {
					return
				}
			}
			if err != nil {
				var none T
				yield(none, err)
				return
			}
		}
	}
}

// named returns ids in order, each once, without the empty one.
func named(ids []market.ProductID) []market.ProductID {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) > 0 && ids[0] == "" {
		ids = ids[1:]
	}
	return ids
}

// PutMatches implements store.Catalog.
func (s *Shelf) PutMatches(ctx context.Context, ms ...market.Match) error {
	for _, m := range ms {
		if !ValidID(string(m.Product)) || !ValidID(string(m.Listing)) {
			return s.invalid("match", string(m.Product)+" / "+string(m.Listing))
		}
	}
	ms = slices.Clone(ms)
	slices.SortStableFunc(ms, func(a, b market.Match) int { // a key that is put in front of many others moves them all
		return cmp.Or(cmp.Compare(a.Product, b.Product), cmp.Compare(a.Listing, b.Listing))
	})
	return Update(ctx, s.File, func(t Txn) error {
		n, err := t.Count()
		for i := 0; i < len(ms) && err == nil; i++ {
			err = t.putJSON(matches, Pair(string(ms[i].Product), string(ms[i].Listing)), ms[i], &n.Matches)
		}
		return err
	})
}

// Matches implements store.Catalog.
func (s *Shelf) Matches(ctx context.Context, ids ...market.ProductID) iter.Seq2[market.Match, error] {
	if len(ids) == 0 {
		return documents[market.Match](matches).Run(ctx, s.File)
	}
	return byName(ctx, s, ids, func(t Txn, id market.ProductID, to []market.Match) ([]market.Match, error) {
		if _, _, err := t.Below(matches, Pair(string(id), "")); err != nil { // a damaged key may hide a record on either side
			return to, err
		}
		if err := t.Each(matches, Pair(string(id), ""), func(key, payload []byte) error {
			m, err := document[market.Match](matches, key, payload)
			to = append(to, m)
			return err
		}); err != nil {
			return to, err
		}
		_, _, err := t.Ceiling(matches, []byte(id+"\x01"))
		return to, err
	})
}

// documents walks a bucket of JSON.
func documents[T any](bucket string) sealed.Scan[T] {
	return sealed.Scan[T]{Bucket: bucket, Load: func(_ *sealed.Tx, key, payload []byte) (T, bool, error) {
		v, err := document[T](bucket, key, payload)
		return v, err == nil, err
	}}
}

// PutRun implements store.Journal.
func (s *Shelf) PutRun(ctx context.Context, r market.Run) error {
	if !ValidID(string(r.Source)) || !ValidID(string(r.ID)) {
		return s.invalid("run", string(r.Source)+" / "+string(r.ID))
	}
	key := Pair(string(r.Source), string(r.ID))
	return Update(ctx, s.File, func(t Txn) error {
		n, err := t.Count()
		if err != nil {
			return err
		}
		old, err := t.Get(runs, key)
		if err != nil {
			return err
		}
		if old != nil {
			was, err := document[market.Run](runs, key, old)
			if err != nil {
				return err
			}
			if err := t.Delete(runTimes, runTime(was.StartedAt, key)); err != nil {
				return err
			}
		}
		if err := t.Put(runTimes, runTime(r.StartedAt, key), nil); err != nil {
			return err
		}
		return t.putJSON(runs, key, r, &n.Runs)
	})
}

// runTime is the key of a run in the order of time.
func runTime(at time.Time, key []byte) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(at.Unix())^1<<63)
	b = binary.BigEndian.AppendUint32(b, uint32(at.Nanosecond()))
	return append(b, key...)
}

// runTimeBytes is how much of a runTime is time.
const runTimeBytes = 12

// Runs implements store.Journal.
func (s *Shelf) Runs(ctx context.Context, source market.SourceID) iter.Seq2[market.Run, error] {
	return sealed.Scan[market.Run]{Bucket: runTimes, Back: true, Load: func(t *sealed.Tx, key, _ []byte) (r market.Run, ok bool, err error) {
		key = key[min(runTimeBytes, len(key)):]
		if source != "" && !bytes.HasPrefix(key, Pair(string(source), "")) {
			return r, false, nil
		}
		p, err := t.Get(runs, key)
		if err == nil && p == nil {
			err = sealed.Damaged(runs, key, "the run is missing")
		}
		if err != nil {
			return r, false, err
		}
		r, err = document[market.Run](runs, key, p)
		return r, err == nil, err
	}}.Run(ctx, s.File)
}

// PutAlerts implements store.Journal.
func (s *Shelf) PutAlerts(ctx context.Context, name string, seq uint64, as ...market.Alert) error {
	for _, a := range as {
		if !ValidID(a.ID) {
			return s.invalid("alert", a.ID)
		}
	}
	if len(name) > MaxID {
		return s.invalid("cursor", name)
	}
	return Update(ctx, s.File, func(t Txn) error {
		n, err := t.Count()
		if err != nil {
			return err
		}
		for _, a := range as {
			if err := t.putJSON(alerts, []byte(a.ID), a, &n.Alerts); err != nil {
				return err
			}
		}
		if name == "" {
			return nil
		}
		at, err := t.cursor(name)
		if err != nil || seq <= at {
			return err
		}
		return t.Put(cursors, []byte(name), binary.AppendUvarint(nil, seq))
	})
}

// Alerts implements store.Journal.
func (s *Shelf) Alerts(ctx context.Context) iter.Seq2[market.Alert, error] {
	return documents[market.Alert](alerts).Run(ctx, s.File)
}

// Cursor implements store.Journal.
func (s *Shelf) Cursor(ctx context.Context, name string) (seq uint64, err error) {
	if name == "" {
		return 0, ctx.Err()
	}
	err = View(ctx, s.File, func(t Txn) error {
		seq, err = t.cursor(name)
		return err
	})
	return seq, err
}

func (t Txn) cursor(name string) (uint64, error) {
	p, err := t.Get(cursors, []byte(name))
	if p == nil || err != nil {
		return 0, err
	}
	seq, n := binary.Uvarint(p)
	if n != len(p) {
		return 0, sealed.Damaged(cursors, []byte(name), "not a number")
	}
	return seq, nil
}

// GetState implements store.State.
func (s *Shelf) GetState(ctx context.Context, key string) (value []byte, err error) {
	if key == "" || len(key) > MaxID {
		return nil, s.invalid("state", key)
	}
	err = View(ctx, s.File, func(t Txn) error {
		p, err := t.Get(state, []byte(key))
		value = bytes.Clone(p)
		return err
	})
	return value, err
}

// PutState implements store.State.
func (s *Shelf) PutState(ctx context.Context, key string, value []byte) error {
	if key == "" || len(key) > MaxID {
		return s.invalid("state", key)
	}
	return Update(ctx, s.File, func(t Txn) error { return t.Put(state, []byte(key), value) })
}

// DeleteState implements store.State.
func (s *Shelf) DeleteState(ctx context.Context, key string) error {
	if key == "" || len(key) > MaxID {
		return s.invalid("state", key)
	}
	return Update(ctx, s.File, func(t Txn) error { return t.Delete(state, []byte(key)) })
}
