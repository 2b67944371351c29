package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// TestMemoryLimit: the process bounds its memory by itself, unless the environment says otherwise.
func TestMemoryLimit(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	for value, want := range map[string]int64{"": memoryLimit, "off": math.MaxInt64, "1GiB": math.MaxInt64} {
		debug.SetMemoryLimit(math.MaxInt64) // what the runtime made of the environment, when it began
		t.Setenv("GOMEMLIMIT", value)
		limitMemory()
		if got := debug.SetMemoryLimit(-1); got != want {
			t.Errorf("GOMEMLIMIT=%q: the limit is %d, want %d", value, got, want)
		}
	}
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	debug.SetGCPercent(100)
	t.Setenv("GOGC", "150")
	limitMemory()
	if got := debug.SetGCPercent(100); got != 100 {
		t.Errorf("GOGC=150: %d %%, want it left alone", got)
	}
}

// TestPacer: the more lives, the smaller is the share of it that may pile up.
func TestPacer(t *testing.T) {
	defer bulk.Store(bulk.Swap(false)) // other tests import and export
	for live, want := range map[uint64]int{0: mostGarbage, garbage / 8: mostGarbage, garbage: 100, 4 * garbage: 25, 100 * garbage: leastGarbage} {
		if got := share(live); got != want {
			t.Errorf("%d bytes live: %d %%, want %d", live, got, want)
		}
	}
	bulk.Store(true)
	for live, want := range map[uint64]int{bulkGarbage: 100, bulkHeap / 4 * 3: 33, bulkHeap: leastGarbage, 2 * bulkHeap: leastGarbage} {
		if got := share(live); got != want {
			t.Errorf("many rows, %d bytes live: %d %%, want %d", live, got, want)
		}
	}
	bulk.Store(false)
	defer debug.SetGCPercent(debug.SetGCPercent(77))
	p := new(pacer)
	p.pace()
	if got := debug.SetGCPercent(77); got != p.percent || got < leastGarbage || got > mostGarbage {
		t.Errorf("%d %% is set, want %d", got, p.percent)
	}
}

// TestLetGo: less of the program counts as its memory than before.
func TestLetGo(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux is known to keep what the start touched")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = os.ReadFile(exe) // into the page cache, from which the kernel maps more than is asked for
	before := resident(t)
	letGo()
	if after := resident(t); after >= before {
		t.Errorf("%d KiB of the program, %d KiB before", after, before)
	}
}

// resident is how much of the program's file is mapped in memory, in KiB.
func resident(t *testing.T) (n int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if said, ok := strings.CutPrefix(line, "RssFile:"); ok {
			if _, err := fmt.Sscanf(said, "%d kB", &n); err != nil {
				t.Fatal(err)
			}
		}
	}
	return n
}
