// Package beside makes, names and removes files in the folder of another.
package beside

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// NameFor returns path, or that with a number behind it: one that nothing has, or that has the same content, and then kept.
func NameFor(file, path string) (name string, kept bool, err error) {
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

// Hidden is the name of a file that is made beside path on the way to something: one that people give to none of theirs, since what
// stands there is taken for the rest of a process that was killed.
func Hidden(path, what string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+what)
}

// Sweep removes what a process that was killed left half made under that name. Nobody else makes it now.
func Sweep(path string) {
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new-*"))
	for _, name := range left {
		_ = os.Remove(name)
	}
}

// Spool copies r into a new file beside path and makes it durable.
func Spool(ctx context.Context, path string, r io.Reader) (tmp string, err error) {
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

// Discard removes a file of ours that is not needed any more, with its note.
func Discard(path string) {
	_ = os.Remove(path)
	_ = os.Remove(path + ".lock")
	for n := range 10 { // of a backup of an earlier schema
		_ = os.Remove(fmt.Sprintf("%s.schema-%d", path, n))
	}
}

// FreeName returns a name beside path that is not taken.
func FreeName(path string) string {
	for i := 1; ; i++ {
		name := fmt.Sprintf("%s.former-%d", path, i)
		if _, err := os.Lstat(name); err != nil {
			return name
		}
	}
}

// SyncDir makes the entry of path in its folder durable.
func SyncDir(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}
