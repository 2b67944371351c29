//go:build !linux

package sealed

import "go.etcd.io/bbolt"

// letGo does nothing where the kernel is not known to map more than is read.
func (*File) letGo(*bbolt.Tx) {}

// letGoNow is letGo.
func (*File) letGoNow(*bbolt.Tx) {}
