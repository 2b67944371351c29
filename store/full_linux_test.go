package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"pricegap/store"
	"pricegap/store/storetest"
)

// TestFullDisk lets a child reach its limit of file size, which fails as a full disk does: reading goes on, and
// so does writing when there is room again, in the same process.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	if os.Getenv("STORE_CHILD") == "full" {
		fillUp(t, os.Getenv("STORE_DIR"))
		return
	}
	dir := t.TempDir()
	cmd, out := child(t, "^TestFullDisk$", "full", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for out.Scan() {
		lines = append(lines, out.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, lines)
	}
	s := openBolt(t, dir)
	defer s.Close()
	if err := s.Verify(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func fillUp(t *testing.T, dir string) {
	s := openBolt(t, dir)
	defer s.Close()
	first := storetest.Observe("acme", 1, storetest.At(0), 100)
	if _, err := s.Record(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	tight := syscall.Rlimit{Cur: uint64(info.Size()), Max: was.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &tight); err != nil {
		t.Fatal(err)
	}
	big := bytes.Repeat([]byte("x"), 1<<16)
	for i := 0; err == nil; i++ {
		if i > 100 {
			t.Fatal("the limit was never met")
		}
		err = s.PutState(t.Context(), string(rune('a'+i)), big)
	}
	if !errors.Is(err, store.ErrFull) {
		t.Errorf("writing: %v, want ErrFull", err)
	}
	for _, err := range s.Latest(t.Context(), store.Query{}) {
		if err != nil {
			t.Errorf("reading: %v", err)
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := s.PutState(t.Context(), "later", big); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if err := s.Verify(t.Context(), nil); err != nil {
		t.Error(err)
	}
}
