//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package warc

import (
	"os"
	"syscall"
)

// lock marks f as being written until it is closed; it reports false when another process writes it.
func lock(f *os.File) bool { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil }
