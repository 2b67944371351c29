package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"pricegap/store/sealed"
)

// scheme is the front of an address such as "bolt:prices.db"; two letters at least, so that a drive letter is none.
var scheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]+):`)

// Open opens the store at rawURL, "bolt:PATH" or a bare path, and makes it if there is none. The caller
// closes it. Errors: ErrLocked (after 1 s), ErrForeign, ErrNewer, ErrCorrupt, ErrEngine.
func Open(ctx context.Context, rawURL string) (Store, error) {
	path, err := Path(rawURL)
	if err != nil {
		return nil, err
	}
	s, err := openBolt(ctx, path)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Path returns the path of the file to which rawURL leads. Errors: ErrEngine.
func Path(rawURL string) (string, error) {
	path := rawURL
	if m := scheme.FindStringSubmatch(rawURL); m != nil {
		if m[1] != "bolt" {
			return "", fmt.Errorf("%w: %q; there is bolt:PATH", ErrEngine, m[1])
		}
		path = strings.TrimPrefix(strings.TrimPrefix(rawURL, "bolt:"), "//")
	}
	if path == "" {
		return "", fmt.Errorf("%w: %q has no path; write bolt:PATH", ErrEngine, rawURL)
	}
	return path, nil
}

// Restored is what Restore did.
type Restored struct {
	Info Info `json:"info"`
	// Former is where the file that stood there is kept; empty when there was none.
	Former string `json:"former,omitzero"`
}

// Restore reads a backup, verifies it and puts it where rawURL says. A file that stands there is replaced only
// with force, and only when no process has it open; it is kept under another name. Errors: ErrExists,
// ErrLocked, and ErrBackup with those of Open and Verify about the backup.
func Restore(ctx context.Context, rawURL string, backup io.Reader, force bool) (Restored, error) {
	path, err := Path(rawURL)
	if err != nil {
		return Restored{}, err
	}
	var r Restored
	if r.Former, err = sealed.Restore(ctx, path, boltKind, backup, force); err != nil {
		return r, err
	}
	s, err := openBolt(ctx, path)
	if err != nil {
		return r, err
	}
	r.Info, err = s.Info(ctx)
	return r, errors.Join(err, s.Close())
}

// Compact is Compacting.Compact of a store that nobody else has open. What its records say is not read. Errors: those of Open
// and Verify.
func Compact(ctx context.Context, rawURL string, tell func(done, total int64)) (before, after int64, err error) {
	path, err := Path(rawURL)
	if err != nil {
		return 0, 0, err
	}
	f, err := sealed.Open(ctx, path, boltKind)
	if err != nil {
		return 0, 0, err
	}
	before, after, err = f.Compact(ctx, tell)
	return before, after, errors.Join(err, f.Close())
}

// Exists reports whether something stands where rawURL says. Errors: ErrEngine.
func Exists(rawURL string) (bool, error) {
	path, err := Path(rawURL)
	if err != nil {
		return false, err
	}
	_, err = os.Lstat(path)
	return !errors.Is(err, os.ErrNotExist), nil
}

// At reports whether rawURL leads to the file at path, as Info names it; true also where that cannot be told.
func At(rawURL, path string) bool {
	ours, err := Path(rawURL)
	if err != nil {
		return false
	}
	a, err := os.Stat(ours)
	if errors.Is(err, os.ErrNotExist) {
		return false
	}
	b, otherErr := os.Stat(path)
	return err != nil || otherErr != nil || os.SameFile(a, b)
}
