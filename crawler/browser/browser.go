// Package browser brings pages that need JavaScript: an http.RoundTripper that opens a page in a headless Chromium and
// returns what its scripts made of it. Chromium has no network of its own: whatever a page asks for is judged and
// brought by us, through the guard, or refused.
package browser

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

const (
	defaultTabs  = 2
	defaultPages = 100
	// A Chromium that does not start is left alone so long.
	startAgain = time.Minute
)

// errClosed is for pages that are asked of a closed Pool.
var errClosed = errors.New("browser: closed")

// Options configure a Pool; the zero Options are right.
type Options struct {
	// Tabs is how many pages may be open at once; 0 means 2.
	Tabs int
	// Pages is after how many pages Chromium is started anew, so that what leaks in it stays small; 0 means 100.
	Pages int
	Log   *slog.Logger // nil discards
}

// Pool is a Chromium with a few tabs. It starts at the first page, and again after a crash. It is safe for concurrent
// use; Close stops it.
type Pool struct {
	path  string
	pages int
	log   *slog.Logger
	slots chan struct{}

	mu     sync.Mutex
	now    *chromium // the one that takes pages; nil before the first and after a crash
	failed error     // why it did not start, at that time
	at     time.Time
	closed bool
}

// New returns a Pool, or ErrNotFound.
func New(o Options) (*Pool, error) {
	path, err := Find()
	if err != nil {
		return nil, err
	}
	p := &Pool{path: path, pages: o.Pages, log: o.Log}
	if p.pages <= 0 {
		p.pages = defaultPages
	}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	if o.Tabs <= 0 {
		o.Tabs = defaultTabs
	}
	p.slots = make(chan struct{}, o.Tabs)
	return p, nil
}

// Close waits for the pages that are open, and stops Chromium with everything that it started. No page can be had
// afterwards.
func (p *Pool) Close() {
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.now != nil {
		p.now.stop()
		p.now = nil
	}
	for range cap(p.slots) {
		<-p.slots
	}
}

// Start starts Chromium where it does not run; its error says why it cannot. Pages start it as well.
func (p *Pool) Start(ctx context.Context) error {
	_, release, err := p.take(ctx)
	if err != nil {
		return err
	}
	release(false)
	return nil
}

// take waits for a free tab and returns the Chromium to open it in. Who has it gives it back with release, and says
// whether it is ill: then it takes no more pages.
func (p *Pool) take(ctx context.Context) (c *chromium, release func(ill bool), err error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	c, err = p.current(ctx)
	if err != nil {
		<-p.slots
		return nil, nil, err
	}
	return c, func(ill bool) {
		p.giveBack(c, ill)
		<-p.slots
	}, nil
}

// current returns the Chromium that takes the next page.
func (p *Pool) current(ctx context.Context) (*chromium, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	if p.now != nil && (p.now.lost() || p.now.opened >= p.pages) {
		p.retire()
	}
	if p.failed != nil && time.Since(p.at) < startAgain {
		return nil, p.failed
	}
	if p.now == nil {
		c, err := start(ctx, p.path)
		if err != nil && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			p.failed, p.at = fmt.Errorf("browser: %s does not start: %w", p.path, err), time.Now()
			return nil, p.failed
		}
		p.log.Debug("browser started", "path", p.path)
		p.now = c
	}
	p.now.opened++
	p.now.users++
	return p.now, nil
}

// retire lets the current Chromium end with its last page.
func (p *Pool) retire() {
	if p.now.users == 0 {
		p.now.stop()
	}
	p.now = nil
}

func (p *Pool) giveBack(c *chromium, ill bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.users--
	switch {
	case p.now == c && (ill || c.lost()):
		p.log.Warn("browser given up", "pages", c.opened)
		p.retire()
	case p.now != c && c.users == 0:
		c.stop()
	}
}
