//go:build linux || darwin || freebsd

package room

import "syscall"

// Of returns the disk on which a path is.
func Of(path string) Disk {
	return func() (free, size uint64, err error) {
		var s syscall.Statfs_t
		if err := syscall.Statfs(path, &s); err != nil {
			return 0, 0, err
		}
		block := uint64(s.Bsize)
		return uint64(max(0, s.Bavail)) * block, s.Blocks * block, nil //nolint:unconvert // signed on some systems
	}
}
