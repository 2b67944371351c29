package robots

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"pricegap/crawler/keep"
	"pricegap/market"
)

const (
	keptFor  = 24 * time.Hour  // RFC 9309 §2.4
	askAgain = time.Hour       // after an error
	tryAgain = 5 * time.Minute // where nothing could be asked of the host
)

// Book keeps the robots.txt of every origin, in memory and across restarts. It is safe for concurrent use.
type Book struct {
	Keep  keep.Keeper
	Clock market.Clock // files age by it
	Log   *slog.Logger
	Agent string

	mu      sync.Mutex
	entries map[string]*entry
}

// Anew is for a run that asks for each robots.txt again, once, whatever is known of it. It is safe for concurrent
// use; the nil Anew asks for nothing again.
type Anew struct{ asked sync.Map }

func (a *Anew) due(origin string) bool {
	if a == nil {
		return false
	}
	_, asked := a.asked.Load(origin)
	return !asked
}

func (a *Anew) done(origin string) {
	if a != nil {
		a.asked.Store(origin, nil)
	}
}

// Rules are the robots.txt of an origin as it stands now.
type Rules struct {
	*File
	// Failed says why the file cannot be had, empty when it can. Then nothing may be fetched (RFC 9309
	// §2.3.1.4) until Again has passed.
	Failed string
	Again  time.Duration
	// Unreached is that of the Answer.
	Unreached market.FailureKind
}

// Answer is what asking for a robots.txt brought: a Body, empty where there is none and everything may be
// fetched (RFC 9309 §2.3.1.3), or Failed.
type Answer struct {
	Body   []byte
	Failed string
	// Unreached is the failure of a host to which there was no connection at all, empty where there was one. It is
	// forgotten soon, and with the process: as likely as the host our own network was down.
	Unreached market.FailureKind
}

type entry struct {
	turn   chan struct{} // one asks, the others wait: one flight an origin
	loaded bool
	at     time.Time
	failed string
	far    market.FailureKind // Unreached
	file   *File
}

// wait is after how long a failure is forgotten.
func (e *entry) wait() time.Duration {
	if e.far != "" {
		return tryAgain
	}
	return askAgain
}

// kept is an entry as it outlives the process.
type kept struct {
	At     time.Time `json:"at"`
	Failed string    `json:"failed,omitzero"`
	Body   []byte    `json:"body,omitzero"`
}

// Of returns the rules of origin, "https://shop.example", and asks for them where they are not known, too old, or
// wanted anew. The error is that of ctx or of ask; nothing is remembered then.
func (b *Book) Of(ctx context.Context, origin string, anew *Anew, ask func(context.Context) (Answer, error)) (Rules, error) {
	e := b.entry(origin)
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return Rules{}, ctx.Err()
	}
	if !e.loaded {
		b.load(ctx, origin, e)
	}
	e.loaded = true
	age := b.Clock().Sub(e.at)
	if anew.due(origin) || age < 0 || age >= keptFor || e.failed != "" && age >= e.wait() {
		a, err := ask(ctx)
		if err != nil {
			return Rules{}, err
		}
		b.learn(ctx, origin, e, a)
		anew.done(origin)
	}
	again := max(e.at.Add(e.wait()).Sub(b.Clock()), time.Second).Round(time.Second)
	return Rules{File: e.file, Failed: e.failed, Again: again, Unreached: e.far}, nil
}

func (b *Book) entry(origin string) *entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, ok := b.entries[origin]
	if !ok {
		e = &entry{turn: make(chan struct{}, 1)}
		if b.entries == nil {
			b.entries = map[string]*entry{}
		}
		b.entries[origin] = e
	}
	return e
}

// learn takes an answer and keeps it.
func (b *Book) learn(ctx context.Context, origin string, e *entry, a Answer) {
	e.at, e.failed, e.far, e.file = b.Clock(), a.Failed, a.Unreached, Parse(a.Body, b.Agent)
	if e.far != "" {
		return
	}
	k := kept{At: e.at, Failed: a.Failed}
	if e.file.Known() {
		k.Body = a.Body[:min(len(a.Body), MaxBytes)]
	} else if len(a.Body) > 0 {
		b.Log.Warn("robots.txt has no rules", "host", origin, "bytes", len(a.Body))
	}
	raw, err := json.Marshal(k)
	if err == nil {
		err = b.Keep.PutState(ctx, key(origin), raw)
	}
	if err != nil {
		b.Log.Warn("robots.txt not kept", "host", origin, "error", err)
	}
}

func (b *Book) load(ctx context.Context, origin string, e *entry) {
	raw, err := b.Keep.GetState(ctx, key(origin))
	if err != nil {
		b.Log.Warn("robots.txt not read from the store", "host", origin, "error", err)
	}
	var k kept
	if raw != nil && json.Unmarshal(raw, &k) == nil {
		e.at, e.failed, e.file = k.At, k.Failed, Parse(k.Body, b.Agent)
	}
}

func key(origin string) string { return "robots/" + origin }
