// Package sealed keeps records in one bbolt file, each in a frame with a checksum that is verified at every
// read; pages are checked before bbolt follows them, and what panics there is an error. It knows nothing of
// prices.
package sealed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"pricegap/store/fail"
	"pricegap/store/sealed/bolt"
	"pricegap/store/sealed/fault"
)

// The ways in which a file can be unusable, and writing can fail.
var (
	// ErrLocked is returned by Open when another process has the file open.
	ErrLocked = fault.ErrLocked
	// ErrForeign is returned by Open for a file of another kind, ErrNewer for one with a later schema.
	ErrForeign = fault.ErrForeign
	ErrNewer   = fault.ErrNewer
	// ErrCorrupt is wrapped by every error about a damaged record or page.
	ErrCorrupt = fault.ErrCorrupt
	// ErrFull is wrapped by errors of writing when there is no space left.
	ErrFull = fault.ErrFull
	// ErrExists is returned by Restore where a file stands already.
	ErrExists = fault.ErrExists
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
	now  atomic.Pointer[bolt.DB] // changes in Compact only, while nobody writes

	mu    sync.Mutex
	queue []*job        // writes that wait for the next commit
	turn  chan struct{} // held by the one that commits
	// unsure is set after a commit that failed, for who commits next: it may be in the file for us and not on the disk.
	unsure  bool
	readers bolt.Readers

	letGoAt atomic.Int64 // when pages were last let go, nanoseconds since 1970
	mapped  atomic.Int64 // how many bytes were mapped since then, about

	compacting sync.Mutex
	unnamed    atomic.Bool // it is not certain that a power cut leaves the file in the place that it took

	// stuck is set when bbolt panicked where it may hold its locks: nothing may call it any more.
	stuck  atomic.Pointer[error]
	closed atomic.Bool
}

func newFile(path string, kind Kind, db *bolt.DB) *File {
	s := &File{path: path, kind: kind, turn: make(chan struct{}, 1)}
	s.now.Store(db)
	return s
}

// Damaged returns an error that wraps ErrCorrupt and says which record is wrong, and how.
func Damaged(bucket string, key []byte, format string, args ...any) error {
	return &fault.Damage{Bucket: bucket, Key: append([]byte(nil), key...), Cause: fmt.Errorf(format, args...)}
}

// View runs do in a read transaction. It must be short, since the file grows while it is open, and begin no other: who writes may
// wait for all that read.
func (s *File) View(ctx context.Context, do func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if p := s.stuck.Load(); p != nil {
		return *p
	}
	begun := false
	err := bolt.Guarded(func() error {
		return s.view(func(tx *bbolt.Tx) error {
			begun = true
			t := &Tx{tx: tx, letGo: func() { s.letGo(tx) }}
			defer s.leave(t)
			return do(t)
		})
	})
	err = fault.Wrap(s.path, err)
	if !begun && errors.Is(err, ErrCorrupt) {
		s.stuck.Store(&err)
	}
	return err
}

// view runs do in a read transaction. One of a file that was closed because it was compacted is begun anew.
func (s *File) view(do func(*bbolt.Tx) error) error {
	defer s.readers.Enter()()
	for {
		db := s.now.Load()
		if err := db.View(do); !errors.Is(err, berrors.ErrDatabaseNotOpen) || s.now.Load() == db {
			return err
		}
	}
}

// letGoEvery is how often the pages of the file that were read are let go at most.
const letGoEvery = time.Millisecond

// letGo lets go of what is mapped, unless that was done a moment ago.
func (s *File) letGo(tx *bbolt.Tx) {
	now, last := time.Now().UnixNano(), s.letGoAt.Load()
	if now-last >= int64(letGoEvery) && s.letGoAt.CompareAndSwap(last, now) {
		bolt.LetGo(tx)
	}
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
	if t, _ := ctx.Value(within{s}).(*Tx); t != nil {
		return t.join(do)
	}
	j := &job{ctx.Err, do, make(chan error, 1)}
	s.mu.Lock()
	s.queue = append(s.queue, j)
	s.mu.Unlock()
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		if s.withdraw(j) {
			return ctx.Err()
		}
		return <-j.done
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

// withdraw takes a job out of the queue, and reports whether it stood there: else somebody runs it, or has.
func (s *File) withdraw(j *job) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.queue, j)
	if i >= 0 {
		s.queue = slices.Delete(s.queue, i, i+1)
	}
	return i >= 0
}

// within is what a context carries the transaction of a file under.
type within struct{ file *File }

// Together is Update for a do that writes with Update: what it does with the context it is given is all in one commit, or nothing
// of it is. That context is for do alone, and for one goroutine.
func (s *File) Together(ctx context.Context, do func(context.Context) error) error {
	return s.Update(ctx, func(t *Tx) error { return cmp.Or(do(context.WithValue(ctx, within{s}, t)), t.failed) })
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

// sure makes sure of what the next commit builds on.
func (s *File) sure() error {
	if err := s.resync(); err != nil {
		return err
	}
	return s.named()
}

// readersWait is how long those who read may hold up who writes after a commit that failed.
const readersWait = 30 * time.Second

// resync writes the pages that say where everything is once more, and makes sure of them. After a failed fsync(2) the kernel takes
// what it could not write for written: the next commit would build on one that is not on the disk, in room that the one on the
// disk needs. bbolt forgets as well what pages those need who read since before that commit.
func (s *File) resync() error {
	switch {
	case !s.unsure:
		return nil
	case s.closed.Load():
		return berrors.ErrDatabaseNotOpen
	}
	db := s.now.Load()
	b := make([]byte, 2*db.Info().PageSize)
	_, err := db.File.ReadAt(b, 0)
	if err == nil {
		_, err = db.File.WriteAt(b, 0)
	}
	if err = cmp.Or(err, db.File.Sync()); err != nil {
		return err
	}
	if !s.readers.Wait(readersWait) {
		return errors.New("somebody reads since before a commit that failed")
	}
	s.unsure = false
	return nil
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
		db := s.now.Load()
		err := bolt.Guarded(func() error {
			if err := s.sure(); err != nil {
				returned = true
				return err
			}
			err := db.Update(func(tx *bbolt.Tx) error {
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
			if err == nil {
				db.Settled()
			}
			err = cmp.Or(err, fail.Point("commit: done"))
			returned = true
			return err
		})
		err = fault.Wrap(s.path, err)
		if !returned {
			s.stuck.Store(&err)
		}
		if failed < 0 {
			s.unsure = s.unsure || err != nil
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
