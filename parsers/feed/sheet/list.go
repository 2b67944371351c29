package sheet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// listRecords reads a JSON list of objects, one at a time.
func listRecords(r io.Reader) iter.Seq2[Record, error] {
	in := &bounded{r: r}
	dec := json.NewDecoder(in)
	return func(yield func(Record, error) bool) {
		_, err := dec.Token() // the bracket was seen
		for err == nil && dec.More() {
			in.start = dec.InputOffset()
			var raw json.RawMessage
			if err = dec.Decode(&raw); err != nil {
				break
			}
			raw = bytes.TrimSpace(raw)
			rec := Record{Line: in.line(dec.InputOffset()) - bytes.Count(raw, []byte("\n")), Loose: true}
			bad := rec.fromJSON(raw)
			if !yield(rec, bad) {
				return
			}
		}
		if err == nil {
			_, err = dec.Token()
		}
		if err == nil {
			in.start = dec.InputOffset()
			if _, err = dec.Token(); errors.Is(err, io.EOF) {
				return
			}
			err = errors.New("something follows the list")
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("the list is cut off")
		}
		if in.err != nil {
			err = fmt.Errorf("feed: %w", in.err)
		} else {
			err = fmt.Errorf("%w: line %d: %w", ErrFormat, in.line(dec.InputOffset()), err)
		}
		yield(Record{}, err)
	}
}

// bounded reads for a decoder: it counts lines, and ends where one value is longer than a row may be.
type bounded struct {
	r        io.Reader
	read     int64 // bytes read
	start    int64 // where the value begins
	newlines []int64
	lines    int   // newlines before those
	err      error // of r
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.read-b.start > maxRecord {
		return 0, errLongLine
	}
	n, err := b.r.Read(p[:min(len(p), 32<<10)])
	for i, c := range p[:n] {
		if c == '\n' {
			b.newlines = append(b.newlines, b.read+int64(i))
		}
	}
	b.read += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// line is the line of a place in the file, which must not be before those asked for.
func (b *bounded) line(at int64) int {
	n := 0
	for n < len(b.newlines) && b.newlines[n] < at {
		n++
	}
	b.lines += n
	b.newlines = b.newlines[n:]
	return b.lines + 1
}
