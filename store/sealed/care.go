package sealed

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"pricegap/store/fail"
	"pricegap/store/sealed/page"
)

// compactBatch is how many bytes one transaction of Compact copies.
const compactBatch = 16 << 20

// Size returns the size of the file in bytes.
func (s *File) Size() (int64, error) {
	info, err := s.file.Stat()
	if err != nil {
		return 0, wrap(s.path, err)
	}
	return info.Size(), nil
}

// Path returns the path that the file was opened with.
func (s *File) Path() string { return s.path }

// CopyTo writes a consistent copy, which Open accepts. A transaction is open as long as w takes, and the file
// may grow meanwhile.
func (s *File) CopyTo(ctx context.Context, w io.Writer) (n int64, err error) {
	var why error // bbolt keeps but its text
	err = s.View(ctx, func(t *Tx) error {
		n, err = t.tx.WriteTo(writerFunc(func(p []byte) (n int, err error) {
			if err = ctx.Err(); err == nil {
				n, err = w.Write(p)
			}
			why = err
			return n, err
		}))
		if err != nil && why != nil {
			return why
		}
		return err
	})
	return n, err
}

// keepCopy writes a copy of the file to path, durably, or to that with a number behind it where another stands there, unless the
// same stands there already.
func (s *File) keepCopy(ctx context.Context, path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = s.CopyTo(ctx, f)
	if err = cmp.Or(err, fail.Point("copy: written")); err == nil {
		err = f.Sync()
	}
	if err = cmp.Or(errors.Join(err, f.Close()), fail.Point("copy: synced")); err != nil {
		return err
	}
	name, kept, err := nameFor(f.Name(), path)
	if err != nil || kept {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	return cmp.Or(syncDir(name), fail.Point("copy: named"))
}

// nameFor returns path, or that with a number behind it: one that nothing has, or that has the same content, and then kept.
func nameFor(file, path string) (name string, kept bool, err error) {
	name = path
	for i := 2; ; i++ {
		if _, err := os.Lstat(name); errors.Is(err, os.ErrNotExist) {
			return name, false, nil
		}
		if kept, err = alike(file, name); kept || err != nil {
			return name, kept, err
		}
		name = fmt.Sprintf("%s-%d", path, i)
	}
}

// alike reports whether two files have the same content.
func alike(a, b string) (bool, error) {
	var sums [2][sha256.Size]byte
	for i, path := range []string{a, b} {
		f, err := os.Open(path)
		if err != nil {
			return false, err
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		if err = errors.Join(err, f.Close()); err != nil {
			return false, err
		}
		h.Sum(sums[i][:0])
	}
	return sums[0] == sums[1], nil
}

// sweep removes what a process that was killed left half made under that name. Nobody else makes it now.
func sweep(path string) {
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new-*"))
	for _, name := range left {
		_ = os.Remove(name)
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// CheckPages checks the pages of the present version by plain reads, and then lets bbolt check them too, which
// also looks at its list of free pages. Nobody writes meanwhile. Errors: ErrCorrupt.
func (s *File) CheckPages(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	return s.View(ctx, func(t *Tx) error {
		size := uint64(s.db.Info().PageSize)
		if err := page.Tree(s.file, size, uint64(t.tx.Size())/size, uint64(t.tx.Cursor().Bucket().Root())); err != nil {
			return &damage{cause: err}
		}
		var first error
		for err := range t.tx.Check() {
			if first == nil {
				first = &damage{cause: err}
			}
		}
		return first
	})
}

// Restore reads a backup, verifies it and puts it at path. A file that stands there is replaced only with
// force, and only when no process has it open; it is kept under the name that is returned. Errors: ErrExists,
// ErrLocked, and those of Open and Verify about the backup.
func Restore(ctx context.Context, path string, kind Kind, backup io.Reader, force bool) (former string, err error) {
	if _, err := os.Lstat(path); err == nil && !force {
		return "", fmt.Errorf("%w: %s", ErrExists, path)
	}
	tmp, err := spool(ctx, path, backup)
	if err = cmp.Or(err, fail.Point("restore: spooled")); err != nil {
		return "", wrap(path, err)
	}
	defer discard(tmp)
	s, err := Open(ctx, tmp, kind)
	if err == nil {
		err = errors.Join(kind.Verify(ctx, s), s.Close())
	}
	if err = cmp.Or(err, fail.Point("restore: verified")); err != nil {
		return "", fmt.Errorf("store: the backup is no good: %w", err)
	}
	former, release, err := aside(path)
	if err != nil {
		return "", err
	}
	defer release()
	if err := cmp.Or(os.Rename(tmp, path), fail.Point("restore: named")); err != nil {
		return "", wrap(path, err)
	}
	return former, wrap(path, syncDir(path))
}

// spool copies r into a new file beside path and makes it durable.
func spool(ctx context.Context, path string, r io.Reader) (tmp string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".restore-*")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, readerFunc(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		return r.Read(p)
	}))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(f.Name())
	}
	return f.Name(), err
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// discard removes a file of ours that is not needed any more, with its note.
func discard(path string) {
	_ = os.Remove(path)
	_ = os.Remove(path + ".lock")
	for n := range 10 { // of a backup of an earlier schema
		_ = os.Remove(fmt.Sprintf("%s.schema-%d", path, n))
	}
}

// aside locks the file at path against every other process, gives it a second name, and returns what lets go.
func aside(path string) (former string, release func(), err error) {
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", func() {}, nil
	}
	if err != nil {
		return "", nil, wrap(path, err)
	}
	if !info.Mode().IsRegular() {
		return "", nil, fmt.Errorf("%w: %s: %s", ErrForeign, path, kindOf(info))
	}
	release = func() {}
	if info.Size() > 0 {
		if release, err = hold(path); err != nil {
			return "", nil, err
		}
	}
	former = freeName(path)
	if err := os.Link(path, former); err != nil {
		if err := os.Rename(path, former); err != nil { // no links here
			release()
			return "", nil, wrap(path, err)
		}
	}
	return former, release, nil
}

