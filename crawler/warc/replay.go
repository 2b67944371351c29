package warc

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pricegap/crawler/guard"
	"pricegap/market"
)

// errMissing is the cause of a request that nothing kept answers.
var errMissing = errors.New("not in the archive")

// Replay answers requests from WARC files and asks nothing of the web. It implements http.RoundTripper and is safe for
// concurrent use.
//
// An address is answered by its newest answer; one that refuses for a moment (429, 5xx) gives way to any other. Where it
// says that nothing changed, by the page that it confirms, at the time of the confirmation.
type Replay struct {
	roots []*os.Root
	files []archive
	kept  map[string]kept
}

// archive is one file.
type archive struct {
	root *os.Root
	name string
}

// place is where a record stands.
type place struct {
	file   int // in Replay.files
	offset int64
	index  int
}

// kept is what is known of an address.
type kept struct {
	at     time.Time // of its newest answer
	status int
	answer place
	// page is the newest whole answer 200, which a revisit confirms; paged says that there is one.
	page  place
	paged bool
	// same says that the newest answer confirms page.
	same bool
}

// OpenReplay reads the files at paths, and in folders among them those called *.warc and *.warc.gz, also while they are
// written. What is torn is read as far as it is whole. Damaged are the files that were not read to their end, and why;
// the Replay works with what came before. Close it when done. The error is for a path that cannot be read, and for paths
// with no file at all.
func OpenReplay(ctx context.Context, paths ...string) (r *Replay, damaged []error, err error) {
	r = &Replay{kept: map[string]kept{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Close())
		}
	}()
	for _, p := range paths {
		if err := r.add(p); err != nil {
			return r, nil, fmt.Errorf("warc: %w", err)
		}
	}
	if len(r.files) == 0 {
		return r, nil, fmt.Errorf("warc: no WARC file in %q", paths)
	}
	for i := range r.files {
		switch err := r.index(ctx, i); {
		case ctx.Err() != nil:
			return r, nil, ctx.Err()
		case err != nil && !errors.Is(err, ErrTorn):
			damaged = append(damaged, fmt.Errorf("%s: %w", r.files[i].name, err))
		}
	}
	return r, damaged, nil
}

// add takes in a file, or the files of a folder by name, which for ours is by source and time.
func (r *Replay) add(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	dir, name := path, ""
	if !info.IsDir() {
		dir, name = filepath.Split(path)
	}
	root, err := os.OpenRoot(filepath.Clean(dir))
	if err != nil {
		return err
	}
	r.roots = append(r.roots, root)
	if name != "" {
		r.files = append(r.files, archive{root, name})
		return nil
	}
	names, err := list(root)
	for _, n := range names {
		if archived(n) {
			r.files = append(r.files, archive{root, n})
		}
	}
	return err
}

// Close closes the folders.
func (r *Replay) Close() error {
	var errs []error
	for _, root := range r.roots {
		errs = append(errs, root.Close())
	}
	return errors.Join(errs...)
}

// open opens a file. One that was closed by its writer since has lost its mark.
func (a archive) open() (*os.File, error) {
	f, err := a.root.Open(a.name)
	if errors.Is(err, fs.ErrNotExist) && strings.HasSuffix(a.name, opened) {
		return a.root.Open(strings.TrimSuffix(a.name, opened))
	}
	return f, err
}

// index notes where the answers of a file stand.
func (r *Replay) index(ctx context.Context, file int) error {
	f, err := r.files[file].open()
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	for rec, err := range Read(f) {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if rec.answers() || rec.Type == typeRevisit {
			r.note(file, rec)
		}
	}
	return nil
}

// note takes in one answer.
func (r *Replay) note(file int, rec Record) {
	req, err := http.NewRequest(http.MethodGet, rec.URL, nil)
	if err != nil {
		return // an address that nobody can ask for
	}
	u := address(req.URL)
	was, known := r.kept[u]
	now := was
	at := place{file, rec.Offset, rec.Index}
	status := rec.status()
	older := known && rec.At.Before(was.at)
	switch {
	case rec.Type == typeRevisit:
		if !older {
			now.at, now.status, now.same = rec.At, http.StatusOK, true
		}
	case status == 0:
		return
	case status == http.StatusOK && (!older || !was.paged):
		now.page, now.paged = at, true
		if !older {
			now.at, now.status, now.answer, now.same = rec.At, status, at, false
		}
	case older, known && temporary(status) && !temporary(was.status):
		return
	default:
		now.at, now.status, now.answer, now.same = rec.At, status, at, false
	}
	r.kept[u] = now
}

// DateHeader is the header of an answer of Replay that says when it was recorded, in RFC 3339; one that was not recorded
// has none.
const DateHeader = "WARC-Date"

// RoundTrip implements http.RoundTripper. The body is a *guard.Body, and DateHeader among the headers. Its errors are *guard.Error, client_error for what is not in the archive, or that of the request's context. A robots.txt that is
// not in the archive is answered as one that does not exist: what was kept was fetched by its rules.
func (r *Replay) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	k, ok := r.kept[address(req.URL)]
	switch {
	case !ok && req.URL.Path == "/robots.txt":
		return response(req, &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{}}, nil, time.Time{}), nil
	case !ok:
		return nil, &guard.Error{Kind: market.FailClientError, Err: errMissing}
	case k.same && !k.paged:
		return nil, &guard.Error{Kind: market.FailClientError, Err: fmt.Errorf("%w: it had not changed since a copy that was not kept", errMissing)}
	}
	at := k.answer
	if k.same {
		at = k.page
	}
	res, body, err := r.read(req, at)
	if err != nil {
		return nil, &guard.Error{Kind: market.FailDecodeError, Err: fmt.Errorf("the archive cannot be read: %w", err)}
	}
	if e := res.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, &guard.Error{Kind: market.FailUnsupportedEncoding, Err: fmt.Errorf("the archive keeps the page packed: %q", e)}
	}
	return response(req, res, body, k.at), nil
}

// response is a recorded answer in the form in which the guard hands one over.
func response(req *http.Request, res *http.Response, body []byte, at time.Time) *http.Response {
	h := res.Header
	h.Del("Content-Length")
	h.Del(DateHeader)
	if !at.IsZero() {
		h.Set(DateHeader, at.Format(time.RFC3339))
	}
	return &http.Response{
		Status: res.Status, StatusCode: res.StatusCode, Proto: res.Proto, ProtoMajor: res.ProtoMajor, ProtoMinor: res.ProtoMinor,
		Header: h, Body: &guard.Body{Bytes: body}, ContentLength: int64(len(body)), Uncompressed: true, Request: req,
	}
}

// read reads one answer.
func (r *Replay) read(req *http.Request, at place) (*http.Response, []byte, error) {
	f, err := r.files[at.file].open()
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }()
	if _, err := f.Seek(at.offset, io.SeekStart); err != nil {
		return nil, nil, err
	}
	for rec, err := range Read(f) {
		if err != nil {
			return nil, nil, err
		}
		if rec.Index < at.index {
			continue
		}
		if rec.Index != at.index || !rec.answers() {
			break
		}
		if err := rec.Verify(); err != nil {
			return nil, nil, err
		}
		res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(rec.Block)), req)
		if err != nil {
			return nil, nil, err
		}
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		return res, body, err
	}
	return nil, nil, errors.New("the record is gone")
}
