package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"pricegap/market"
	"pricegap/store/sealed"
)

// invalid is the error about a value that is not kept.
func (s *boltStore) invalid(what, id string) error {
	return fmt.Errorf("%w: %s: %s %.100q", ErrInvalid, s.file.Path(), what, id)
}

// PutProducts implements Catalog.
func (s *boltStore) PutProducts(ctx context.Context, ps ...market.Product) error {
	for _, p := range ps {
		if !validID(string(p.ID)) {
			return s.invalid("product", string(p.ID))
		}
	}
	return s.update(ctx, func(t txn) error {
		n, err := t.count()
		for i := 0; i < len(ps) && err == nil; i++ {
			err = t.putJSON(bucketProducts, []byte(ps[i].ID), ps[i], &n.Products)
		}
		return err
	})
}

// Products implements Catalog.
func (s *boltStore) Products(ctx context.Context) iter.Seq2[market.Product, error] {
	return documents[market.Product](bucketProducts).run(ctx, s)
}

// PutMatches implements Catalog.
func (s *boltStore) PutMatches(ctx context.Context, ms ...market.Match) error {
	for _, m := range ms {
		if !validID(string(m.Product)) || !validID(string(m.Listing)) {
			return s.invalid("match", string(m.Product)+" / "+string(m.Listing))
		}
	}
	return s.update(ctx, func(t txn) error {
		n, err := t.count()
		for i := 0; i < len(ms) && err == nil; i++ {
			err = t.putJSON(bucketMatches, pair(string(ms[i].Product), string(ms[i].Listing)), ms[i], &n.Matches)
		}
		return err
	})
}

// Matches implements Catalog.
func (s *boltStore) Matches(ctx context.Context) iter.Seq2[market.Match, error] {
	return documents[market.Match](bucketMatches).run(ctx, s)
}

// documents walks a bucket of JSON.
func documents[T any](bucket string) scan[T] {
	return scan[T]{bucket: bucket, load: func(_ txn, key, payload []byte) (T, bool, error) {
		v, err := document[T](bucket, key, payload)
		return v, err == nil, err
	}}
}

func document[T any](bucket string, key, payload []byte) (v T, err error) {
	if err = json.Unmarshal(payload, &v); err != nil {
		err = sealed.Damaged(bucket, key, "%w", err)
	}
	return v, err
}

// PutRun implements Journal.
func (s *boltStore) PutRun(ctx context.Context, r market.Run) error {
	if !validID(string(r.Source)) || !validID(string(r.ID)) {
		return s.invalid("run", string(r.Source)+" / "+string(r.ID))
	}
	key := pair(string(r.Source), string(r.ID))
	return s.update(ctx, func(t txn) error {
		n, err := t.count()
		if err != nil {
			return err
		}
		old, err := t.Get(bucketRuns, key)
		if err != nil {
			return err
		}
		if old != nil {
			was, err := document[market.Run](bucketRuns, key, old)
			if err != nil {
				return err
			}
			if err := t.Delete(bucketRunTimes, runTime(was.StartedAt, key)); err != nil {
				return err
			}
		}
		if err := t.Put(bucketRunTimes, runTime(r.StartedAt, key), nil); err != nil {
			return err
		}
		return t.putJSON(bucketRuns, key, r, &n.Runs)
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

// Runs implements Journal.
func (s *boltStore) Runs(ctx context.Context, source market.SourceID) iter.Seq2[market.Run, error] {
	return scan[market.Run]{bucket: bucketRunTimes, back: true, load: func(t txn, key, _ []byte) (r market.Run, ok bool, err error) {
		key = key[min(runTimeBytes, len(key)):]
		if source != "" && !bytes.HasPrefix(key, pair(string(source), "")) {
			return r, false, nil
		}
		p, err := t.Get(bucketRuns, key)
		if err == nil && p == nil {
			err = sealed.Damaged(bucketRuns, key, "the run is missing")
		}
		if err != nil {
			return r, false, err
		}
		r, err = document[market.Run](bucketRuns, key, p)
		return r, err == nil, err
	}}.run(ctx, s)
}

// PutAlerts implements Journal.
func (s *boltStore) PutAlerts(ctx context.Context, name string, seq uint64, as ...market.Alert) error {
	for _, a := range as {
		if !validID(a.ID) {
			return s.invalid("alert", a.ID)
		}
	}
	if len(name) > maxID {
		return s.invalid("cursor", name)
	}
	return s.update(ctx, func(t txn) error {
		n, err := t.count()
		if err != nil {
			return err
		}
		for _, a := range as {
			if err := t.putJSON(bucketAlerts, []byte(a.ID), a, &n.Alerts); err != nil {
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
		return t.Put(bucketCursors, []byte(name), binary.AppendUvarint(nil, seq))
	})
}

// Alerts implements Journal.
func (s *boltStore) Alerts(ctx context.Context) iter.Seq2[market.Alert, error] {
	return documents[market.Alert](bucketAlerts).run(ctx, s)
}

// Cursor implements Journal.
func (s *boltStore) Cursor(ctx context.Context, name string) (seq uint64, err error) {
	if name == "" {
		return 0, ctx.Err()
	}
	err = s.view(ctx, func(t txn) error {
		seq, err = t.cursor(name)
		return err
	})
	return seq, err
}

func (t txn) cursor(name string) (uint64, error) {
	p, err := t.Get(bucketCursors, []byte(name))
	if p == nil || err != nil {
		return 0, err
	}
	seq, n := binary.Uvarint(p)
	if n != len(p) {
		return 0, sealed.Damaged(bucketCursors, []byte(name), "not a number")
	}
	return seq, nil
}

// GetState implements State.
func (s *boltStore) GetState(ctx context.Context, key string) (value []byte, err error) {
	if key == "" || len(key) > maxID {
		return nil, s.invalid("state", key)
	}
	err = s.view(ctx, func(t txn) error {
		p, err := t.Get(bucketState, []byte(key))
		value = bytes.Clone(p)
		return err
	})
	return value, err
}

// PutState implements State.
func (s *boltStore) PutState(ctx context.Context, key string, value []byte) error {
	if key == "" || len(key) > maxID {
		return s.invalid("state", key)
	}
	value = bytes.Clone(value)
	return s.update(ctx, func(t txn) error { return t.Put(bucketState, []byte(key), value) })
}

// DeleteState implements State.
func (s *boltStore) DeleteState(ctx context.Context, key string) error {
	if key == "" || len(key) > maxID {
		return s.invalid("state", key)
	}
	return s.update(ctx, func(t txn) error { return t.Delete(bucketState, []byte(key)) })
}
