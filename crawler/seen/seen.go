// Package seen knows pages again: by the shop's validators and by our own hash of the bytes.
package seen

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"

	"pricegap/crawler/keep"
)

// forgetAfter is when the marks of a page that is no longer seen are dropped.
const forgetAfter = 90 * 24 * time.Hour

// saveAfter is how many new marks wait for Save at least.
const saveAfter = 1000

// Mark is what is remembered of a page: the shop's validators (RFC 9110 §8.8) and our own hash. Day is when it
// was last confirmed, in days since 1970.
type Mark struct {
	URL            string
	ETag, Modified string
	Sum            [sha256.Size]byte
	Day            int64
}

// Of makes the mark of a page that was just fetched. Validators that cannot be kept and sent back as they are
// count as none.
func Of(url, etag, modified string, body []byte) Mark {
	return Mark{URL: url, ETag: usable(etag), Modified: usable(modified), Sum: sha256.Sum256(body)}
}

func usable(v string) string {
	if len(v) > 256 || strings.ContainsAny(v, "\t\r\n") {
		return ""
	}
	return v
}

// Marks are the marks of a source. Look may be called by many while one notes and saves.
type Marks struct {
	keep         keep.Keeper
	key, reading string
	mu           sync.RWMutex
	marks        map[string]Mark
	dirty        int
}

// Open reads the marks that are kept under key. Marks of another reading are dropped: the page may be the same, but
// what we would read from it is not.
func Open(ctx context.Context, k keep.Keeper, key, reading string) (*Marks, error) {
	v := &Marks{keep: k, key: key, reading: strings.Join(strings.Fields(reading), " "), marks: map[string]Mark{}}
	raw, err := k.GetState(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("seen: %s: %w", key, err)
	}
	first, rest, _ := bytes.Cut(raw, []byte("\n"))
	if string(first) != v.reading {
		return v, nil
	}
	for line := range bytes.Lines(rest) {
		if m, ok := parse(strings.TrimSuffix(string(line), "\n")); ok {
			v.marks[m.URL] = m
		}
	}
	return v, nil
}

func parse(line string) (Mark, bool) {
	f := strings.Split(line, "\t")
	if len(f) != 5 || f[0] == "" {
		return Mark{}, false
	}
	m := Mark{URL: f[0], ETag: f[1], Modified: f[2]}
	sum, err := base64.RawStdEncoding.DecodeString(f[3])
	if err != nil || copy(m.Sum[:], sum) != len(m.Sum) {
		return Mark{}, false
	}
	m.Day, err = strconv.ParseInt(f[4], 10, 64)
	return m, err == nil
}

// Look returns the mark of the page at url, and whether there is one.
func (v *Marks) Look(url string) (Mark, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	m, ok := v.marks[url]
	return m, ok
}

// Note remembers pages that are recorded now.
func (v *Marks) Note(now time.Time, marks []Mark) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, m := range marks {
		m.Day = day(now)
		v.marks[m.URL] = m
		v.dirty++
	}
}

func day(t time.Time) int64 { return t.Unix() / 86400 }

// Save keeps the marks, in whole. Unless last is set it waits until enough changed, so that the bytes written stay
// in proportion to the marks, however many checkpoints a run has.
func (v *Marks) Save(ctx context.Context, now time.Time, last bool) error {
	if v.dirty == 0 || !last && v.dirty < max(saveAfter, len(v.marks)/4) {
		return nil
	}
	oldest := day(now.Add(-forgetAfter))
	v.mu.Lock()
	maps.DeleteFunc(v.marks, func(_ string, m Mark) bool { return m.Day < oldest })
	v.mu.Unlock()
	var b bytes.Buffer
	b.WriteString(v.reading + "\n")
	for u, m := range v.marks {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%d\n", u, m.ETag, m.Modified, base64.RawStdEncoding.EncodeToString(m.Sum[:]), m.Day)
	}
	if err := v.keep.PutState(ctx, v.key, b.Bytes()); err != nil {
		return fmt.Errorf("seen: %s: %w", v.key, err)
	}
	v.dirty = 0
	return nil
}
