// Package seen knows pages again: by the shop's validators, by our own hash of the bytes, and by how often they have
// changed.
package seen

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"pricegap/crawler/keep"
)

const (
	// forgetAfter is when the marks of a page that is no longer seen are dropped.
	forgetAfter = 90 * 24 * time.Hour
	// saveAfter is how many new marks wait for Save at least.
	saveAfter = 1000
	// GoneAfter is in how many runs in a row a page has to be missing before it has ended.
	GoneAfter = 3
	// maxValidator is how many bytes a validator has at most that is remembered, maxValid the two of a page.
	maxValidator = 256
	maxValid     = 2*maxValidator + len("\x00\x001234567890")
)

// Mark is what is remembered of a page: the shop's validators (RFC 9110 §8.8) and our own hash.
type Mark struct {
	URL            string
	ETag, Modified string
	// Sum is that of the body, and Packed that of the body as it came, zero where it was not packed.
	Sum, Packed Sum
	// FetchedAt is when the page was last fetched, or confirmed by the shop, whole seconds.
	FetchedAt time.Time
	// ConfirmedAt is when the page was last known to be so, by a fetch or by a sitemap that is trusted; whole seconds. In
	// the mark of a fetch that is not noted yet it is that of the mark which the page was held against.
	ConfirmedAt time.Time
	// Until is when the page may say something else although it is the same, whole seconds; zero for never.
	Until time.Time
	// Change says how often the page has changed lately, from 0 for never to 255.
	Change uint8
	// Barren says that the page sells nothing, such as one about the shop. It has no validators, since only the same bytes are sure to
	// say the same: a page that lost its price for a moment may come back under the validators that it had then.
	Barren bool
}

// Sum is the first half of a SHA-256.
type Sum = [sha256.Size / 2]byte

// Of makes the mark of a page that was just fetched, by the SHA-256 of its bytes. Validators that cannot be sent back as they
// are count as none.
func Of(url, etag, modified string, sum [sha256.Size]byte) Mark {
	return Mark{URL: url, ETag: usable(etag), Modified: usable(modified), Sum: Sum(sum[:len(Sum{})])}
}

// Confirmed is m for a page that is the same now, with the validators that it has now.
func (m Mark) Confirmed(etag, modified string) Mark {
	m.ETag, m.Modified, m.FetchedAt = usable(etag), usable(modified), time.Time{}
	return m
}

func usable(v string) string {
	if len(v) > maxValidator || strings.ContainsAny(v, "\x00\t\r\n") {
		return ""
	}
	return v
}

// Marks are the marks of a source. Look may be called by many while one notes and saves.
type Marks struct {
	keep         keep.Keeper
	key, reading string
	mu           sync.RWMutex
	marks        table
	dirty        int
	parts        int // in the keeper
}

// Open reads the marks that are kept under key. Marks of another reading are dropped: the page may be the same, but
// what we would read from it is not.
func Open(ctx context.Context, k keep.Keeper, key, reading string) (*Marks, error) {
	v := &Marks{keep: k, key: key, reading: strings.Join(append([]string{form}, strings.Fields(reading)...), " ")}
	raw, err := k.GetState(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("seen: %s: %w", key, err)
	}
	first, rest, _ := strings.Cut(string(raw), "\n")
	v.parts, _ = strconv.Atoi(strings.TrimSpace(rest)) // what cannot be read counts as nothing kept
	v.parts = min(max(v.parts, 0), maxParts)
	if first != v.reading {
		return v, nil
	}
	for i := range v.parts {
		part, err := k.GetState(ctx, v.partKey(i))
		if err != nil {
			return nil, fmt.Errorf("seen: %s: %w", key, err)
		}
		v.unpack(part)
	}
	return v, nil
}

// hash is the FNV-1a of url, as hash/fnv has it for bytes; it is kept.
func hash(url string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(url) {
		h = (h ^ uint64(url[i])) * 1099511628211
	}
	return h
}

// Look returns the mark of the page at url, and whether there is one.
func (v *Marks) Look(url string) (Mark, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	e := v.marks.find(hash(url))
	if e == nil || e.row() > 0 {
		return Mark{}, false
	}
	etag, modified, _ := strings.Cut(v.marks.valid(e), "\x00")
	modified, until, _ := strings.Cut(modified, "\x00")
	return Mark{
		URL: url, ETag: etag, Modified: modified, Sum: e.sum, Packed: e.packed, Change: e.change,
		FetchedAt: time.Unix(int64(e.fetched), 0).UTC(), ConfirmedAt: time.Unix(int64(e.known), 0).UTC(),
		Barren: e.missing == barren, Until: moment(until),
	}, true
}

// Note remembers pages that are recorded now, as fetched at their FetchedAt.
func (v *Marks) Note(marks []Mark) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, m := range marks {
		e, isNew := v.marks.put(hash(m.URL))
		if !isNew {
			e.change = changed(e.change, e.sum != m.Sum)
		}
		e.sum, e.packed, e.missing = m.Sum, m.Packed, 0
		e.fetched = seconds(m.FetchedAt)
		e.known = e.fetched
		valid := ""
		switch {
		case m.Barren:
			e.missing = barren
		case !m.Until.IsZero():
			valid = m.ETag + "\x00" + m.Modified + "\x00" + strconv.FormatUint(uint64(seconds(m.Until)), 10)
		case m.ETag != "" || m.Modified != "":
			valid = m.ETag + "\x00" + m.Modified
		}
		v.marks.setValid(e, valid)
		v.dirty++
	}
}

// moment reads what Note wrote of a moment; the zero time for none.
func moment(text string) time.Time {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(int64(n), 0).UTC()
}

// changed moves the measure of change half of the way up, or an eighth of the way down.
func changed(was uint8, is bool) uint8 {
	if is {
		return was + (255-was)/2
	}
	return was - (was+7)/8
}

// Vouch notes that the page at url was known at that moment to be as it was fetched, without a fetch. That alone is not
// worth a Save in mid-run: who lost it fetches the page.
func (v *Marks) Vouch(at time.Time, url string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e := v.marks.find(hash(url)); e != nil {
		e.known = max(e.known, seconds(at))
		v.dirty = max(v.dirty, 1)
	}
}

// Forget drops the mark of the page at url.
func (v *Marks) Forget(url string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e := v.marks.find(hash(url)); e != nil {
		v.marks.forget(e)
		v.dirty++
	}
}

// Missing is in how many runs in a row the page at url was not there, at most GoneAfter.
func (v *Marks) Missing(url string) int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if e := v.marks.find(hash(url)); e != nil {
		return int(e.row())
	}
	return 0
}

// Missed notes that the page at url was not there in this run either.
func (v *Marks) Missed(now time.Time, url string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	e, _ := v.marks.put(hash(url))
	e.missing = min(e.row()+1, GoneAfter)
	e.size, e.fetched, e.known = 0, seconds(now), seconds(now)
	v.dirty++
}

// Save keeps the marks, in whole. Unless last is set it waits until enough changed, so that the bytes written stay
// in proportion to the marks, however many checkpoints a run has.
func (v *Marks) Save(ctx context.Context, now time.Time, last bool) error {
	if v.dirty == 0 || !last && v.dirty < max(saveAfter, v.marks.live/4) {
		return nil
	}
	oldest := seconds(now.Add(-forgetAfter))
	v.mu.Lock()
	for e := range v.marks.all() {
		if e.fetched < oldest {
			v.marks.forget(e)
		}
	}
	v.mu.Unlock()
	if err := v.save(ctx); err != nil {
		return fmt.Errorf("seen: %s: %w", v.key, err)
	}
	v.dirty = 0
	return nil
}
