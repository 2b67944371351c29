package warc

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestFullDisk lets a child reach its limit of file size, which fails as a full disk does: it is said once, what was
// kept before stays whole, and with room again pages are kept again, in the same process.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv("WARC_FULL"); dir != "" {
		fillUp(t, dir)
		return
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$", "-test.count=1")
	cmd.Env = append(os.Environ(), "WARC_FULL="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	entries, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		for _, r := range records(t, e) {
			if err := r.Verify(); err != nil {
				t.Error(err)
			}
			if r.Type != typeInfo {
				got = append(got, r.Type+" "+strings.TrimPrefix(r.URL, "https://them.example"))
			}
		}
	}
	if s := strings.Join(got, ", "); s != "response /small, request /small, response /after, request /after" {
		t.Errorf("what is left: %s", s)
	}
}

func fillUp(t *testing.T, dir string) {
	b := &bench{t: t, dir: dir, now: start}
	b.open(Options{})
	limit := func(n uint64) {
		t.Helper()
		var l syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
			t.Fatal(err)
		}
		l.Cur = min(n, l.Max)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
			t.Fatal(err)
		}
	}
	b.page("them", "https://them.example/small", "klein")
	limit(20_000)
	for i := range 3 {
		b.page("them", fmt.Sprintf("https://them.example/large/%d", i), text(uint64(i), 500_000))
	}
	if len(b.warned) != 1 || !errors.Is(b.warned[0], ErrFull) {
		t.Fatalf("warned %v", b.warned)
	}
	limit(1 << 40)
	b.page("them", "https://them.example/after", "later")
	b.close()
	if len(b.warned) != 1 {
		t.Fatalf("warned %v", b.warned)
	}
}
