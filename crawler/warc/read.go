package warc

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
)

// version is how each record begins; the number follows.
const version = "WARC/"

// The bounds of a record.
const (
	maxHeader = 64 << 10
	maxBlock  = 64 << 20
	// keptBlock is the largest buffer that is used again.
	keptBlock = 1 << 20
)

// Read yields the records of a WARC file, plain or compressed by record, in order. It holds one record at a time. An
// error comes last: ErrTorn, ErrFormat, ErrTooLarge, or that of r. Records that were yielded are whole.
func Read(r io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		s := newScanner(r)
		for {
			rec, err := s.next()
			if errors.Is(err, io.EOF) || !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

// scanner reads records one by one.
type scanner struct {
	raw  counter
	in   *bufio.Reader // the file
	zip  *gzip.Reader
	text *bufio.Reader // the member, or the file itself where it is plain

	open   bool  // a member was begun and not ended
	packed bool  // the member is gzip
	offset int64 // of the member
	index  int   // of the next record in it
	block  bytes.Buffer
}

// counter counts what is taken from r.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func newScanner(r io.Reader) *scanner {
	s := &scanner{raw: counter{r: r}}
	s.in = bufio.NewReaderSize(&s.raw, 64<<10)
	return s
}

// position is how far the file was read.
func (s *scanner) position() int64 { return s.raw.n - int64(s.in.Buffered()) }

// next returns the next record; io.EOF after the last.
func (s *scanner) next() (Record, error) {
	for {
		if !s.open {
			s.offset = s.position()
			if err := s.begin(); errors.Is(err, io.EOF) {
				return Record{}, io.EOF
			} else if err != nil {
				return Record{}, s.fail(err)
			}
		}
		if err := s.blank(); errors.Is(err, io.EOF) {
			s.open = false // the member has ended, and with a plain file all of it
			continue
		} else if err != nil {
			return Record{}, s.fail(err)
		}
		rec, err := s.record()
		if err != nil {
			return Record{}, s.fail(torn(err))
		}
		return rec, nil
	}
}

func (s *scanner) fail(err error) error {
	return fmt.Errorf("warc: record at %d: %w", s.offset, err)
}

// torn makes an end that comes too early ErrTorn.
func torn(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTorn
	}
	return err
}

// begin begins a member, or a stretch of a plain file. It returns io.EOF at the end of the file.
func (s *scanner) begin() error {
	magic, err := s.in.Peek(2)
	switch {
	case len(magic) == 0:
		return err
	case len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b:
		s.packed = true
	case len(magic) == 1 && magic[0] == 0x1f:
		return ErrTorn
	default:
		s.packed = false
	}
	s.open, s.index = true, 0
	if !s.packed {
		s.text = s.in
		return nil
	}
	if s.zip == nil {
		s.zip = new(gzip.Reader)
	}
	if err := s.zip.Reset(s.in); err != nil {
		return unpacked(err)
	}
	s.zip.Multistream(false)
	if s.text == nil || s.text == s.in {
		s.text = bufio.NewReaderSize(s.zip, 32<<10)
	} else {
		s.text.Reset(s.zip)
	}
	return nil
}

// unpacked is the error for a member that cannot be unpacked.
func unpacked(err error) error {
	if err = torn(err); errors.Is(err, ErrTorn) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrFormat, err)
}

// blank skips the empty lines before a record. It returns io.EOF where no record follows.
func (s *scanner) blank() error {
	for range maxHeader {
		c, err := s.text.Peek(1)
		switch {
		case len(c) == 0 && errors.Is(err, io.EOF):
			return io.EOF
		case len(c) == 0 && s.packed:
			return unpacked(err)
		case len(c) == 0:
			return err
		case c[0] != '\r' && c[0] != '\n':
			if !s.packed {
				s.offset, s.index = s.position(), 0
			}
			return nil
		}
		_, _ = s.text.Discard(1) // it was just seen
	}
	return fmt.Errorf("%w: more than %d empty lines", ErrTooLarge, maxHeader)
}

// record reads one record to its end, and a member to its checksum where it is the last one in it.
func (s *scanner) record() (Record, error) {
	h, err := s.header()
	if err != nil {
		return Record{}, err
	}
	length, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64)
	switch {
	case err != nil || length < 0:
		return Record{}, fmt.Errorf("%w: no length", ErrFormat)
	case length > maxBlock:
		return Record{}, fmt.Errorf("%w: a block of %d bytes", ErrTooLarge, length)
	}
	if s.block.Cap() > keptBlock {
		s.block = bytes.Buffer{}
	}
	s.block.Reset()
	if _, err := io.CopyN(&s.block, s.text, length); err != nil {
		return Record{}, s.damaged(err)
	}
	var end [4]byte
	if _, err := io.ReadFull(s.text, end[:]); err != nil {
		return Record{}, s.damaged(err)
	}
	if string(end[:]) != "\r\n\r\n" {
		return Record{}, fmt.Errorf("%w: a block that is longer than its length", ErrFormat)
	}
	rec := Record{
		Type: h.Get("WARC-Type"), ID: strings.Trim(h.Get("WARC-Record-ID"), "<>"), URL: strings.Trim(h.Get("WARC-Target-URI"), "<>"),
		Header: h, Block: s.block.Bytes(), Offset: s.offset, Index: s.index,
	}
	if at, err := time.Parse(time.RFC3339Nano, h.Get("WARC-Date")); err == nil {
		rec.At = at.UTC()
	}
	s.index++
	if !s.packed {
		return rec, nil
	}
	if _, err := s.text.Peek(1); errors.Is(err, io.EOF) {
		s.open = false
	} else if err != nil {
		return Record{}, unpacked(err)
	}
	return rec, nil
}

// damaged is the error of reading text.
func (s *scanner) damaged(err error) error {
	if s.packed {
		return unpacked(err)
	}
	return err
}

// header reads the version and the named fields.
func (s *scanner) header() (textproto.MIMEHeader, error) {
	left := maxHeader
	if begin, _ := s.text.Peek(len(version)); !strings.HasPrefix(version, string(begin)) {
		return nil, fmt.Errorf("%w: it begins with no version", ErrFormat)
	}
	if _, err := s.line(&left); err != nil {
		return nil, err
	}
	h := textproto.MIMEHeader{}
	name := ""
	for {
		line, err := s.line(&left)
		switch {
		case err != nil:
			return nil, err
		case line == "":
			return h, nil
		case (line[0] == ' ' || line[0] == '\t') && name != "": // a folded line
			last := h[name]
			last[len(last)-1] += " " + strings.TrimSpace(line)
			continue
		}
		field, value, ok := strings.Cut(line, ":")
		if field = strings.TrimSpace(field); !ok || field == "" {
			return nil, fmt.Errorf("%w: a line that is no field", ErrFormat)
		}
		name = textproto.CanonicalMIMEHeaderKey(field)
		h[name] = append(h[name], strings.TrimSpace(value))
	}
}

// line reads one line without its end, and takes its length from left.
func (s *scanner) line(left *int) (string, error) {
	var long []byte
	for {
		part, err := s.text.ReadSlice('\n')
		if *left -= len(part); *left < 0 {
			return "", fmt.Errorf("%w: more than %d bytes of header", ErrTooLarge, maxHeader)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			long = append(long, part...)
			continue
		case err != nil:
			return "", s.damaged(err)
		}
		return strings.TrimRight(string(append(long, part...)), "\r\n"), nil
	}
}
