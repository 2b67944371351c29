package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// asCommand makes the test binary act as pricegap: tests start it as a process of its own where signals, locks
// and exit codes matter.
const asCommand = "PRICEGAP_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	testscript.Main(leakless{m}, map[string]func(){"pricegap": main})
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
	testscript.Run(t, testscript.Params{Dir: "testdata"})
}
