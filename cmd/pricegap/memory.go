package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

const (
	// memoryLimit is what the process tries to stay below, in bytes, where GOMEMLIMIT says nothing else.
	memoryLimit = 256 << 20
	// garbage is how many bytes may pile up between two collections where GOGC says nothing else: enough for the pages of a
	// dozen visits. A share of what lives, as the runtime has it, would be little for a small crawl, which then collects at
	// every second page, and a third of the memory of a large one.
	garbage = 8 << 20
	// bulkGarbage is the same for what reads or writes many rows, of which few live: there a collection is what costs.
	// Together with what lives it stays below bulkHeap, where that leaves more than garbage.
	bulkGarbage, bulkHeap = 48 << 20, 112 << 20
	// leastGarbage and mostGarbage are the bounds of what that comes to in percent of what lives.
	leastGarbage, mostGarbage = 20, 400
)

// bulk says that many rows are read or written from now on.
var bulk atomic.Bool

func limitMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	if os.Getenv("GOGC") == "" {
		new(pacer).pace()
	}
}

// share is how much garbage may pile up where live bytes live, in percent of them.
func share(live uint64) int {
	room := uint64(garbage)
	if bulk.Load() {
		room = min(bulkGarbage, max(garbage, bulkHeap-min(live, bulkHeap)))
	}
	return int(max(leastGarbage, min(mostGarbage, room*100/max(1, live))))
}

// pacer sets the runtime's percentage anew after each collection.
type pacer struct{ percent int }

// pace sets the percentage that lets garbage pile up to its bound, and comes again after the next collection.
func (p *pacer) pace() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	next := share(live[0].Value.Uint64())
	if change := next - p.percent; change > p.percent/10 || change < -p.percent/10 { // it stops the world
		p.percent = next
		debug.SetGCPercent(next)
	}
	runtime.AddCleanup(new(*pacer), (*pacer).pace, p)
}
