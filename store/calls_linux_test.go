package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel reports to the harness each call of a child that opens or changes a file, before it makes it, and makes it or
// refuses it as the harness says: a child asks for that with a filter of system calls (seccomp_unotify(2), Linux 5.19). It needs
// neither rights nor a file system of its own, and what is tested is the program as it is, down to its mapping of the file.

// act is what a child asks the kernel to do to a file.
type act struct {
	kind     string // open, write, sync, truncate, rename, link, unlink
	path, to string
	flags    uint64 // of open
	off      int64  // of write
	size     int64  // of truncate
	data     []byte
	failed   bool // a sync that the kernel answered with an error
}

// reported are the calls that are reported, and what they do.
var reported = map[uint64]string{
	unix.SYS_OPENAT: "open", unix.SYS_PWRITE64: "write", unix.SYS_WRITE: "write", unix.SYS_FSYNC: "sync", unix.SYS_FDATASYNC: "sync",
	unix.SYS_FTRUNCATE: "truncate", unix.SYS_RENAMEAT: "rename", unix.SYS_RENAMEAT2: "rename", unix.SYS_LINKAT: "link",
	unix.SYS_UNLINKAT: "unlink",
}

// notice and answer are struct seccomp_notif and seccomp_notif_resp of linux/seccomp.h.
type notice struct {
	id         uint64
	pid, flags uint32
	nr, arch   uint32
	ip         uint64
	args       [6]uint64
}

type answer struct {
	id    uint64
	val   int64
	errno int32
	flags uint32
}

// reportCalls has the calls of this process reported to the one at the other end of file 3.
func reportCalls() error {
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}} // the number of the call
	for nr := range reported {
		left := len(reported) + 1 - len(filter) // numbers to pass over, and the next line
		filter = append(filter, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: uint8(left), K: uint32(nr)})
	}
	filter = append(
		filter,
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF},
	)
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	listener, _, errno := unix.Syscall(
		unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER|unix.SECCOMP_FILTER_FLAG_TSYNC|
			unix.SECCOMP_FILTER_FLAG_TSYNC_ESRCH|unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, uintptr(unsafe.Pointer(&prog)),
	)
	if errno != 0 {
		return errno
	}
	return errors.Join(unix.Sendmsg(3, []byte{0}, unix.UnixRights(int(listener)), nil, 0), unix.Close(int(listener)))
}

// watcher is told what a child does.
type watcher struct {
	t   testing.TB
	dir string // only what is done in it
	cmd *exec.Cmd
	out []string // what the child printed
	// each is called before each act; another answer than 0 is what the child gets instead of it.
	each func(act) unix.Errno
}

// run runs a child that calls reportCalls to its end.
func (w *watcher) run(run, role string, env ...string) error {
	w.t.Helper()
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	ours, theirs := os.NewFile(uintptr(ends[0]), "ours"), os.NewFile(uintptr(ends[1]), "theirs")
	defer ours.Close()
	cmd, out := child(w.t, run, role, w.dir)
	w.cmd, cmd.ExtraFiles = cmd, []*os.File{theirs}
	cmd.Env = append(cmd.Env, env...)
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	theirs.Close()
	watched := make(chan error, 1)
	go func() { watched <- w.watch(ends[0]) }()
	for out.Scan() {
		w.out = append(w.out, out.Text())
	}
	err = cmd.Wait()
	if werr := <-watched; werr != nil {
		missing(w.t, fmt.Errorf("the child's calls are not seen: %w\n%s", werr, strings.Join(w.out, "\n")))
	}
	return err
}

// missing ends a test for which the machine lacks something; in CI it fails.
func missing(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("CI") == "" && os.Getenv("PRICEGAP_HARNESS") != "prove" {
		t.Skip(err)
	}
	t.Fatal(err)
}

