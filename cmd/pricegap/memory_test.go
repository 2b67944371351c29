package main

import (
	"math"
	"runtime/debug"
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
	for value, want := range map[string]int{"": garbage, "150": 100} {
		debug.SetGCPercent(100)
		t.Setenv("GOGC", value)
		limitMemory()
		if got := debug.SetGCPercent(100); got != want {
			t.Errorf("GOGC=%q: %d %%, want %d", value, got, want)
		}
	}
}
