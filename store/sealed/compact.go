package sealed

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"

	"pricegap/store/fail"
	"pricegap/store/sealed/beside"
	"pricegap/store/sealed/bolt"
	"pricegap/store/sealed/fault"
)

// Free returns how many bytes of the file hold nothing: Compact gives back about that many, or more.
func (s *File) Free(ctx context.Context) (n int64, err error) {
	for known := false; !known && err == nil; {
		err = s.View(ctx, func(t *Tx) (err error) {
			if db := s.now.Load(); db.DB == t.tx.DB() {
				n, known, err = db.Free(t.tx)
			}
			return err // not known where something was written since the transaction began
		})
	}
	return n, err
}

// Sizes returns how many bytes the pages of each bucket take.
func (s *File) Sizes(ctx context.Context, buckets ...string) (map[string]int64, error) {
	of := make(map[string]int64, len(buckets))
	return of, s.View(ctx, func(t *Tx) error {
		for _, name := range buckets {
			b, err := t.bucket(name)
			if err != nil {
				return err
			}
			n := b.Stats()
			of[name] = int64(n.BranchAlloc + n.LeafAlloc)
		}
		return nil
	})
}

// Compact puts a copy of the file without the room that deleted records left, verified and durable, in its place, and returns the
// sizes in bytes. Who reads goes on; who writes waits while the copy takes its place, and where something was written since it was
// begun, while it is made anew. It returns when what read the former file has ended. A crash leaves the one or the other whole. tell,
// where it is not nil, hears at each percent how many of the bytes that are copied and compared are done; it must not wait for long.
func (s *File) Compact(ctx context.Context, tell func(done, total int64)) (before, after int64, err error) {
	s.compacting.Lock()
	defer s.compacting.Unlock()
	path, tmp, err := s.copyPath()
	if err != nil {
		return 0, 0, fault.Wrap(s.path, err)
	}
	defer func() { _ = os.Remove(tmp) }()
	c, at, err := s.copied(ctx, tmp, tell)
	if err != nil {
		return 0, 0, err
	}
	var former *bolt.DB
	err = s.Alone(ctx, func() error {
		now, err := s.version(ctx)
		if err == nil && now != at {
			if err = c.Close(); err == nil {
				c, _, err = s.copied(ctx, tmp, tell)
			}
		}
		if err = cmp.Or(err, s.unusable(), fail.Point("compact: held")); err != nil {
			return err
		}
		if before, err = s.Size(); err != nil {
			return err
		}
		if after, err = c.Size(); err != nil {
			return err
		}
		if err := os.Rename(tmp, path); err != nil {
			return fault.Wrap(s.path, err)
		}
		s.unnamed.Store(true)
		former, c = s.now.Swap(c.now.Load()), nil
		return fault.Wrap(s.path, cmp.Or(fail.Point("compact: named"), s.named()))
	})
	if c != nil {
		err = errors.Join(err, c.Close())
	}
	if former != nil {
		err = errors.Join(err, fault.Wrap(s.path, former.Close()), fail.Point("compact: done"))
	}
	return before, after, err
}

// copyPath returns where the file stands, and where its copy is made. Only who has the file locked makes that one.
func (s *File) copyPath() (path, tmp string, err error) {
	path, err = filepath.EvalSymlinks(s.path)
	return path, beside.Hidden(path, "compact"), err
}

// sweepCopy removes the copy that a process which was killed left.
func (s *File) sweepCopy() {
	if _, tmp, err := s.copyPath(); err == nil {
		_ = os.Remove(tmp)
	}
}

// named makes the name of the file durable where that is not certain. Nothing may be written before: a power cut could bring back
// the former file.
func (s *File) named() error {
	if !s.unnamed.Load() {
		return nil
	}
	path, _, err := s.copyPath()
	if err == nil {
		err = beside.SyncDir(path)
	}
	if err == nil {
		s.unnamed.Store(false)
	}
	return err
}

// unusable returns why nothing may be done with the file any more.
func (s *File) unusable() error {
	if p := s.stuck.Load(); p != nil {
		return *p
	}
	if s.Closed() {
		return fault.Wrap(s.path, os.ErrClosed)
	}
	return nil
}

// version returns the number of the last commit.
func (s *File) version(ctx context.Context) (n int, err error) {
	return n, s.View(ctx, func(t *Tx) error {
		n = t.tx.ID()
		return nil
	})
}

// copied makes a copy at a path, of the version that it returns, and opens it as it is to be used: locked, durable and verified. Pages
// and records are checked where they are read, and the copy is held against them: it holds just what the file does.
func (s *File) copied(ctx context.Context, path string, tell func(done, total int64)) (c *File, version int, err error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, 0, fault.Wrap(s.path, err)
	}
	err = s.View(ctx, func(t *Tx) error {
		version = t.tx.ID()
		return s.now.Load().Copy(ctx, t.tx, path, func(bucket, key, value []byte) error {
			_, err := t.unseal(string(bucket), key, value)
			return err
		}, tell)
	})
	if err = cmp.Or(err, fail.Point("compact: copied")); err != nil {
		return nil, 0, err
	}
	if c, err = lock(path, s.kind); err != nil {
		return nil, 0, err
	}
	return c, version, nil
}
