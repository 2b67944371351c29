// Package fault names the ways in which a file of sealed records can be unusable, and writing it can fail.
package fault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"
)

// See package sealed, which returns them.
var (
	ErrLocked  = errors.New("store: in use by another process")
	ErrForeign = errors.New("store: not a pricegap store")
	ErrNewer   = errors.New("store: written by a newer version of pricegap")
	ErrCorrupt = errors.New("store_corrupt")
	ErrFull    = errors.New("store: no space left")
	ErrExists  = errors.New("store: a file is there already")
	ErrBackup  = errors.New("store: the backup is no good")
)

// Damage is a record or page that is not as it was written. It wraps ErrCorrupt.
type Damage struct {
	Bucket string // "" where it is no record
	Key    []byte
	Cause  error
}

func (d *Damage) Error() string {
	if d.Bucket == "" {
		return fmt.Sprintf("%v: %v", ErrCorrupt, d.Cause)
	}
	return fmt.Sprintf("%v: bucket %s, key %q: %v", ErrCorrupt, d.Bucket, d.Key, d.Cause)
}

// Unwrap returns ErrCorrupt and the cause.
func (d *Damage) Unwrap() []error { return []error{ErrCorrupt, d.Cause} }

// Wrap gives err the file's name, and where writing failed for want of space ErrFull.
func Wrap(path string, err error) error {
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return fmt.Errorf("store: %s: %w", path, os.ErrClosed)
	}
	if err = resized(err); full(err) {
		return fmt.Errorf("%w: %s: %w", ErrFull, path, err)
	}
	return fmt.Errorf("store: %s: %w", path, err)
}

// full reports whether err says that the disk, the quota or the file size limit is used up.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) || errors.Is(err, berrors.ErrMaxSizeReached)
}

// resizing is an error of growing the file with its cause, of which bbolt keeps but the text.
type resizing struct {
	error
	cause syscall.Errno
}

func (e *resizing) Unwrap() []error { return []error{e.error, e.cause} }

// resized gives an error of growing the file its cause again.
func resized(err error) error {
	text := err.Error()
	if !strings.Contains(text, "file resize error: ") && !strings.Contains(text, "file sync error: ") {
		return err
	}
	for _, e := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EIO, syscall.EROFS} {
		if !errors.Is(err, e) && strings.HasSuffix(text, e.Error()) {
			return &resizing{err, e}
		}
	}
	return err
}
