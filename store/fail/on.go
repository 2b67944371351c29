//go:build failpoint

package fail

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// FAILPOINT is "NAME,ACTION,N": what the N-th passing of a point does, counted from 1. "count" as a name has each passing told on
// standard output.
var (
	asked = strings.Split(os.Getenv("FAILPOINT"), ",")
	mu    sync.Mutex
	times = map[string]int{}
)

// Exited is the code with which a process exits that was asked to.
const Exited = 3

// Point does what was asked of the point of that name. Errors: ErrAsked.
func Point(name string) error {
	if asked[0] == "" {
		return nil
	}
	mu.Lock()
	times[name]++
	n := strconv.Itoa(times[name])
	mu.Unlock()
	if asked[0] == "count" {
		fmt.Println("point", name)
	}
	if len(asked) != 3 || asked[0] != name || asked[2] != n {
		return nil
	}
	fmt.Println("asked", name)
	switch asked[1] {
	case "exit":
		os.Exit(Exited)
	case "panic":
		panic(ErrAsked)
	case "error":
		return ErrAsked
	case "delay":
		time.Sleep(time.Second)
	}
	return nil
}
