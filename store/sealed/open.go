package sealed

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"pricegap/store/fail"
	"pricegap/store/record"
	"pricegap/store/sealed/beside"
	"pricegap/store/sealed/bolt"
	"pricegap/store/sealed/fault"
)

// Main is the bucket of the record that says what a file is; users may keep more there.
const Main = "pricegap"

var keySchema = []byte("schema")

// Open opens the file at path, and makes it if there is none. A file that is there is read and judged first,
// and opened for writing only when it is a sound one of this kind; otherwise it is not touched. The caller
// closes it. Errors: ErrLocked (after 1 s), ErrForeign, ErrNewer, ErrCorrupt.
func Open(ctx context.Context, path string, kind Kind) (*File, error) {
	for range 3 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		info, err := os.Stat(path)
		if errors.Is(err, os.ErrNotExist) {
			err = create(path, kind)
			if err == nil {
				info, err = os.Stat(path)
			}
		}
		if err != nil {
			return nil, fault.Wrap(path, err)
		}
		if !info.Mode().IsRegular() || info.Size() == 0 {
			return nil, fmt.Errorf("%w: %s: %s", ErrForeign, path, kindOf(info))
		}
		if err := cmp.Or(probe(path, kind), fail.Point("open: judged")); err != nil {
			return nil, err
		}
		s, err := lock(path, kind)
		if err != nil {
			return nil, err
		}
		// Between the look and the lock somebody may have put another file in its place.
		if stands(s.now.Load().File, path) {
			s.unnamed.Store(true) // whoever put it there may have been killed before that was durable
			s.sweepCopy()
			s.note()
			raised, err := s.raise(ctx)
			if err = cmp.Or(err, fail.Point("open: locked")); err == nil && !raised {
				return s, nil
			}
			if err = errors.Join(fault.Wrap(path, err), s.Close()); err != nil {
				return nil, err
			}
			continue
		}
		_ = s.now.Load().Close()
	}
	return nil, errReplaced(path)
}

// errReplaced says that whenever a file was locked, another stood in its place.
func errReplaced(path string) error {
	return fmt.Errorf("store: %s: the file keeps being replaced", path)
}

// stands reports whether f is what stands at path now.
func stands(f *os.File, path string) bool {
	now, err := os.Stat(path)
	held, herr := f.Stat()
	return err == nil && herr == nil && os.SameFile(now, held)
}

func kindOf(info os.FileInfo) string {
	switch {
	case info.IsDir():
		return "a directory"
	case !info.Mode().IsRegular():
		return "not a regular file"
	}
	return "an empty file"
}

// probe reads the file at path, which no other process may be writing, and returns why it cannot be opened.
func probe(path string, kind Kind) error {
	db, err := bolt.Open(path, true)
	if err != nil {
		return judge(path, err)
	}
	defer func() { _ = db.Close() }()
	err = bolt.Guarded(func() error {
		if err := bolt.Check(db.File); err != nil {
			return err
		}
		return db.View(func(tx *bbolt.Tx) error { return checkSchema(&Tx{tx: tx}, kind) })
	})
	switch {
	case errors.Is(err, ErrForeign), errors.Is(err, ErrNewer):
		return fmt.Errorf("%w: %s", err, path)
	}
	return fault.Wrap(path, err)
}

// lock opens the file for writing, which keeps every other process out.
func lock(path string, kind Kind) (*File, error) {
	db, err := bolt.Open(path, false)
	if err != nil {
		return nil, judge(path, err)
	}
	return newFile(path, kind, db), nil
}

// judge names the reason for which bbolt did not open the file.
func judge(path string, err error) error {
	if errors.Is(err, berrors.ErrTimeout) {
		if pid, perr := os.ReadFile(path + ".lock"); perr == nil {
			if n, perr := strconv.Atoi(strings.TrimSpace(string(pid))); perr == nil {
				return fmt.Errorf("%w: %s: process %d", ErrLocked, path, n)
			}
		}
		return fmt.Errorf("%w: %s", ErrLocked, path)
	}
	var perr *os.PathError
	if errors.As(err, &perr) {
		return fault.Wrap(path, err)
	}
	f, oerr := os.Open(path)
	if oerr != nil {
		return fault.Wrap(path, oerr)
	}
	defer func() { _ = f.Close() }()
	if cerr := bolt.Check(f); errors.Is(cerr, ErrForeign) {
		return fmt.Errorf("%w: %s", ErrForeign, path)
	}
	return fault.Wrap(path, &fault.Damage{Cause: err})
}

// schema is the record that makes a bbolt file one of ours.
type schema struct {
	Format string `json:"format"`
	Schema int    `json:"schema"`
}

// checkSchema tells a store of ours from other files and from later versions.
func checkSchema(t *Tx, kind Kind) error {
	b := t.tx.Bucket([]byte(Main))
	if b == nil || b.Get(keySchema) == nil {
		return ErrForeign
	}
	doc, err := t.Get(Main, keySchema)
	if errors.Is(err, record.ErrVersion) {
		return ErrNewer
	}
	if err != nil {
		return err
	}
	var v schema
	switch err := json.Unmarshal(doc, &v); {
	case err != nil, v.Format != kind.Format:
		return ErrForeign
	case v.Schema > kind.Schema:
		return fmt.Errorf("%w (schema %d, this one reads up to %d)", ErrNewer, v.Schema, kind.Schema)
	}
	if v.Schema < kind.Schema {
		return nil // raise makes the buckets that are new
	}
	for _, name := range kind.Buckets {
		if _, err := t.bucket(name); err != nil {
			return err
		}
	}
	return nil
}

