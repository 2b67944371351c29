// Package room has crawls wait while the disk of the store runs short, so that what else must be written still can be.
package room

import (
	"context"
	"fmt"
	"iter"
	"time"

	"pricegap/crawler"
)

// Disk says how many bytes a disk has, and how many of them are free for us.
type Disk func() (free, size uint64, err error)

// So much of a disk must be free: a twentieth, but no less and no more than so many bytes. A twentieth of a large disk is more than
// a store ever needs to come to an end in order.
const (
	share = 20
	least = 256 << 20
	most  = 4 << 30
)

// Least returns how many bytes must be free on a disk of a size.
func Least(size uint64) uint64 { return min(max(least, size/share), most) }

// Short says that less than need bytes are free beyond those that must be; "" where there is room, and where the disk does not say.
func (d Disk) Short(need uint64) string {
	if d == nil {
		return ""
	}
	free, size, err := d()
	if err != nil || free >= Least(size)+need {
		return ""
	}
	return fmt.Sprintf("the disk has %d MiB free; %d MiB must be", free>>20, (Least(size)+need)>>20)
}

// look is how often a disk that is short is looked at: crawls go on within ten seconds.
const look = 5 * time.Second

// Crawls are crawls that wait, before each page, while the disk is short. It costs a system call a page.
type Crawls struct {
	crawler.Crawls
	Disk Disk
	// Tell hears that the crawl waits, and that it goes on.
	Tell func(note string)
}

// wait returns when there is room. Errors: those of ctx.
func (c Crawls) wait(ctx context.Context) error {
	for waits := false; ; waits = true {
		why := c.Disk.Short(0)
		if why == "" {
			if waits {
				c.Tell("there is room again: it goes on")
			}
			return ctx.Err()
		}
		if !waits {
			c.Tell(why + "; it waits for room")
		}
		t := time.NewTimer(look)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
}

// Look implements crawler.Crawls.
func (c Crawls) Look(ctx context.Context, s crawler.Site, r crawler.Request) (crawler.Visit, error) {
	if err := c.wait(ctx); err != nil {
		return crawler.Visit{}, err
	}
	return c.Crawls.Look(ctx, s, r)
}

// Crawl implements crawler.Crawls.
func (c Crawls) Crawl(ctx context.Context, s crawler.Site) iter.Seq2[crawler.Visit, error] {
	return func(yield func(crawler.Visit, error) bool) {
		_ = c.wait(ctx) // a ctx that ended is for the crawl itself to tell
		for v, err := range c.Crawls.Crawl(ctx, s) {
			if !yield(v, err) {
				return
			}
			_ = c.wait(ctx)
		}
	}
}
