package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
)

// archiving is a chain whose crawls keep their pages.
func archiving(t *testing.T) *chain {
	c := newChain(t)
	c.write("sources.yaml", read(t, filepath.Join(c.dir, "sources.yaml"))+"archive: {folder: pages}\n")
	return c
}

// shut closes the shops: nobody is where they were.
func shut(c *chain) {
	c.write("sources.yaml", strings.ReplaceAll(read(c.t, filepath.Join(c.dir, "sources.yaml")), c.shops.Addr(), "127.0.0.1:1"))
}

// observed reads observations as --jsonl prints them.
func observed(t *testing.T, out string) []market.Observation {
	t.Helper()
	var all []market.Observation
	lines := bufio.NewScanner(strings.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var o market.Observation
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			t.Fatalf("%v: %s", err, lines.Text())
		}
		all = append(all, o)
	}
	return all
}

// facts is what an observation says, without the run that made it.
func factsOf(all []market.Observation) map[market.ListingID]string {
	out := map[market.ListingID]string{}
	for _, o := range all {
		o.Run = ""
		raw, err := json.Marshal(o)
		if err != nil {
			panic(err)
		}
		out[o.Listing] = string(raw)
	}
	return out
}

// TestReplay crawls with an archive, closes the shop, and reads the same offers out of the archive, at the same times,
// without touching the store or telling anybody.
func TestReplay(t *testing.T) {
	c, temp := archiving(t), t.TempDir()
	t.Setenv("TMPDIR", temp)
	pages := filepath.Join(c.dir, "pages")
	c.mustRun(exitDone, "compare", "--jsonl")
	if _, err := os.Stat(pages); err == nil {
		t.Error("a command that asks nothing of the web opens the archive")
	}
	c.mustRun(exitDone, "crawl", "--wait", "0s")
	files, err := filepath.Glob(filepath.Join(pages, "pricegap-voltavia-*.warc.gz"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the crawl left %q, %v", files, err)
	}
	told := len(c.slack.Messages("C1"))
	shut(c)
	kept := filepath.Join(c.dir, "prices.db")
	before, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	c.runs.Add(60 * 24 * 30) // a month later

	out, summary, code := c.run("crawl", "--replay", files[0], "--jsonl")
	if code != exitDone || !strings.Contains(summary, "voltavia") || !strings.Contains(summary, string(market.RunDone)) {
		t.Fatalf("exit %d\n%s", code, summary)
	}
	got := observed(t, out)
	if len(got) < 20 {
		t.Fatalf("%d offers:\n%s%s", len(got), out, summary)
	}
	for _, o := range got {
		if age := c.now().Sub(o.SeenAt); age < 29*24*time.Hour {
			t.Fatalf("%s was seen %s ago", o.Listing, age)
		}
	}
	if after, err := os.ReadFile(kept); err != nil || string(after) != string(before) {
		t.Errorf("the store was touched, %v", err)
	}
	if n := len(c.slack.Messages("C1")); n != told {
		t.Errorf("%d messages more", n-told)
	}

	into := filepath.Join(c.dir, "again.db")
	if out := c.mustRun(exitDone, "crawl", "voltavia", "--replay", pages, "--into", into); !strings.Contains(out, "voltavia") {
		t.Errorf("the summary:\n%s", out)
	}
	again := observed(t, c.mustRun(exitDone, "crawl", "--replay", pages, "--into", filepath.Join(c.dir, "third.db"), "--jsonl"))
	if d := cmp.Diff(factsOf(got), factsOf(again)); d != "" {
		t.Errorf("folder and file differ: %s", d)
	}
	c.write("sources.yaml", strings.Replace(read(t, filepath.Join(c.dir, "sources.yaml")), "bolt:prices.db", "bolt:again.db", 1))
	if out := c.mustRun(exitDone, "source", "list"); !strings.Contains(out, "voltavia") {
		t.Errorf("the file that was written is no store: %s", out)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestReplayAgrees: what a replay reads is what the crawl recorded, field by field.
func TestReplayAgrees(t *testing.T) {
	c := archiving(t)
	c.mustRun(exitDone, "crawl", "--wait", "0s")
	live := observed(t, c.mustRun(exitDone, "export", "history", "--format", "jsonl"))
	shut(c)
	replayed := factsOf(observed(t, c.mustRun(exitDone, "crawl", "--replay", filepath.Join(c.dir, "pages"), "--jsonl")))
	n := 0
	for id, want := range factsOf(live) {
		if strings.HasPrefix(string(id), "voltavia") {
			n++
			if d := cmp.Diff(want, replayed[id]); d != "" {
				t.Errorf("%s: %s", id, d)
			}
		}
	}
	if n < 10 {
		t.Fatalf("only %d listings to compare", n)
	}
}

// TestArchiveBroken: a folder that cannot be had stops no crawl, and is said.
func TestArchiveBroken(t *testing.T) {
	c := archiving(t)
	c.write("pages", "a file where the folder should be")
	out, errs, code := c.run("crawl", "--wait", "0s")
	if code != exitDone || !strings.Contains(out, "voltavia") || !strings.Contains(errs, "not kept as evidence") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
}
