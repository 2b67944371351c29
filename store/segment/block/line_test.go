package block

import (
	"testing"

	"pgregory.net/rapid"

	"pricegap/store/record"
)

// TestLine holds that numbers come back, whatever line they lie on.
func TestLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 700).Draw(t, "n")
		at, step := rapid.Int64Range(0, 1<<31).Draw(t, "from"), rapid.Int64Range(-3_000_000, 3_000_000).Draw(t, "thousandths")
		stray := rapid.SampledFrom([]int64{0, 1, 2, 1000, 1 << 30}).Draw(t, "stray")
		vs := make([]int64, n)
		for i := range vs {
			vs[i] = min(max(at+step*int64(i)/1000+rapid.Int64Range(0, stray).Draw(t, "above"), 0), 1<<32-1)
		}
		r := record.Reader{B: appendLine(nil, vs)}
		l := readLine(&r, n)
		if err := r.End(); err != nil {
			t.Fatal(err)
		}
		for i, v := range vs {
			if got := l.at(i); got != uint32(v) {
				t.Fatalf("%d of %d: %d, want %d", i, n, got, v)
			}
		}
	})
}

// TestFineLine holds what a fine line is for: looks that come late by up to half of the time from one to the next cost one bit each.
func TestFineLine(t *testing.T) {
	var vs []int64
	for i := range int64(Size) {
		vs = append(vs, (1_700_000_000_000+1400*i+i*7919%700)/1000)
	}
	if n := len(appendLine(nil, vs)); n > Size/8+16 {
		t.Errorf("%d bytes", n)
	}
}
