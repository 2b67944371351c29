//go:build failpoint

package store_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pricegap/store"
	"pricegap/store/fail"
)

// TestHarnessFailpoints lets everything that a store does go wrong at each of its points: there the process exits or panics, or an
// error or a second comes in between. Nothing that was acknowledged may be lost and nothing damaged; what failed once is done when it
// is asked for again.
func TestHarnessFailpoints(t *testing.T) {
	if os.Getenv("STORE_CHILD") == "failing" {
		(&troubled{t: t, dir: os.Getenv("STORE_DIR"), known: func(err error) bool {
			return errors.Is(err, fail.ErrAsked) || errors.Is(err, store.ErrCorrupt) && strings.Contains(err.Error(), "panic: "+fail.ErrAsked.Error())
		}}).run()
		return
	}
	rnd, root := seeded(t), t.TempDir()
	defer keep(t, root)
	former := golden(t, "schema2.db.gz")
	passed := map[string]int{}
	out, _ := runFailing(t, filepath.Join(root, "whole"), former, "count")
	for _, line := range out {
		if name, ok := strings.CutPrefix(line, "point "); ok {
			passed[name]++
		}
	}
	if len(passed) < 25 {
		t.Fatalf("%d points: %v", len(passed), passed)
	}
	type run struct{ name, action, nth string }
	var all []run
	for name, n := range passed {
		for _, action := range []string{"exit", "panic", "error", "delay"} {
			for range 5 {
				all = append(all, run{name, action, strconv.Itoa(1 + rnd.IntN(n))})
			}
		}
	}
	rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	all = all[:figure(len(all))]
	seen := map[string]int{}
	for i, x := range all {
		dir := filepath.Join(root, strconv.Itoa(i))
		out, err := runFailing(t, dir, former, x.name+","+x.action+","+x.nth)
		if !slices.Contains(out, "asked "+x.name) {
			t.Error("the point was not passed")
		}
		var ended *exec.ExitError
		if died := errors.As(err, &ended); x.action == "exit" && (!died || ended.ExitCode() != fail.Exited) || died && x.action != "exit" && x.action != "panic" {
			t.Errorf("the child ended with %v:\n%s", err, strings.Join(out, "\n"))
		}
		checkTroubled(t, dir, out, x.action == "error" || x.action == "delay")
		if t.Failed() {
			t.Fatalf("%+v", x)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		seen[x.action]++
	}
	t.Logf("%d points, %d runs: %v; nothing lost, nothing damaged", len(passed), len(all), seen)
}

// runFailing runs a child that something was asked of and returns what it said, and how it ended.
func runFailing(t *testing.T, dir string, former []byte, asked string) (out []string, err error) {
	t.Helper()
	beforeTrouble(t, dir, former)
	cmd, lines := child(t, "^TestHarnessFailpoints$", "failing", dir)
	cmd.Env = append(cmd.Env, "FAILPOINT="+asked)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		out = append(out, lines.Text())
	}
	return out, cmd.Wait()
}
