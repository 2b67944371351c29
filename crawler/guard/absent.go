package guard

import (
	"strings"
	"sync"
	"time"
)

const (
	absentFor = 5 * time.Minute
	absentMax = 10_000
)

// Absent remembers which names do not exist, each for five minutes, at most 10,000 of them. It is ready when zero and
// safe for concurrent use; Transports may share one.
type Absent struct {
	mu    sync.Mutex
	until map[string]time.Time
	order []string // the names, oldest first
}

func (a *Absent) has(name string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	t, ok := a.until[absentKey(name)]
	return ok && time.Now().Before(t)
}

func (a *Absent) add(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now, key := time.Now(), absentKey(name)
	if now.Before(a.until[key]) {
		return
	}
	for len(a.order) > 0 && (len(a.order) >= absentMax || !now.Before(a.until[a.order[0]])) {
		delete(a.until, a.order[0])
		a.order = a.order[1:]
	}
	if a.until == nil {
		a.until = map[string]time.Time{}
	}
	a.until[key] = now.Add(absentFor)
	a.order = append(a.order, key)
}

func absentKey(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
