package sealed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"pricegap/store/record"
	"pricegap/store/sealed/beside"
	"pricegap/store/sealed/bolt"
	"pricegap/store/sealed/fault"
	"pricegap/store/sealed/page"
)

// Salvaging is how a damaged file becomes a good one.
type Salvaging struct {
	// Newer reports whether a record that was found on a page no longer in use may stand for one that is lost; was is what is
	// taken for it so far, nil for nothing.
	Newer func(bucket string, key, was, payload []byte) bool
	// Copy makes the new file out of what was found: from has the buckets, and all intact records, of the damaged file.
	Copy func(ctx context.Context, from, to *File, left page.Wreck) error
}

// Schema returns the schema of a file; 0 where that is lost. Errors: ErrForeign, ErrNewer.
func (s *File) Schema(ctx context.Context) (n int, err error) {
	return n, s.View(ctx, func(t *Tx) error {
		doc, err := t.Get(Main, keySchema)
		if doc == nil || err != nil {
			return nil //nolint:nilerr // it is lost
		}
		var v schema
		switch err := json.Unmarshal(doc, &v); {
		case err != nil, v.Format != s.kind.Format:
			return ErrForeign
		case v.Schema > s.kind.Schema:
			return ErrNewer
		}
		n = v.Schema
		return nil
	})
}

// salvageBatch is how many bytes of records are written in one transaction.
const salvageBatch = 16 << 20

// Salvage makes a new file at path out of what is left of the file at damaged, which no process may have open, and which is not
// touched. Buckets are those that it may have. Errors: ErrExists, ErrLocked, ErrForeign, and those of Copy and Verify.
func Salvage(ctx context.Context, damaged, path string, kind Kind, buckets []string, how Salvaging) error {
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %s", ErrExists, path)
	}
	f, err := os.Open(damaged)
	if err != nil {
		return fault.Wrap(damaged, err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return fault.Wrap(damaged, err)
	}
	if !info.Mode().IsRegular() || info.Size() == 0 {
		return fmt.Errorf("%w: %s: %s", ErrForeign, damaged, kindOf(info))
	}
	release, err := hold(damaged)
	if err != nil {
		return err
	}
	defer release()
	loose, made := beside.Hidden(path, "loose"), beside.Hidden(path, "salvage")
	beside.Discard(loose) // of a run that was killed
	beside.Discard(made)
	defer beside.Discard(loose)
	defer beside.Discard(made)
	from, left, err := gather(ctx, f, info.Size(), loose, kind, append([]string{Main}, buckets...), how)
	switch {
	case errors.Is(err, page.ErrForeign):
		return fmt.Errorf("%w: %s", ErrForeign, damaged)
	case err != nil:
		return fault.Wrap(damaged, err)
	}
	err = build(ctx, made, kind, func(to *File) error { return how.Copy(ctx, from, to, left) })
	if err = errors.Join(err, from.Close()); err != nil {
		return fmt.Errorf("store: salvaging %s: %w", damaged, err)
	}
	// A link, not a rename: it fails where a file came to stand there meanwhile.
	if err := os.Link(made, path); err != nil {
		if errors.Is(err, os.ErrExist) {
			return fmt.Errorf("%w: %s", ErrExists, path)
		}
		if err := os.Rename(made, path); err != nil { // a file system without links
			return fault.Wrap(path, err)
		}
	}
	return fault.Wrap(path, beside.SyncDir(path))
}

// hold keeps every other process from writing to a file, where it can be opened at all: what bbolt does not open, damaged as it may
// be, no other process has open either.
func hold(path string) (release func(), err error) {
	for range 3 {
		db, err := bolt.Open(path, true)
		switch {
		case err == nil && stands(db.File, path):
			return func() { _ = db.Close() }, nil
		case err == nil: // it was compacted while we waited for it
			_ = db.Close()
		case errors.Is(judge(path, err), ErrLocked):
			return nil, judge(path, err)
		default:
			return func() {}, nil
		}
	}
	return nil, errReplaced(path)
}

// gather copies what is intact of a damaged file into a new one at path, bucket by bucket.
func gather(ctx context.Context, f *os.File, size int64, path string, kind Kind, buckets []string, how Salvaging) (*File, page.Wreck, error) {
	g, err := newGathering(ctx, path, buckets, how)
	if err != nil {
		return nil, page.Wreck{}, err
	}
	left, err := page.Salvage(f, size, buckets, func(f page.Found) (ok bool, err error) {
		ok, g.err = g.keep(f)
		return ok, g.err
	})
	switch {
	case err == nil:
		err = g.tx.Commit()
	case g.err == nil && !errors.Is(err, page.ErrForeign):
		err = &fault.Damage{Cause: err}
	}
	if err != nil {
		_ = g.tx.Rollback()
		return nil, left, errors.Join(err, g.db.Close())
	}
	return newFile(f.Name(), kind, g.db), left, nil
}

// gathering is under way.
type gathering struct {
	ctx  context.Context //nolint:containedctx // it lives as long as the call
	how  Salvaging
	db   *bolt.DB
	tx   *bbolt.Tx
	held int   // bytes in tx
	err  error // of keep
}

func newGathering(ctx context.Context, path string, buckets []string, how Salvaging) (*gathering, error) {
	f, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	g := &gathering{ctx: ctx, how: how}
	if g.db, err = bolt.Open(path, false); err != nil {
		return nil, err
	}
	g.db.NoSync = true
	if g.tx, err = g.db.Begin(true); err != nil {
		return nil, err
	}
	for _, b := range buckets {
		if _, err := g.tx.CreateBucketIfNotExists([]byte(b)); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// keep keeps a record where it is intact, and reports whether it is.
func (g *gathering) keep(f page.Found) (bool, error) {
	payload, err := record.Unseal(f.Bucket, f.Key, f.Value)
	if err != nil || len(f.Key) == 0 {
		return false, nil //nolint:nilerr // it is not intact
	}
	b := g.tx.Bucket([]byte(f.Bucket))
	if b == nil {
		return false, nil
	}
	if was := b.Get(f.Key); was != nil {
		if f.Origin != page.Former {
			return true, nil
		}
		if was, err = record.Unseal(f.Bucket, f.Key, was); err != nil || !g.how.Newer(f.Bucket, f.Key, was, payload) {
			return true, err
		}
	} else if f.Origin == page.Former && !g.how.Newer(f.Bucket, f.Key, nil, payload) {
		return true, nil
	}
	if err := b.Put(bytes.Clone(f.Key), bytes.Clone(f.Value)); err != nil {
		return false, err
	}
	if g.held += len(f.Key) + len(f.Value); g.held < salvageBatch {
		return true, nil
	}
	g.held = 0
	if err := errors.Join(g.tx.Commit(), g.ctx.Err()); err != nil {
		return false, err
	}
	g.tx, err = g.db.Begin(true)
	return true, err
}
