package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// letGo takes the code and constants of the program out of the memory that counts as this process's: its start touches nearly
// all of them, a crawl less than half. What is needed comes back from the page cache (madvise(2): MADV_DONTNEED on a mapping of
// a file that nobody changed keeps the file).
func letGo() {
	exe, err := os.Executable()
	if err != nil {
		return
	}
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	for _, m := range untouched(string(smaps), exe) {
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, m.from, m.to-m.from, syscall.MADV_DONTNEED) // advice
	}
}

// mapping is a range of addresses.
type mapping struct{ from, to uintptr }

// untouched are the mappings of the program in /proc/self/smaps that nobody writes to, and no page of which was changed, by
// relocation or otherwise: a changed one is anonymous, or in swap, and would be lost.
func untouched(smaps, exe string) (out []mapping) {
	var m mapping
	for line := range strings.Lines(smaps) {
		line = strings.TrimSpace(line)
		if head, ok := strings.CutSuffix(line, " "+exe); ok { // from-to rights offset device inode
			f := strings.Fields(head)
			m = mapping{}
			if a, b, ok := strings.Cut(f[0], "-"); ok && !strings.Contains(f[1], "w") {
				from, _ := strconv.ParseUint(a, 16, 64)
				to, _ := strconv.ParseUint(b, 16, 64)
				m = mapping{uintptr(from), uintptr(to)}
			}
			continue
		}
		switch name, said, _ := strings.Cut(line, ":"); name {
		case "Anonymous", "Swap":
			if strings.TrimSpace(said) != "0 kB" {
				m = mapping{}
			}
		case "VmFlags": // the last of a mapping
			if m.from > 0 && m.from < m.to {
				out = append(out, m)
			}
			m = mapping{}
		}
	}
	return out
}
