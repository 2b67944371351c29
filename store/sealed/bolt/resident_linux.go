package bolt

import (
	"syscall"

	"go.etcd.io/bbolt"
)

// LetGo takes the pages of the file out of the memory that counts as this process's: the kernel maps 64 KiB around each
// page that is read, soon all of a file, and needs none of it (madvise(2), MADV_DONTNEED on a shared mapping keeps the
// page cache). It is called within a transaction, while the mapping cannot move.
func LetGo(tx *bbolt.Tx) {
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, tx.DB().Info().Data, uintptr(tx.Size()), syscall.MADV_DONTNEED) // advice
}
