//go:build unix

package browser

import (
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// memoryKiB bounds the data of each process of Chromium: what a page builds outside the heap of its scripts (a DOM
// without end) counts here alone. A tab that wants more crashes.
const memoryKiB = 1 << 20

// confine puts what cmd starts into a group of processes of its own, with bounded memory (RLIMIT_DATA of setrlimit(2),
// which Linux holds and others do not).
func confine(cmd *exec.Cmd) {
	adopt()
	script := fmt.Sprintf(`ulimit -d %d; exec "$0" "$@"`, memoryKiB)
	cmd.Args = append([]string{"/bin/sh", "-c", script, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// killGroup kills what is left of the group that pid led, once that has been waited for, and waits for the rest.
func killGroup(pid int) {
	for range 200 {
		if syscall.Kill(-pid, syscall.SIGKILL) != nil {
			return
		}
		if n, _ := syscall.Wait4(-pid, nil, syscall.WNOHANG, nil); n <= 0 {
			<-time.After(10 * time.Millisecond)
		}
	}
}
