package crawler

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"pricegap/crawler/guard"
	"pricegap/parsers"
)

// forgetAfter is when the validators of a page that is no longer seen are dropped.
const forgetAfter = 90 * 24 * time.Hour

// mark is what is remembered of a page to know it again: the shop's validators (RFC 9110 §8.8) and our own hash.
type mark struct {
	url            string
	etag, modified string
	sum            [sha256.Size]byte
	day            int64 // when it was last confirmed, in days since 1970
}

// validators are the marks of a source. Workers look; the run alone notes and saves.
type validators struct {
	key, reading string
	mu           sync.RWMutex
	marks        map[string]mark
	dirty        int
}

func (v *validators) look(u string) (mark, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	m, ok := v.marks[u]
	return m, ok
}

// cached asks conditionally for product pages that were recorded before, and knows a page again by its bytes. Lists
// and sitemaps are always read: their links are needed.
type cached struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (c cached) RoundTrip(req *http.Request) (*http.Response, error) {
	j := jobOf(req)
	if j.known == nil || j.req.Fresh || j.req.Role != parsers.RoleProduct {
		return c.next.RoundTrip(req)
	}
	u := req.URL.String()
	was, ok := j.known.look(u)
	if ok {
		req = req.Clone(req.Context())
		set(req.Header, "If-None-Match", was.etag)
		set(req.Header, "If-Modified-Since", was.modified)
	}
	res, err := c.next.RoundTrip(req)
	if err != nil || isRedirect(res.StatusCode) {
		return res, err
	}
	if res.StatusCode == http.StatusNotModified {
		j.notModified, j.mark = true, was
		return res, nil
	}
	j.mark = mark{url: u, etag: usable(res.Header.Get("ETag")), modified: usable(res.Header.Get("Last-Modified"))}
	if b, isBody := res.Body.(*guard.Body); isBody {
		j.mark.sum = sha256.Sum256(b.Bytes)
		j.notModified = ok && j.mark.sum == was.sum
	}
	return res, nil
}

func set(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}

// usable is v if it can be kept and sent back as it is.
func usable(v string) string {
	if len(v) > 256 || strings.ContainsAny(v, "\t\r\n") {
		return ""
	}
	return v
}

// loadValidators reads the marks of a source. Marks of another reading are dropped: the page may be the same, but
// what we would read from it is not.
func (c *Crawler) loadValidators(ctx context.Context, s Site) (*validators, error) {
	v := &validators{key: "seen/" + string(s.Source.ID), reading: clean(c.agent + " " + s.Reading), marks: map[string]mark{}}
	raw, err := c.keep.GetState(ctx, v.key)
	if err != nil {
		return nil, fmt.Errorf("crawler: %s: %w", v.key, err)
	}
	first, rest, _ := bytes.Cut(raw, []byte("\n"))
	if string(first) != v.reading {
		return v, nil
	}
	for line := range bytes.Lines(rest) {
		if m, ok := parseMark(strings.TrimSuffix(string(line), "\n")); ok {
			v.marks[m.url] = m
		}
	}
	return v, nil
}

func clean(s string) string { return strings.Join(strings.Fields(s), " ") }

func parseMark(line string) (mark, bool) {
	f := strings.Split(line, "\t")
	if len(f) != 5 {
		return mark{}, false
	}
	m := mark{url: f[0], etag: f[1], modified: f[2]}
	n, err := base64.RawStdEncoding.Decode(m.sum[:], []byte(f[3][:min(len(f[3]), 43)]))
	if err != nil || n != len(m.sum) {
		return mark{}, false
	}
	m.day, err = strconv.ParseInt(f[4], 10, 64)
	return m, err == nil
}

// note remembers pages that are recorded now.
func (v *validators) note(now time.Time, marks []mark) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, m := range marks {
		m.day = now.Unix() / 86400
		v.marks[m.url] = m
		v.dirty++
	}
}

// save keeps the marks, in whole; it waits until enough changed, so that the bytes written stay in proportion
// to the marks however many checkpoints a run has.
func (v *validators) save(ctx context.Context, c *Crawler, last bool) error {
	if v.dirty == 0 || !last && v.dirty < max(1000, len(v.marks)/4) {
		return nil
	}
	oldest := c.clock().Add(-forgetAfter).Unix() / 86400
	var b bytes.Buffer
	b.WriteString(v.reading + "\n")
	for u, m := range v.marks {
		if m.day < oldest {
			continue
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%d\n", u, m.etag, m.modified, base64.RawStdEncoding.EncodeToString(m.sum[:]), m.day)
	}
	if err := c.keep.PutState(ctx, v.key, b.Bytes()); err != nil {
		return fmt.Errorf("crawler: %s: %w", v.key, err)
	}
	v.dirty = 0
	return nil
}
