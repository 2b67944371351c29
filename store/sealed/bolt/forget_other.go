//go:build !linux || !(amd64 || arm64)

package bolt

import "os"

// forget does nothing where the kernel is not known to keep pages in larger pieces.
func forget(*os.File, uint64, uint64) {}