// raise puts a file of this schema in the place of one of an earlier schema, and reports whether it was one. A copy of it as it
// was stays beside it. Nobody else has it open, and a crash leaves the one or the other whole.
func (s *File) raise(ctx context.Context) (bool, error) {
	var was schema
	if err := s.View(ctx, func(t *Tx) error {
		doc, err := t.Get(Main, keySchema)
		if err != nil {
			return err
		}
		return json.Unmarshal(doc, &was)
	}); err != nil || was.Schema == s.kind.Schema {
		return false, err
	}
	path, err := filepath.EvalSymlinks(s.path)
	if err != nil {
		return false, err
	}
	kept, tmp := fmt.Sprintf("%s.schema-%d", path, was.Schema), beside.Hidden(path, "upgrade")
	beside.Sweep(kept)
	beside.Sweep(tmp)
	if err := cmp.Or(s.keepCopy(ctx, kept), fail.Point("upgrade: kept")); err != nil {
		return false, fmt.Errorf("the copy before the upgrade: %w", err)
	}
	beside.Discard(tmp) // of a run that was killed; we hold the lock
	defer beside.Discard(tmp)
	if err := cmp.Or(s.upgrade(ctx, tmp), fail.Point("upgrade: built")); err != nil {
		return false, fmt.Errorf("the upgrade from schema %d: %w", was.Schema, err)
	}
	if err := cmp.Or(os.Rename(tmp, path), fail.Point("upgrade: named")); err != nil {
		return false, err
	}
	return true, beside.SyncDir(path)
}

// upgrade makes a file of this schema with everything that is in s.
func (s *File) upgrade(ctx context.Context, path string) error {
	return build(ctx, path, s.kind, func(to *File) error { return s.kind.Upgrade(ctx, s, to) })
}

// build makes a new file, which fill fills, verifies it and makes it durable.
func build(ctx context.Context, path string, kind Kind, fill func(*File) error) error {
	if err := create(path, kind); err != nil {
		return err
	}
	to, err := lock(path, kind)
	if err != nil {
		return err
	}
	db := to.now.Load()
	db.NoSync = true
	err = cmp.Or(fill(to), fail.Point("build: filled"))
	if err == nil {
		err = cmp.Or(kind.Verify(ctx, to), fail.Point("build: verified"))
	}
	if err == nil {
		err = cmp.Or(db.Sync(), fail.Point("build: synced"))
	}
	return errors.Join(err, to.Close())
}

func putSchema(t *Tx, kind Kind) error {
	doc, err := json.Marshal(schema{kind.Format, kind.Schema})
	if err != nil {
		return err
	}
	return t.Put(Main, keySchema, doc)
}

// create makes an empty store under another name and gives it its own when it is durable, so that no
// crash leaves half a file. A file that came to stand there meanwhile stays.
func create(path string, kind Kind) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	tmp := f.Name()
	defer func() { _ = os.Remove(tmp) }()
	if err := cmp.Or(f.Close(), fail.Point("create: begun")); err != nil {
		return err
	}
	if err := cmp.Or(initialize(tmp, kind), fail.Point("create: filled")); err != nil {
		return err
	}
	// A link, not a rename: it fails where another process was faster, whose file must not be lost.
	switch err := os.Link(tmp, path); {
	case err == nil, errors.Is(err, os.ErrExist):
	default: // a file system without links
		if err := os.Rename(tmp, path); err != nil {
			return err
		}
	}
	return cmp.Or(beside.SyncDir(path), fail.Point("create: named"))
}

func initialize(path string, kind Kind) error {
	db, err := bolt.Open(path, false)
	if err != nil {
		return err
	}
	err = bolt.Guarded(func() error {
		return db.Update(func(tx *bbolt.Tx) error {
			t := &Tx{tx: tx}
			for _, name := range append([]string{Main}, kind.Buckets...) {
				if _, err := tx.CreateBucket([]byte(name)); err != nil {
					return err
				}
			}
			if err := putSchema(t, kind); err != nil {
				return err
			}
			return cmp.Or(kind.Init(t), fail.Point("create: written"))
		})
	})
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	return err
}

// note leaves the number of this process beside the file, for the message of ErrLocked; it locks nothing.
func (s *File) note() {
	_ = os.WriteFile(s.path+".lock", []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600)
}

// Closed reports whether Close was called.
func (s *File) Closed() bool { return s.closed.Load() }

// Close implements io.Closer. What is under way ends first; a second Close does nothing.
func (s *File) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.compacting.Lock()
	defer s.compacting.Unlock()
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	_ = os.Remove(s.path + ".lock")
	if s.stuck.Load() != nil { // bbolt may hold its own locks for ever, but not the one on the file
		return s.now.Load().Abandon()
	}
	return cmp.Or(fault.Wrap(s.path, s.now.Load().Close()), fail.Point("close: done"))
}
