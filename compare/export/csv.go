package export

import (
	"bufio"
	"io"
	"strings"
	"time"
)

func init() {
	register("csv", func(w io.Writer) encoder {
		return &csvEncoder{w: bufio.NewWriterSize(w, 1<<16), comma: ',', point: '.', times: time.RFC3339}
	})
	register("csv-nl", func(w io.Writer) encoder {
		return &csvEncoder{w: bufio.NewWriterSize(w, 1<<16), comma: ';', point: ',', times: "2006-01-02 15:04:05", mark: "\uFEFF"}
	})
}

// csvEncoder writes CSV after RFC 4180: CRLF, text always in quotes, numbers and times bare. The Dutch kind is
// what a Dutch spreadsheet opens by itself: semicolons, decimal commas and a byte order mark.
type csvEncoder struct {
	w            *bufio.Writer
	comma, point byte
	times, mark  string
	line         []byte
}

func (e *csvEncoder) head(cols []heading) error {
	e.line = append(e.line[:0], e.mark...)
	for i, c := range cols {
		if i > 0 {
			e.line = append(e.line, e.comma)
		}
		e.line = appendQuoted(e.line, c.name)
	}
	return e.flush()
}

func (e *csvEncoder) row(cells []cell) error {
	e.line = e.line[:0]
	for i, c := range cells {
		if i > 0 {
			e.line = append(e.line, e.comma)
		}
		switch c.kind {
		case text:
			e.line = appendQuoted(e.line, c.s)
		case number:
			e.line = appendNumber(e.line, c, e.point)
		case moment:
			e.line = c.at.AppendFormat(e.line, e.times)
		}
	}
	return e.flush()
}

func (e *csvEncoder) flush() error {
	e.line = append(e.line, "\r\n"...)
	_, err := e.w.Write(e.line)
	return err
}

func (e *csvEncoder) close() error { return e.w.Flush() }

// appendQuoted appends s as an inert cell in quotes.
func appendQuoted(b []byte, s string) []byte {
	s = foreign(s)
	b = append(b, '"')
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			break
		}
		b = append(b, s[:i]...)
		b = append(b, `""`...)
		s = s[i+1:]
	}
	b = append(b, s...)
	return append(b, '"')
}
