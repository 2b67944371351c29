package main

import (
	"context"
	"os"
	"os/exec"
	"runtime/pprof"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"pricegap/crawler/shoptest"
	"pricegap/watch/room"
)

// asCommand makes the test binary act as pricegap: tests start it as a process of its own where signals, locks
// and exit codes matter.
const asCommand = "PRICEGAP_AS_COMMAND"

// profileDir makes a process that acts as pricegap leave a profile of its processor time in the folder that it names,
// for `make profile`.
const profileDir = "PRICEGAP_PROFILE_DIR"

func TestMain(m *testing.M) {
	diskOf = func(string) room.Disk { return nil } // never short
	fresh := self
	self = func(ctx context.Context, args ...string) (*exec.Cmd, error) {
		cmd, err := fresh(ctx, args...)
		if err == nil {
			cmd.Env = append(os.Environ(), asCommand+"=1")
		}
		return cmd, err
	}
	if os.Getenv(asCommand) != "" {
		os.Exit(profiled(func() int { return run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr) }))
	}
	testscript.Main(leakless{m}, map[string]func(){"pricegap": main})
}

// profiled does what it is given, and returns its exit code.
func profiled(do func() int) int {
	dir := os.Getenv(profileDir)
	if dir == "" {
		return do()
	}
	file, err := os.CreateTemp(dir, "*.prof")
	if err == nil {
		err = pprof.StartCPUProfile(file)
	}
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		return exitFailed
	}
	defer pprof.StopCPUProfile()
	return do()
}

// leakless fails a run of tests that leaves goroutines behind.
type leakless struct{ m *testing.M }

// Run implements testscript.TestingM.
func (l leakless) Run() int {
	code := l.m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		os.Stderr.WriteString("goleak: " + err.Error() + "\n")
		return 1
	}
	return code
}

// TestScripts runs the command line by the scripts in testdata.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata",
		Setup: func(e *testscript.Env) error { e.Values[shopKey{}] = new(*shoptest.Server); return nil },
		Cmds:  map[string]func(*testscript.TestScript, bool, []string){"shop": shop, "spoil": spoil},
	})
}

// spoil is a command of the scripts: "spoil FILE N TO" copies a file, and page N of the copy becomes nought.
func spoil(ts *testscript.TestScript, _ bool, args []string) {
	b := []byte(ts.ReadFile(args[0]))
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	clear(b[n*4096 : (n+1)*4096])
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), b, 0o600))
}

// shopKey is under what a script keeps its shops.
type shopKey struct{}

// shop is a command of the scripts: "shop open" opens fictional shops on loopback at $SHOPS, "shop fail HOST STATUS" lets
// one answer with that status, pages and robots.txt alike.
func shop(ts *testscript.TestScript, neg bool, args []string) {
	srv := ts.Value(shopKey{}).(**shoptest.Server)
	switch {
	case !neg && len(args) == 1 && args[0] == "open":
		var err error
		*srv, err = shoptest.Start(shoptest.New(shoptest.Options{Products: 12}))
		ts.Check(err)
		ts.Defer(func() { ts.Check((*srv).Close()) })
		ts.Setenv("SHOPS", (*srv).Addr())
	case !neg && len(args) == 3 && args[0] == "fail":
		status, err := strconv.Atoi(args[2])
		ts.Check(err)
		(*srv).SetFault(args[1], shoptest.Fault{Status: status})
	default:
		ts.Fatalf("usage: shop open | shop fail HOST STATUS")
	}
}
