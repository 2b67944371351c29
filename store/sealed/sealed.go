// Package sealed keeps records in one bbolt file, each in a frame with a checksum that is verified at every
// read; pages are checked before bbolt follows them, and what panics there is an error. It knows nothing of
// prices.
package sealed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"pricegap/store/fail"
)

// The ways in which a file can be unusable, and writing can fail.
var (
	// ErrLocked is returned by Open when another process has the file open.
	ErrLocked = errors.New("store: in use by another process")
	// ErrForeign is returned by Open for a file of another kind, ErrNewer for one with a later schema.
	ErrForeign = errors.New("store: not a pricegap store")
	ErrNewer   = errors.New("store: written by a newer version of pricegap")
	// ErrCorrupt is wrapped by every error about a damaged record or page.
	ErrCorrupt = errors.New("store_corrupt")
	// ErrFull is wrapped by errors of writing when there is no space left.
	ErrFull = errors.New("store: no space left")
	// ErrExists is returned by Restore where a file stands already.
	ErrExists = errors.New("store: a file is there already")
)

// Kind is what a file is made for.
type Kind struct {
	// Format names the kind, Schema is the version of its layout that this program writes.
	Format string
	Schema int
	// Buckets are made at the start; Init fills them. Main, with the schema's record, is made besides.
	Buckets []string
	Init    func(*Tx) error
	// Upgrade copies everything of a file with an earlier schema into a new one.
	Upgrade func(ctx context.Context, from, to *File) error
	// Verify reads everything; Restore and Compact ask it before they put a file in its place.
	Verify func(context.Context, *File) error
}

// File is an open file of sealed records. All methods are safe for concurrent use.
type File struct {
	path string
	kind Kind
	db   *bbolt.DB
	file *os.File // the open file behind db

	mu    sync.Mutex
	queue []*job        // writes that wait for the next commit
	turn  chan struct{} // held by the one that commits

	letGoAt atomic.Int64 // when pages were last let go, nanoseconds since 1970
	mapped  atomic.Int64 // how many bytes were mapped since then, about

	// stuck is set when bbolt panicked where it may hold its locks: nothing may call it any more.
	stuck  atomic.Pointer[error]
	closed atomic.Bool
}

// damage is a record or page that is not as it was written.
type damage struct {
	bucket string
	key    []byte
	cause  error
}

func (d *damage) Error() string {
	if d.bucket == "" {
		return fmt.Sprintf("%v: %v", ErrCorrupt, d.cause)
	}
	return fmt.Sprintf("%v: bucket %s, key %q: %v", ErrCorrupt, d.bucket, d.key, d.cause)
}

func (d *damage) Unwrap() []error { return []error{ErrCorrupt, d.cause} }

// Damaged returns an error that wraps ErrCorrupt and says which record is wrong, and how.
func Damaged(bucket string, key []byte, format string, args ...any) error {
	return &damage{bucket, append([]byte(nil), key...), fmt.Errorf(format, args...)}
}

// wrap gives err the file's name and the package's sentinels.
func wrap(path string, err error) error {
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

// guarded runs do, which touches the file, and returns what panics there as damage: bbolt panics on pages
// that make no sense, and a page that the disk cannot bring is a fault of the mapping.
func guarded(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = &damage{cause: fmt.Errorf("panic: %v", p)}
		}
	}()
	return do()
}

// View runs do in a read transaction. It must be short: the file grows while it is open.
func (s *File) View(ctx context.Context, do func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if p := s.stuck.Load(); p != nil {
		return *p
	}
	begun := false
	err := guarded(func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			begun = true
			t := &Tx{tx: tx, letGo: func() { s.letGo(tx) }}
			defer s.leave(t)
			return do(t)
		})
	})
	err = wrap(s.path, err)
	if !begun && errors.Is(err, ErrCorrupt) {
		s.stuck.Store(&err)
	}
	return err
}

// leave lets go of what is mapped when it is much since the last time.
func (s *File) leave(t *Tx) {
	if s.mapped.Add(int64(t.mapped)) >= letGoOf {
		s.mapped.Store(0)
		t.letGo()
	}
}

// job is a write that waits for a commit.
type job struct {
	alive func() error // the caller's context
	do    func(*Tx) error
	done  chan error
}

// Update runs do in a write transaction and returns when it is durable. Writes that wait at the same time
// share one commit: whoever comes first commits for all. do may run more than once; only its last run counts.
func (s *File) Update(ctx context.Context, do func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{ctx.Err, do, make(chan error, 1)}
	s.mu.Lock()
	s.queue = append(s.queue, j)
	s.mu.Unlock()
	select {
	case err := <-j.done:
		return err
	case s.turn <- struct{}{}:
	}
	s.mu.Lock()
	jobs := s.queue
	s.queue = nil
	s.mu.Unlock()
	s.commit(jobs)
	<-s.turn
	return <-j.done
}

// Settle returns when the write that is under way is over, with what runs after its commit. A write transaction must not call it.
func (s *File) Settle(ctx context.Context) error {
	return s.Alone(ctx, func() error { return nil })
}

// Alone runs do while nobody writes, and nothing that runs after a commit does. A write transaction must not call it.
func (s *File) Alone(ctx context.Context, do func() error) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	return do()
}

// commit runs the jobs in one transaction. A job that fails is taken out, and the rest is run anew.
func (s *File) commit(jobs []*job) {
	for len(jobs) > 0 {
		if p := s.stuck.Load(); p != nil {
			for _, j := range jobs {
				j.done <- *p
			}
			return
		}
		failed, returned := -1, false
		var t *Tx
		err := guarded(func() error {
			err := s.db.Update(func(tx *bbolt.Tx) error {
				t = &Tx{tx: tx, letGo: func() { s.letGo(tx) }}
				for i, j := range jobs {
					err := cmp.Or(j.alive(), fail.Point("commit: begun"))
					if err == nil {
						err = j.do(t)
					}
					if err != nil {
						failed = i
						return err
					}
				}
				defer s.leave(t) // to write a page, bbolt reads it
				return cmp.Or(t.flush(), fail.Point("commit: ready"))
			})
			if err == nil { // to write a page, bbolt reads it
				_ = s.db.View(func(tx *bbolt.Tx) error { s.letGoNow(tx); return nil }) // the commit stands whatever comes of this
			}
			err = cmp.Or(err, fail.Point("commit: done"))
			returned = true
			return err
		})
		err = wrap(s.path, err)
		if !returned {
			s.stuck.Store(&err)
		}
		if failed < 0 {
			if t != nil {
				for _, do := range t.after {
					do(err)
				}
			}
			err = cmp.Or(err, fail.Point("commit: known"))
			for _, j := range jobs {
				j.done <- err
			}
			return
		}
		jobs[failed].done <- err
		jobs = append(jobs[:failed], jobs[failed+1:]...)
	}
}
