// Package sitemap reads sitemaps and sitemap indexes, plain or gzip, and the feeds that shops publish in
// their place: Atom, RSS 0.9 to 2.0 and plain text with one address a line. It streams, is bounded in
// addresses, bytes and depth, and never resolves an entity. Format: sitemaps.org/protocol.html.
package sitemap

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"pricegap/market"
	"pricegap/market/link"
)

// The errors of Read. What was read before the error stands in the Result all the same.
var (
	// ErrFormat is returned for what is not a sitemap, is cut short or does not decode.
	ErrFormat = errors.New("sitemap: not a readable sitemap")
	// ErrTooLarge is returned where the addresses or the decoded bytes exceed their bound.
	ErrTooLarge = errors.New("sitemap: too large")
	// ErrBomb is returned for gzip that unpacks out of proportion or in more than one layer.
	ErrBomb = errors.New("sitemap: unpacks out of proportion")
)

// KindOf returns the failure code that belongs to an error of Read, "" for nil.
func KindOf(err error) market.FailureKind {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrBomb):
		return market.FailDecompressBomb
	case errors.Is(err, ErrTooLarge):
		return market.FailBodyTooLarge
	}
	return market.FailDecodeError
}

const (
	maxURLs   = 50_000   // sitemaps.org
	maxBytes  = 50 << 20 // sitemaps.org, decoded
	maxRatio  = 100      // decoded to packed, after the first MiB
	ratioFree = 1 << 20
	maxLoc    = 2083 // bytes of one address
	maxDepth  = 64   // elements within elements
)

// Options bound one Read. Zero values mean the bounds of sitemaps.org: 50,000 addresses, 50 MiB decoded.
type Options struct {
	MaxURLs  int
	MaxBytes int64
	// Now is the time of reading: a page cannot have changed more than a day after it, so such a LastMod is not
	// believed. The zero time believes all.
	Now time.Time
}

// Entry is one page that a sitemap names.
type Entry struct {
	// Loc is an absolute http(s) address without its fragment, as market/link resolves it.
	Loc string
	// LastMod is when the page changed, UTC, as the shop says; the zero time when it does not, or nothing that can
	// be: not legible, in the future, or 1970 and before, which is what programs write that do not know.
	LastMod time.Time
}

// Result is what a sitemap says, in its order.
type Result struct {
	URLs []Entry
	// Sitemaps are the sitemaps that an index leads to. The caller bounds how deep it follows them.
	Sitemaps []string
	// Skipped counts the entries without a usable address.
	Skipped int
}

// Read reads a sitemap that was fetched from url. It does not ask whether an address belongs to the host of
// the sitemap; the caller's scope does. Errors: ErrFormat, ErrTooLarge, ErrBomb; the Result holds what came
// before them.
func Read(r io.Reader, url string, o Options) (Result, error) {
	if o.MaxURLs <= 0 {
		o.MaxURLs = maxURLs
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = maxBytes
	}
	c := &collector{base: url, max: o.MaxURLs}
	if !o.Now.IsZero() {
		c.latest = o.Now.Add(24 * time.Hour)
	}
	body, err := unpack(r, o.MaxBytes)
	if err != nil {
		return c.Result, err
	}
	err = c.read(body)
	return c.Result, err
}

// unpack returns the decoded bytes of r: gzip is known by its magic bytes, UTF-16 by its byte order mark.
func unpack(r io.Reader, limit int64) (*bufio.Reader, error) {
	packed := &counter{r: r}
	br := bufio.NewReaderSize(packed, 4096)
	if head, _ := br.Peek(2); isGzip(head) {
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("%w: gzip: %w", ErrFormat, err)
		}
		br = bufio.NewReaderSize(&bounded{r: z, packed: packed, limit: limit}, window)
		if head, _ := br.Peek(2); isGzip(head) {
			return nil, fmt.Errorf("%w: gzip within gzip", ErrBomb)
		}
	} else {
		br = bufio.NewReaderSize(&bounded{r: br, limit: limit}, window)
	}
	return br, nil
}

func isGzip(head []byte) bool { return len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b }

