// Package queue says who crawls what: the frontier of a run decides which pages are visited, the queue under
// it which wait and which are done. It outlives the process, so that an interrupted run goes on where it stopped.
package queue

import (
	"context"
	"time"
)

// Rank is how soon a product page is wanted; the higher, the sooner.
type Rank uint8

// The ranks.
const (
	Rest    Rank = iota // nothing speaks for it
	Moving              // it changes often, or was not seen for long
	Matched             // it sells a product of ours
	Asked               // somebody in the shop asks for it now
)

// Item is one page to visit.
type Item struct {
	// URL is the address to fetch.
	URL string
	// Role says what the page is expected to be: product, list, json or sitemap.
	Role string
	// Rank is how soon it is wanted; of lists and sitemaps only Asked counts.
	Rank Rank
	// Start is the index of the starting point that led to it.
	Start int
	// Chain names the list that the page continues, by the address of its first page; empty outside of lists.
	Chain string
	// Idle counts the pages of the chain in a row that brought nothing new.
	Idle int
	// Depth counts the sitemap indexes above a sitemap, and the lists above a list since the last that brought a product
	// that was new to the source; the pages of one list are not counted. Nought is a starting point.
	Depth int

	sum uint64 // of the key under which it was pushed
}

// Meta describes what an earlier run left behind.
type Meta struct {
	// Plan is a fingerprint of what was asked for; another plan starts anew.
	Plan string `json:"plan"`
	// BeganAt is when the frontier was begun, by the first of the runs that went on with it.
	BeganAt time.Time `json:"began_at,omitzero"`
	// SavedAt is when the frontier was kept.
	SavedAt time.Time `json:"saved_at"`
	// Why says what ended the run, in one word of the crawler's.
	Why string `json:"why,omitzero"`
	// Traps are the patterns that are left out, as the Frontier names them.
	Traps []string `json:"traps,omitzero"`
}

// Queue holds the pages that wait. Each host has its turn; of the pages of one host those asked for come first. Then
// every other turn belongs to discovery while any waits (sitemaps and further pages of lists, then lists, then lists
// that are narrowed by a query), the others to product pages by their rank: so neither starves. Within all of these,
// first in is first out. Each key goes in once. It is for one goroutine.
type Queue interface {
	// Push adds an item under its key, the canonical address. It reports false for a key that was pushed before; an
	// Asked item is put in front all the same, and true is reported, as long as what was pushed waits.
	Push(key string, it Item) bool
	// Pop hands out the next item of a host that is free. It is still kept as waiting until Done.
	Pop(free func(host string) bool) (Item, bool)
	// Done says that an item which Pop handed out was visited.
	Done(it Item)
	// Waiting is how many items of the hosts that pass wait to be handed out.
	Waiting(pass func(host string) bool) int
	// Unsaved is how many bytes the next Save has to write at least.
	Unsaved() int
	// Save keeps what waits and what is done; it writes what is new since the last Save, and up to 16 KiB again.
	Save(ctx context.Context, m Meta) error
	// Finish forgets everything that was kept.
	Finish(ctx context.Context) error
}
