package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestFormatOf(t *testing.T) {
	tests := []struct{ path, format, want string }{
		{"-", "", "csv"},
		{"-", "jsonl", "jsonl"},
		{"a/prices.xlsx", "", "xlsx"},
		{"prices.csv", "csv-nl", "csv-nl"},
		{"prices.txt", "", ""},
		{"prices", "", ""},
	}
	for _, tt := range tests {
		got, err := formatOf(tt.path, tt.format)
		if got != tt.want || tt.want == "" && codeOf(err) != exitUsage || tt.want != "" && err != nil {
			t.Errorf("%s, %q: %q, %v; want %q", tt.path, tt.format, got, err, tt.want)
		}
	}
}

// TestAtomically holds that a file is replaced whole or not at all, and that nothing is left behind.
func TestAtomically(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "prices.csv")
	write := func(s string, err error) error {
		return atomically(path, func(w io.Writer) error {
			if _, werr := io.WriteString(w, s); werr != nil {
				return werr
			}
			return err
		})
	}
	holds := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("holds %q, %v; want %q", got, err, want)
		}
		if es, err := os.ReadDir(dir); err != nil || len(es) != 1 {
			t.Errorf("left behind: %v, %v", es, err)
		}
	}
	if err := write("one", nil); err != nil {
		t.Fatal(err)
	}
	holds("one")
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := write("two", nil); err != nil {
		t.Fatal(err)
	}
	holds("two")
	if i, err := os.Stat(path); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("permissions %v, %v; want those it had", i.Mode(), err)
	}
	stop := errors.New("stop")
	if err := write("half", stop); !errors.Is(err, stop) {
		t.Errorf("%v, want the error of the writer", err)
	}
	holds("two")
	if err := atomically(dir, func(io.Writer) error { return nil }); codeOf(err) != exitUsage {
		t.Errorf("onto a folder: %v, want wrong use", err)
	}
	if err := atomically(filepath.Join(dir, "no", "x.csv"), func(io.Writer) error { return nil }); err == nil {
		t.Error("into a folder that is not there: no error")
	}
}
