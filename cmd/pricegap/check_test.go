package main

import (
	"os"
	"strings"
	"testing"
)

// TestCheckNoPrice: a product without a price is not what check looks for, and what was read of it is shown.
func TestCheckNoPrice(t *testing.T) {
	c := newChain(t)
	if out := c.mustRun(exitDone, "check", "voltavia"); strings.Contains(out, "price_missing") || !strings.Contains(out, "json-ld") {
		t.Errorf("a shop that is read well:\n%s", out)
	}
	c.edit("    pace: {pause: 0s}", "    parser: {kind: selectors, fields: {name: h1}}\n    pace: {pause: 0s}")
	out := c.mustRun(exitPartial, "check", "voltavia")
	for _, want := range []string{"no offer with a price", "price_missing: no reader found a price", "selector"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestNoChromium: a source that needs a browser where there is none is no fault of ours, and doctor says what to do.
func TestNoChromium(t *testing.T) {
	c := newChain(t)
	c.edit("    pace: {pause: 0s}", "    render: browser\n    pace: {pause: 0s}")
	t.Setenv("PATH", t.TempDir())
	if out, _, code := c.run("crawl", "--wait", "0s"); code == exitDone && os.Getenv("CI") == "" {
		t.Skip("there is a Chromium outside PATH")
	} else if code != exitPartial || !strings.Contains(out, "browser_unavailable") || strings.Contains(out, "internal_panic") {
		t.Errorf("exit %d\n%s", code, out)
	}
	if out := c.mustRun(exitDone, "source", "doctor", "voltavia"); !strings.Contains(out, "browser_unavailable: install Chromium") {
		t.Errorf("source doctor:\n%s", out)
	}
}
