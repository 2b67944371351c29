//go:build !unix

package browser

import "os/exec"

// ownGroup does nothing: there are no groups here. Chromium ends its processes when its own ends.
func ownGroup(*exec.Cmd) {}

func killGroup(int) {}
