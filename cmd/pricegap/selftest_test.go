package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"pricegap/market"
	"pricegap/parsers/known"
)

// TestBrokenParser: a program whose parsers do not read their known pages asks nothing of any shop, and says why. What
// reads no pages works.
func TestBrokenParser(t *testing.T) {
	c := newChain(t)
	broken := fmt.Errorf("%w: parser auto: known page: price changed: kept 14.95 EUR, read 1495.00 EUR", known.ErrSelfTest)
	for _, args := range [][]string{
		{"crawl", "--wait", "0s"},
		{"serve"},
		{"check", "voltavia"},
		{"explain", "page", "http://voltavia.example/p/1"},
		{"crawl", "--replay", "../../crawler/warc/testdata/golden.warc"},
		{"compare", "--jsonl"},
	} {
		var out, errs bytes.Buffer
		a := &app{in: strings.NewReader(""), out: &out, err: &errs, clock: market.WallClock, selfTest: func() error { return broken }}
		code := a.run(append([]string{"--config", filepath.Join(c.dir, "sources.yaml")}, args...))
		said := out.String() + errs.String()
		switch refused := strings.Contains(said, "parser_self_test: parser auto: known page: price changed: kept 14.95 EUR"); {
		case args[0] == "compare" && (code != exitDone || refused):
			t.Errorf("%q: exit code %d\n%s", args, code, said)
		case args[0] != "compare" && (code != exitFailed || !refused || !strings.Contains(said, "crawls nothing")):
			t.Errorf("%q: exit code %d\n%s", args, code, said)
		}
	}
	if asked := c.shops.Requests(); len(asked) > 0 {
		t.Errorf("asked %v", asked)
	}
}
