//go:build linux && (amd64 || arm64)

package bolt

import (
	"os"
	"syscall"
)

// forget takes a range of the file out of the page cache, where it is clean (posix_fadvise(2)).
func forget(f *os.File, from, bytes uint64) {
	const dontNeed = 4                                                                                       // POSIX_FADV_DONTNEED
	_, _, _ = syscall.Syscall6(syscall.SYS_FADVISE64, f.Fd(), uintptr(from), uintptr(bytes), dontNeed, 0, 0) // advice
}
