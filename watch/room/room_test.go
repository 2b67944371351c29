package room_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"pricegap/crawler"
	"pricegap/watch/room"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestShort(t *testing.T) {
	t.Parallel()
	const mib, gib = 1 << 20, 1 << 30
	for _, tt := range []struct {
		free, size, need uint64
		short            bool
	}{
		{256 * mib, gib, 0, false},
		{256*mib - 1, gib, 0, true},
		{256 * mib, gib, 1, true},
		{gib, 20 * gib, 0, false},
		{gib - 1, 20 * gib, 0, true},
		{4 * gib, 1024 * gib, 0, false},
		{4*gib - 1, 1024 * gib, 0, true},
	} {
		d := room.Disk(func() (uint64, uint64, error) { return tt.free, tt.size, nil })
		if got := d.Short(tt.need); (got != "") != tt.short {
			t.Errorf("%+v: %q", tt, got)
		}
	}
	for name, d := range map[string]room.Disk{"none": nil, "that does not answer": func() (uint64, uint64, error) { return 0, 0, errors.New("gone") }} {
		if got := d.Short(0); got != "" {
			t.Errorf("a disk %s: %s", name, got)
		}
	}
	if d := room.Of(t.TempDir()); d != nil {
		if free, size, err := d(); err != nil || size == 0 || free > size {
			t.Errorf("this disk: %d of %d free, %v", free, size, err)
		}
	}
}

// three is a crawl of three pages that notes when each was asked for.
type three struct {
	crawler.Crawls
	at []time.Time
}

func (c *three) Crawl(context.Context, crawler.Site) iter.Seq2[crawler.Visit, error] {
	return func(yield func(crawler.Visit, error) bool) {
		for range 3 {
			c.at = append(c.at, time.Now())
			if !yield(crawler.Visit{}, nil) {
				return
			}
		}
	}
}

func (c *three) Look(context.Context, crawler.Site, crawler.Request) (crawler.Visit, error) {
	c.at = append(c.at, time.Now())
	return crawler.Visit{}, nil
}

// TestCrawlsWait: no page is fetched while the disk is short; within ten seconds of there being room the crawl goes on; a crawl
// that is ended waits no longer.
func TestCrawlsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		short := func(from, to time.Duration) room.Disk {
			return func() (uint64, uint64, error) {
				if d := time.Since(began); d >= from && d < to {
					return 1, 1 << 40, nil
				}
				return 1 << 40, 1 << 40, nil
			}
		}
		inner := &three{}
		var notes []string
		c := room.Crawls{Crawls: inner, Disk: short(time.Second, time.Hour), Tell: func(s string) { notes = append(notes, s) }}
		for range c.Crawl(t.Context(), crawler.Site{}) {
			time.Sleep(600 * time.Millisecond) // the second is fetched before the disk is short, the third is not
		}
		var at []time.Duration
		for _, x := range inner.at {
			at = append(at, x.Sub(began))
		}
		if len(at) != 3 || at[1] >= time.Second || at[2] < time.Hour || at[2] > time.Hour+10*time.Second || len(notes) != 2 {
			t.Errorf("pages were asked for after %v; notes %q", at, notes)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c.Disk = short(0, 24*time.Hour)
		if _, err := c.Look(ctx, crawler.Site{}, crawler.Request{}); !errors.Is(err, context.DeadlineExceeded) || len(inner.at) != 3 {
			t.Errorf("a look while the disk is short: %v", err)
		}
		c.Disk = nil
		if _, err := c.Look(t.Context(), crawler.Site{}, crawler.Request{}); err != nil || len(inner.at) != 4 {
			t.Errorf("a look: %v", err)
		}
	})
}