// read tells XML from plain text and reads it.
func (c *collector) read(br *bufio.Reader) error {
	head, err := br.Peek(1024)
	if err != nil && !errors.Is(err, io.EOF) {
		return readError(err)
	}
	wide := bytes.HasPrefix(head, []byte{0xfe, 0xff}) || bytes.HasPrefix(head, []byte{0xff, 0xfe})
	if wide {
		dec := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()
		br = bufio.NewReaderSize(transform.NewReader(br, dec), 4096)
		head, _ = br.Peek(1024)
	} else if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, _ = br.Discard(3)
		head = head[3:]
	}
	head = bytes.TrimSpace(head)
	switch {
	case len(head) == 0:
		return fmt.Errorf("%w: nothing in it", ErrFormat)
	case head[0] == '<':
		return c.readXML(br, wide)
	}
	return c.readText(br)
}

// readError gives a read error its sentinel.
func readError(err error) error {
	if errors.Is(err, ErrTooLarge) || errors.Is(err, ErrBomb) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrFormat, err)
}

// readText reads one address a line.
func (c *collector) readText(br *bufio.Reader) error {
	s := bufio.NewScanner(br)
	s.Buffer(nil, 64<<10)
	for s.Scan() {
		if line := strings.TrimSpace(s.Text()); line != "" {
			if err := c.page(line, ""); err != nil {
				return err
			}
		}
	}
	if err := s.Err(); err != nil {
		return readError(err)
	}
	if len(c.URLs) == 0 {
		return fmt.Errorf("%w: no address in it", ErrFormat)
	}
	return nil
}

// collector gathers the addresses of one sitemap.
type collector struct {
	Result
	base   string
	max    int
	latest time.Time // of a LastMod; the zero time is none
}

func (c *collector) page(loc, lastmod string) error {
	u := c.resolve(loc)
	if u == "" {
		c.Skipped++
		return nil
	}
	if len(c.URLs) >= c.max {
		return fmt.Errorf("%w: more than %d addresses", ErrTooLarge, c.max)
	}
	at := parseTime(lastmod)
	if at.Unix() <= 0 || !c.latest.IsZero() && at.After(c.latest) {
		at = time.Time{}
	}
	c.URLs = append(c.URLs, Entry{u, at})
	return nil
}

func (c *collector) sitemap(loc string) error {
	u := c.resolve(loc)
	if u == "" {
		c.Skipped++
		return nil
	}
	if len(c.Sitemaps) >= c.max {
		return fmt.Errorf("%w: more than %d sitemaps", ErrTooLarge, c.max)
	}
	c.Sitemaps = append(c.Sitemaps, u)
	return nil
}

// resolve returns the absolute form of loc, or "" where it is none: sitemaps.org wants full addresses, so a
// relative one is more likely junk than a page.
func (c *collector) resolve(loc string) string {
	loc = strings.TrimSpace(loc)
	if len(loc) > maxLoc || !hasPrefixFold(loc, "http://") && !hasPrefixFold(loc, "https://") {
		return ""
	}
	loc, _, _ = strings.Cut(loc, "#")
	u, err := link.Resolve(c.base, loc)
	if err != nil || len(u) > maxLoc {
		return ""
	}
	return u
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// The forms of W3C-DTF that sitemaps.org allows, the two that shops write in their place, and the dates of RSS
// (RFC 822).
var timeForms = []string{
	time.RFC3339Nano, time.DateOnly, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", time.DateTime, "2006-01", "2006",
	time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST",
}

// parseTime reads a date; one without a zone is taken as UTC.
func parseTime(s string) time.Time {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 64 {
		return time.Time{}
	}
	if len(s) == len(time.DateOnly) { // most of them; the others need not fail first
		if t, err := time.Parse(time.DateOnly, s); err == nil {
			return t
		}
	}
	for _, f := range timeForms {
		if t, err := time.Parse(f, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// counter counts the bytes that came through it.
type counter struct {
	r io.Reader
	n int64
}

// Read implements io.Reader.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// bounded fails when more than limit bytes come through it, or more than maxRatio times the packed bytes.
type bounded struct {
	r      io.Reader
	packed *counter // nil when nothing is packed
	limit  int64
	n      int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	if b.n > b.limit {
		return 0, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, b.limit)
	}
	if b.packed != nil && b.n > ratioFree && b.n > maxRatio*b.packed.n {
		return 0, fmt.Errorf("%w: more than %d:1", ErrBomb, maxRatio)
	}
	return n, err
}