// freeName returns a name beside path that is not taken.
func freeName(path string) string {
	for i := 1; ; i++ {
		name := fmt.Sprintf("%s.former-%d", path, i)
		if _, err := os.Lstat(name); err != nil {
			return name
		}
	}
}

// Compact copies the file into a new one without the room that deleted records left, verifies the copy and
// puts it in the place of the old one. Nobody else may have it open. It returns the sizes in bytes. Errors:
// those of Open and Verify.
func Compact(ctx context.Context, path string, kind Kind) (before, after int64, err error) {
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return 0, 0, fmt.Errorf("store: %w", err)
	}
	old, err := Open(ctx, path, kind)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = old.Close() }()
	if err := cmp.Or(kind.Verify(ctx, old), fail.Point("compact: begun")); err != nil {
		return 0, 0, err
	}
	tmp := path + ".compact"
	discard(tmp) // of a run that was killed; we hold the lock
	defer discard(tmp)
	if err := cmp.Or(copyRecords(tmp, old), fail.Point("compact: copied")); err != nil {
		return 0, 0, wrap(path, err)
	}
	s, err := Open(ctx, tmp, kind)
	if err != nil {
		return 0, 0, err
	}
	after, err = s.Size()
	if err = cmp.Or(errors.Join(err, kind.Verify(ctx, s), s.Close()), fail.Point("compact: verified")); err != nil {
		return 0, 0, err
	}
	if before, err = old.Size(); err != nil {
		return 0, 0, err
	}
	if err := cmp.Or(os.Rename(tmp, path), fail.Point("compact: named")); err != nil {
		return 0, 0, wrap(path, err)
	}
	return before, after, wrap(path, syncDir(path))
}

// copyRecords copies all records of old into a new file at path and makes it durable.
func copyRecords(path string, old *File) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	db, _, err := openDB(path, false)
	if err != nil {
		return err
	}
	db.NoSync, db.AllocSize = true, 64<<10 // else the file would grow by 16 MiB at a time
	err = guarded(func() error { return bbolt.Compact(db, old.db, compactBatch) })
	if err == nil {
		err = db.Sync()
	}
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	return err
}
