//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package bolt

import "os"

// release does nothing here: the lock ends with the process.
func release(*os.File) {}
