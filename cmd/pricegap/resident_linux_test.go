package main

import (
	"slices"
	"strings"
	"testing"
)

// TestUntouched: only what can be read again from the program's file is let go of.
func TestUntouched(t *testing.T) {
	const exe = "/opt/price gap/pricegap"
	of := func(head, anonymous, swap string) string {
		return head + "\nRss: 64 kB\nAnonymous: " + anonymous + " kB\nSwap: " + swap + " kB\nSwapPss: 0 kB\nVmFlags: rd mr mw me\n"
	}
	smaps := strings.Join([]string{
		of("00400000-00800000 r-xp 00000000 08:01 77     "+exe, "0", "0"),
		of("00800000-00900000 r--p 00400000 08:01 77     "+exe, "0", "0"),
		of("00900000-00a00000 r--p 00500000 08:01 77     "+exe, "8", "0"), // relocated
		of("00a00000-00b00000 r--p 00600000 08:01 77     "+exe, "0", "8"), // relocated, and in swap
		of("00b00000-00c00000 rw-p 00700000 08:01 77     "+exe, "0", "0"),
		of("00c00000-00d00000 r--p 00000000 08:01 78     /opt/other", "0", "0"),
		of("c000000000-c000400000 rw-p 00000000 00:00 0 ", "4", "0"),
		of("00d00000-00e00000 r-xp 00000000 08:01 77     "+exe+" (deleted)", "0", "0"),
	}, "")
	want := []mapping{{0x400000, 0x800000}, {0x800000, 0x900000}}
	if got := untouched(smaps, exe); !slices.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}
