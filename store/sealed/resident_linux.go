package sealed

import (
	"syscall"
	"time"

	"go.etcd.io/bbolt"
)

// letGoEvery is how often the pages of the file that were read are let go at most.
const letGoEvery = time.Millisecond

// letGo takes the pages of the file out of the memory that counts as this process's: the kernel maps 64 KiB around each
// page that is read, soon all of a file, and needs none of it (madvise(2), MADV_DONTNEED on a shared mapping keeps the
// page cache). It is called within a transaction, while the mapping cannot move.
func (s *File) letGo(tx *bbolt.Tx) {
	now, last := time.Now().UnixNano(), s.letGoAt.Load()
	if now-last < int64(letGoEvery) || !s.letGoAt.CompareAndSwap(last, now) {
		return
	}
	s.letGoNow(tx)
}

// letGoNow is letGo however short the last is ago.
func (s *File) letGoNow(tx *bbolt.Tx) {
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, s.db.Info().Data, uintptr(tx.Size()), syscall.MADV_DONTNEED) // advice
}
