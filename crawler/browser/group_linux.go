package browser

import "syscall"

// adopt makes orphans of Chromium ours, so that killGroup can reap them: the init of a container often does not.
// Source: prctl(2), PR_SET_CHILD_SUBREAPER.
func adopt() {
	const setChildSubreaper = 36
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, setChildSubreaper, 1, 0) // it fails on kernels before 3.4 only
}
