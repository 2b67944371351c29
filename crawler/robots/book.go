package robots

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"pricegap/crawler/keep"
	"pricegap/market"
)

const (
	keptFor  = 24 * time.Hour      // a file, before it is asked for again (RFC 9309 §2.4)
	staleFor = 24 * time.Hour      // longer, while it cannot be had (RFC 9309 §2.3.1.4 and §2.4)
	askAgain = time.Hour           // after an error
	tryAgain = 5 * time.Minute     // where nothing could be asked of the host
	lasting  = 30 * 24 * time.Hour // RFC 9309 §2.3.1.4: "a reasonably long period of time (for example, 30 days)"
)

// Book keeps the robots.txt of every origin across restarts, and those used of late in memory. It is safe for concurrent
// use.
type Book struct {
	Keep  keep.Keeper
	Clock market.Clock // files age by it
	Log   *slog.Logger
	Agent string

	mu      sync.Mutex
	entries map[string]*entry
	asks    int64 // how often entries were asked for
}

// maxEntries bounds the files in memory; the keeper has those that are not.
const maxEntries = 500

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
	// §2.3.1.4) until Again has passed. After 30 days it asks for a person: the RFC would let everything be fetched
	// then, we do not.
	Failed string
	Again  time.Duration
	// Stale says why the file cannot be had where an older copy holds in its place.
	Stale string
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
	used   int64         // the number of the last ask for it, of all; under the Book's mu
	loaded bool
	at     time.Time // of the last answer
	failed string
	far    market.FailureKind // Unreached
	since  time.Time          // of the first failure since the file was had last; the zero time where it is to be had
	file   *File              // the last that could be had; it allows everything where there was none
	got    time.Time          // when that was; the zero time where no copy may stand in for the file
}

// wait is after how long a failure is forgotten.
func (e *entry) wait() time.Duration {
	if e.far != "" {
		return tryAgain
	}
	return askAgain
}

// due reports whether the file is to be asked for.
func (e *entry) due(now time.Time) bool {
	age := now.Sub(e.at)
	return age < 0 || age >= keptFor || e.failed != "" && age >= e.wait()
}

// rules are those of the entry at a moment. With copies, a copy stands in for a file that cannot be had until it is
// two days old: one day as any file, one more because of the failure. It does not for a run that wants the file anew,
// nor where there is no connection to the host: nothing could be fetched by it.
func (e *entry) rules(now time.Time, copies bool) Rules {
	r := Rules{File: e.file, Again: max(e.at.Add(e.wait()).Sub(now), time.Second).Round(time.Second), Unreached: e.far}
	switch age := now.Sub(e.got); {
	case e.failed == "":
	case copies && e.far == "" && !e.got.IsZero() && age >= 0 && age < keptFor+staleFor:
		r.Stale = e.failed
	case now.Sub(e.since) >= lasting:
		r.Failed = fmt.Sprintf("%s; not to be had since %s, which is %d days: ask the shop, or take the source out",
			e.failed, e.since.UTC().Format(time.DateOnly), int(now.Sub(e.since)/(24*time.Hour)))
	default:
		r.Failed = e.failed
	}
	return r
}

// kept is an entry as it outlives the process.
type kept struct {
	At     time.Time `json:"at"`
	Failed string    `json:"failed,omitzero"`
	Since  time.Time `json:"since,omitzero"`
	// Body is the last file that could be had, nil where it had no rules; Got is when that was where Failed is set.
	Body []byte    `json:"body,omitzero"`
	Got  time.Time `json:"got,omitzero"`
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
	if anew.due(origin) || e.due(b.Clock()) {
		a, err := ask(ctx)
		if err != nil {
			return Rules{}, err
		}
		b.learn(ctx, origin, e, a)
		anew.done(origin)
	}
	return e.rules(b.Clock(), anew == nil), nil
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
		b.forget()
		b.entries[origin] = e
	}
	b.asks++
	e.used = b.asks
	return e
}

// forget makes room for an entry in place of the one that was used longest ago and is not in use.
func (b *Book) forget() {
	if len(b.entries) < maxEntries {
		return
	}
	oldest, at := "", b.asks+1
	for origin, e := range b.entries {
		if e.used < at && len(e.turn) == 0 {
			oldest, at = origin, e.used
		}
	}
	delete(b.entries, oldest)
}

// learn takes an answer and keeps it.
func (b *Book) learn(ctx context.Context, origin string, e *entry, a Answer) {
	now := b.Clock()
	file := Parse(a.Body, b.Agent)
	if a.Failed == "" && !file.Known() && len(a.Body) >= MaxBytes && !isHTML(a.Body) {
		a.Failed = "its first 512 KiB have no rules, and more follows"
	}
	e.at, e.failed, e.far = now, a.Failed, a.Unreached
	if a.Failed != "" {
		b.lose(ctx, origin, e)
		return
	}
	e.file, e.since, e.got = file, time.Time{}, time.Time{}
	k := kept{At: now}
	if file.Known() {
		k.Body, e.got = a.Body[:min(len(a.Body), MaxBytes)], now
	} else if len(a.Body) > 0 {
		b.Log.Warn("robots.txt has no rules", "host", origin, "bytes", len(a.Body))
	}
	b.keep(ctx, origin, k)
}

// lose notes that a file could not be had, and keeps the copy there is. What a host did not answer itself is not
// kept, but for the day since when there is no file.
func (b *Book) lose(ctx context.Context, origin string, e *entry) {
	first := e.since.IsZero()
	if first {
		e.since = e.at
	}
	r := e.rules(e.at, true)
	if r.Stale != "" {
		b.Log.Warn("robots.txt cannot be had, an older copy holds", "host", origin, "why", r.Stale, "copy", e.got)
	}
	k := b.kept(ctx, origin) // a state that is read is one that is used
	if e.far != "" && !first {
		return
	}
	if k.Failed == "" && k.Body != nil {
		k.Got = k.At
	}
	k.Since = e.since
	if e.far == "" {
		k.At, k.Failed = e.at, e.failed
	}
	b.keep(ctx, origin, k)
}

func (b *Book) keep(ctx context.Context, origin string, k kept) {
	raw, err := json.Marshal(k)
	if err == nil {
		err = b.Keep.PutState(context.WithoutCancel(ctx), key(origin), raw)
	}
	if err != nil {
		b.Log.Warn("robots.txt not kept", "host", origin, "error", err)
	}
}

// kept returns what an earlier answer left, the zero kept where there is nothing. It is read even where ctx has ended: what
// is not read now is not looked for again.
func (b *Book) kept(ctx context.Context, origin string) (k kept) {
	raw, err := b.Keep.GetState(context.WithoutCancel(ctx), key(origin))
	if err != nil {
		b.Log.Warn("robots.txt not read from the store", "host", origin, "error", err)
	}
	if raw == nil || json.Unmarshal(raw, &k) != nil {
		return kept{}
	}
	return k
}

func (b *Book) load(ctx context.Context, origin string, e *entry) {
	e.loaded = true
	k := b.kept(ctx, origin)
	e.at, e.failed, e.since, e.file = k.At, k.Failed, k.Since, Parse(k.Body, b.Agent)
	switch {
	case k.Body == nil:
	case k.Failed == "":
		e.got = k.At
	default:
		e.got = k.Got
	}
}

func key(origin string) string { return "robots/" + origin }
