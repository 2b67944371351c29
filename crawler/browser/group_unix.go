//go:build unix

package browser

import (
	"os/exec"
	"syscall"
	"time"
)

// ownGroup puts what cmd starts into a group of processes of its own.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// killGroup kills what is left of the group that pid led, and waits until it is gone.
func killGroup(pid int) {
	for range 100 {
		if syscall.Kill(-pid, syscall.SIGKILL) != nil {
			return
		}
		<-time.After(20 * time.Millisecond)
	}
}