// watch answers the child's calls until it ends.
func (w *watcher) watch(socket int) error {
	right := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(socket, make([]byte, 1), right, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return err
	}
	if n == 0 {
		return errors.New("the kernel refused the child its filter")
	}
	msgs, err := unix.ParseSocketControlMessage(right[:n])
	if err != nil {
		return err
	}
	fds, err := unix.ParseUnixRights(&msgs[0])
	if err != nil {
		return err
	}
	defer unix.Close(fds[0])
	for {
		ready := []unix.PollFd{{Fd: int32(fds[0]), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		if ready[0].Revents&unix.POLLIN == 0 {
			if ready[0].Revents != 0 {
				return nil // nobody is left who could call
			}
			continue
		}
		var n notice
		if errno := ioctl(fds[0], unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&n)); errno != 0 {
			if errno == unix.ENOENT || errno == unix.EINTR {
				continue // the caller was killed
			}
			return errno
		}
		a := answer{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
		act, ours, err := w.act(&n)
		if err != nil {
			return err
		}
		if ours {
			if errno := w.each(act); errno != 0 {
				a = answer{id: n.id, errno: -int32(errno)}
			}
		}
		if errno := ioctl(fds[0], unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&a)); errno != 0 && errno != unix.ENOENT {
			return errno
		}
	}
}

func ioctl(fd int, request uintptr, p unsafe.Pointer) unix.Errno {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(p))
	return errno
}

// act reads what a call is about, and whether it is about something in the folder.
func (w *watcher) act(n *notice) (a act, ours bool, err error) {
	a.kind = reported[uint64(n.nr)]
	switch a.kind {
	case "open", "rename", "link", "unlink":
		if a.path, err = w.text(n.args[1]); err != nil {
			return a, false, err
		}
		if a.flags = n.args[2]; a.kind == "rename" || a.kind == "link" {
			a.to, err = w.text(n.args[3])
		}
	default:
		a.path, err = os.Readlink(w.proc("fd", n.args[0]))
	}
	if err != nil || a.path != w.dir && !strings.HasPrefix(a.path, w.dir+"/") || strings.HasSuffix(a.path, " (deleted)") {
		return a, false, err
	}
	switch uint64(n.nr) {
	case unix.SYS_PWRITE64:
		a.off = int64(n.args[3])
		a.data, err = w.memory(n.args[1], int(n.args[2]))
	case unix.SYS_WRITE:
		if a.off, err = w.position(n.args[0]); err == nil {
			a.data, err = w.memory(n.args[1], int(n.args[2]))
		}
	case unix.SYS_FTRUNCATE:
		a.size = int64(n.args[1])
	}
	return a, true, err
}

func (w *watcher) proc(what string, fd uint64) string {
	return filepath.Join("/proc", strconv.Itoa(w.cmd.Process.Pid), what, strconv.FormatUint(fd, 10))
}

// position returns where the child writes next in a file.
func (w *watcher) position(fd uint64) (at int64, err error) {
	b, err := os.ReadFile(w.proc("fdinfo", fd))
	flags := 0
	if err == nil {
		_, err = fmt.Sscanf(string(b), "pos: %d\nflags: %o", &at, &flags)
	}
	if err != nil || flags&unix.O_APPEND == 0 {
		return at, err
	}
	end, err := os.Stat(w.proc("fd", fd))
	if err != nil {
		return 0, err
	}
	return end.Size(), nil
}

// memory reads what the child has in memory; less with an error where what is mapped ends before.
func (w *watcher) memory(at uint64, size int) ([]byte, error) {
	f, err := os.Open(filepath.Join("/proc", strconv.Itoa(w.cmd.Process.Pid), "mem"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, size)
	n, err := f.ReadAt(b, int64(at))
	return b[:n], err
}

// text reads a text of the child's that ends with a zero.
func (w *watcher) text(at uint64) (string, error) {
	b, err := w.memory(at, unix.PathMax)
	i := bytes.IndexByte(b, 0)
	if i < 0 {
		return "", fmt.Errorf("no path at %x: %w", at, err)
	}
	return string(b[:i]), nil
}
