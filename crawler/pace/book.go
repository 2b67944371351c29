package pace

import (
	"log/slog"
	"strings"
	"sync"

	"pricegap/crawler/keep"
	"pricegap/market"
)

// maxHosts bounds the hosts in memory that are idle; the keeper has those that are not there.
const maxHosts = 500

// Book knows all hosts of a crawler, and has those used of late in memory. It is safe for concurrent use.
type Book struct {
	Keep  keep.Keeper
	Clock market.Clock
	Log   *slog.Logger

	mu    sync.Mutex
	hosts map[string]*Host
	asks  int64 // how often hosts were asked for
}

// Visit returns the host of that name for a run that asks it for pages; Rest follows. Until then it is always the same
// one for all.
func (b *Book) Visit(name string) *Host {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.host(name)
	h.visits.Add(1)
	return h
}

// Host returns the host of that name. Upper and lower case are the same, with and without the dot of the root, and so
// are the ports of http and https: one machine answers at all of them.
func (b *Book) Host(name string) *Host {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.host(name)
}

// host is Host. The caller holds mu.
func (b *Book) host(name string) *Host {
	name = canonical(name)
	h, ok := b.hosts[name]
	if !ok {
		h = &Host{
			name: name, book: b, turn: make(chan struct{}, 1), freed: make(chan struct{}, 1), wishes: map[market.SourceID]Wish{},
		}
		if b.hosts == nil {
			b.hosts = map[string]*Host{}
		}
		b.forget()
		b.hosts[name] = h
	}
	b.asks++
	h.used = b.asks
	return h
}

func canonical(name string) string {
	name = strings.ToLower(name)
	for _, port := range []string{":80", ":443"} {
		name = strings.TrimSuffix(name, port)
	}
	if host, port, ok := strings.Cut(name, ".:"); ok {
		name = host + ":" + port
	}
	return strings.TrimSuffix(name, ".")
}

// forget makes room for a host in place of the idle one that was asked for longest ago.
func (b *Book) forget() {
	if len(b.hosts) < maxHosts {
		return
	}
	oldest, at := "", b.asks+1
	for name, h := range b.hosts {
		if h.used < at && h.forgettable() {
			oldest, at = name, h.used
		}
	}
	delete(b.hosts, oldest)
}

// forgettable reports whether all that matters of the host is kept. It does not wait.
func (h *Host) forgettable() bool {
	if !h.mu.TryLock() {
		return false
	}
	defer h.mu.Unlock()
	return h.idle() && h.left() <= 0
}
