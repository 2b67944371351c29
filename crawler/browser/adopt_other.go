//go:build !linux

package browser

func adopt() {}
