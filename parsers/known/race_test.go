//go:build race

package known

func init() { raced = true }
