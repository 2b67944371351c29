package sealed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"pricegap/store/fail"
	"pricegap/store/sealed/beside"
	"pricegap/store/sealed/fault"
)

// Size returns the size of the file in bytes.
func (s *File) Size() (int64, error) {
	for {
		h := s.now.Load()
		info, err := h.File.Stat()
		switch {
		case err == nil:
			return info.Size(), nil
		case s.now.Load() == h:
			return 0, fault.Wrap(s.path, err)
		}
	}
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
		return err
	})
	return n, cmp.Or(why, err) // that of w, not of the file, where it is that
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
	name, kept, err := beside.NameFor(f.Name(), path)
	if err != nil || kept {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	return cmp.Or(beside.SyncDir(name), fail.Point("copy: named"))
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
		if _, err := s.now.Load().CheckTree(t.tx); err != nil {
			return err
		}
		var first error
		for err := range t.tx.Check() {
			if first == nil {
				first = &fault.Damage{Cause: err}
			}
		}
		return first
	})
}

// Restore reads a backup, verifies it and puts it at path. A file that stands there is replaced only with
// force, and only when no process has it open; it is kept under the name that is returned. Errors: ErrExists,
// ErrLocked, and fault.ErrBackup with those of Open and Verify about the backup.
func Restore(ctx context.Context, path string, kind Kind, backup io.Reader, force bool) (former string, err error) {
	if _, err := os.Lstat(path); err == nil && !force {
		return "", fmt.Errorf("%w: %s", ErrExists, path)
	}
	tmp, err := beside.Spool(ctx, path, backup)
	if err = cmp.Or(err, fail.Point("restore: spooled")); err != nil {
		return "", fault.Wrap(path, err)
	}
	defer beside.Discard(tmp)
	s, err := Open(ctx, tmp, kind)
	if err == nil {
		err = errors.Join(kind.Verify(ctx, s), s.Close())
	}
	if err = cmp.Or(err, fail.Point("restore: verified")); err != nil {
		return "", fmt.Errorf("%w: %w", fault.ErrBackup, err)
	}
	former, release, err := aside(path)
	if err != nil {
		return "", err
	}
	defer release()
	if err := cmp.Or(os.Rename(tmp, path), fail.Point("restore: named")); err != nil {
		return "", fault.Wrap(path, err)
	}
	return former, fault.Wrap(path, beside.SyncDir(path))
}

// aside locks the file at path against every other process, gives it a second name, and returns what lets go.
func aside(path string) (former string, release func(), err error) {
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", func() {}, nil
	}
	if err != nil {
		return "", nil, fault.Wrap(path, err)
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
	former = beside.FreeName(path)
	if err := os.Link(path, former); err != nil {
		if err := os.Rename(path, former); err != nil { // no links here
			release()
			return "", nil, fault.Wrap(path, err)
		}
	}
	return former, release, nil
}
