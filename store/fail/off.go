//go:build !failpoint

package fail

// Point returns nil.
func Point(string) error { return nil }
