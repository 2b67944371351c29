//go:build !unix

package browser

import "os/exec"

// confine does nothing: there are no groups and no such bounds here. Chromium ends its processes when its own ends.
func confine(*exec.Cmd) {}

func killGroup(int) {}
