// Package queue says who crawls what: the frontier of a run decides which pages are visited, the queue under
// it which wait and which are done. It outlives the process, so that an interrupted run goes on where it stopped.
package queue

import (
	"context"
	"time"
)

// Item is one page to visit.
type Item struct {
	// URL is the address to fetch.
	URL string
	// Role says what the page is expected to be: product, list, json or sitemap.
	Role string
	// Start is the index of the starting point that led to it.
	Start int
	// Chain names the list that the page continues; empty outside of lists.
	Chain string
	// Idle counts the pages of the chain in a row that brought nothing new.
	Idle int
	// Depth counts the sitemap indexes above a sitemap.
	Depth int
}

// Meta describes what an earlier run left behind.
type Meta struct {
	// Plan is a fingerprint of what was asked for; another plan starts anew.
	Plan string `json:"plan"`
	// SavedAt is when the frontier was kept.
	SavedAt time.Time `json:"saved_at"`
	// Why says what ended the run, in one word of the crawler's.
	Why string `json:"why,omitzero"`
}

// Queue is a frontier. Items come out in the order in which they went in; each key goes in once. It is for one
// goroutine.
type Queue interface {
	// Push adds an item under its key, the canonical address; it reports false for a key that was pushed before.
	Push(key string, it Item) bool
	// Pop hands out the next item. It is still kept as waiting until Done.
	Pop() (Item, bool)
	// Done says that an item which Pop handed out was visited.
	Done(it Item)
	// Len is how many items wait to be handed out.
	Len() int
	// Save keeps what waits and what is done.
	Save(ctx context.Context, m Meta) error
	// Finish forgets everything that was kept.
	Finish(ctx context.Context) error
}
