package warc

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/klauspost/compress/gzip"

	"pricegap/market"
	"pricegap/parsers/manners"
)

// The defaults of Options.
const (
	DefaultMaxFileBytes = 100 << 20
	DefaultKeep         = 7 * 24 * time.Hour
)

const (
	// maxFiles bounds the files that are open at once; the one that was longest not written to is closed first.
	maxFiles = 64
	// maxKnown bounds the bodies that are known again, at about 150 bytes each.
	maxKnown = 1 << 16
	// sweepEvery is how often old files are looked for.
	sweepEvery = time.Hour
)

// token is the name by which the owner of a page may address us.
const token = "pricegap"

// ErrFull is what Options.Warn is told when the disk, the quota or the file size limit is used up.
var ErrFull = errors.New("warc: the disk is full")

// Options configure a Writer.
type Options struct {
	// Folder is where the files are written; it is made where it does not exist.
	Folder string
	// MaxFileBytes closes a file that has become larger; 0 means DefaultMaxFileBytes.
	MaxFileBytes int64
	// Keep is how long a file is kept after its last record; 0 means DefaultKeep.
	Keep time.Duration
	// Software names this program and its version, for the head of a file.
	Software string
	Clock    market.Clock // nil means the wall clock
	// Warn is told why pages are not kept: once, and again after one was kept. errors.Is knows ErrFull; nil is told
	// nothing. An archive never stops a crawl.
	Warn func(error)
}

// Writer keeps answers in one file a source and run. It is safe for concurrent use, and holds no page.
type Writer struct {
	o    Options
	root *os.Root

	mu      sync.Mutex
	files   map[market.SourceID]*file
	out     *bufio.Writer
	zip     *gzip.Writer
	serial  int
	known   map[key]original
	sweptAt time.Time
	failing bool
	closed  bool
}

// file is one that is being written.
type file struct {
	*os.File
	name string // without opened
	size int64
	info uuid      // of its warcinfo record
	last time.Time // the date of its last record
	used int       // the serial of its last use
}

// Write implements io.Writer.
func (f *file) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	f.size += int64(n)
	return n, err
}

// key is what makes a body the same one: source, address and type.
type key [16]byte

// original is where a body was kept.
type original struct {
	sum digest
	id  uuid
	at  int64 // in seconds of Unix
}

// Open prepares the folder: what a killed process left is mended and closed, what is too old is deleted. Close the
// Writer when done.
func Open(o Options) (*Writer, error) {
	if o.MaxFileBytes <= 0 {
		o.MaxFileBytes = DefaultMaxFileBytes
	}
	if o.Keep <= 0 {
		o.Keep = DefaultKeep
	}
	if o.Clock == nil {
		o.Clock = market.WallClock
	}
	if err := os.MkdirAll(o.Folder, 0o750); err != nil {
		return nil, fmt.Errorf("warc: %w", err)
	}
	root, err := os.OpenRoot(o.Folder)
	if err != nil {
		return nil, fmt.Errorf("warc: %w", err)
	}
	w := &Writer{
		o: o, root: root, files: map[market.SourceID]*file{}, known: map[key]original{},
		out: bufio.NewWriterSize(nil, 64<<10), zip: gzip.NewWriter(nil),
	}
	if err := errors.Join(w.mend(), w.sweep()); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return w, nil
}

// Begin ends the file of the source: what comes from now on is of another run.
func (w *Writer) Begin(source market.SourceID) {
	w.mu.Lock()
	var err error
	if f := w.files[source]; f != nil {
		err = w.finish(source, f)
	}
	w.mu.Unlock()
	w.tell(err)
}

// Keep writes an answer with its whole body, decoded, and the request that it answers, res.Request; res.Body is not
// read. from is the host's address, invalid where it is not known, and at when the answer came. Pages whose owner asks
// for no copies are passed over. What goes wrong is for Options.Warn.
func (w *Writer) Keep(source market.SourceID, res *http.Response, body []byte, from netip.Addr, at time.Time) {
	if forbidden(res.Header, body) {
		return
	}
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return
	}
	err := w.keep(source, &answer{res: res, body: body, from: from.Unmap().WithZone(""), at: at.UTC().Truncate(time.Second), id: newUUID()})
	tell := err != nil && !w.failing
	w.failing = err != nil
	w.mu.Unlock()
	if tell {
		w.tell(err)
	}
}

// forbidden reports whether the owner of a page asks everybody, or us, to keep no copy.
func forbidden(h http.Header, body []byte) bool {
	if t := strings.ToLower(h.Get("Content-Type")); t != "" && !strings.Contains(t, "html") {
		body = nil // no page, so it has no meta elements
	}
	return slices.Contains(manners.Asked(h, body, token), "noarchive")
}

// tell hands a failure to the one who wants to know.
func (w *Writer) tell(err error) {
	if err == nil || w.o.Warn == nil {
		return
	}
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) {
			err = fmt.Errorf("%w: %w", ErrFull, err)
			break
		}
	}
	w.o.Warn(err)
}

// keep writes the two records of an answer, or neither.
func (w *Writer) keep(source market.SourceID, a *answer) error {
	f, err := w.file(source)
	if err != nil {
		return err
	}
	a.info, a.sum = f.info, sumOf(a.body)
	k, again := keyOf(source, a), a.res.StatusCode == http.StatusOK && len(a.body) > 0
	// A body is written again before what it would refer to is deleted.
	if o, ok := w.known[k]; ok && again && o.sum == a.sum {
		if age := a.at.Sub(time.Unix(o.at, 0)); age >= 0 && age < w.o.Keep/2 {
			a.same = &o
		}
	}
	start := f.size
	if err = w.member(f, a.response()); err == nil {
		err = w.member(f, a.request())
	}
	if err != nil {
		return fmt.Errorf("warc: %s: %w", f.name, errors.Join(err, w.undo(source, f, start)))
	}
	if f.last.Before(a.at) {
		f.last = a.at
	}
	if again && a.same == nil {
		if len(w.known) >= maxKnown {
			clear(w.known)
		}
		w.known[k] = original{sum: a.sum, id: a.id, at: a.at.Unix()}
	}
	if f.size >= w.o.MaxFileBytes {
		return w.finish(source, f)
	}
	return nil
}

// keyOf is the key of an answer.
func keyOf(source market.SourceID, a *answer) key {
	h := sha256.New()
	for _, s := range []string{string(source), address(a.res.Request.URL), a.res.Header.Get("Content-Type")} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	return key(h.Sum(nil)[:len(key{})])
}

// member writes one record as a gzip member.
func (w *Writer) member(f *file, r record) error {
	w.out.Reset(f)
	w.zip.Reset(w.out)
	for _, part := range r {
		if _, err := w.zip.Write(part); err != nil {
			return err
		}
	}
	if err := w.zip.Close(); err != nil {
		return err
	}
	return w.out.Flush()
}

// Close ends all files.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	w.closed = true
	var errs []error
	for source, f := range w.files {
		errs = append(errs, w.finish(source, f))
	}
	return errors.Join(append(errs, w.root.Close())...)
}
