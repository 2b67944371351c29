package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// lines reads physical lines and can take some back.
type lines struct {
	r    *bufio.Reader
	back []string
	n    int // lines read so far
}

// next returns a line without its end. Errors: io.EOF, errLongLine, those of the reader.
func (l *lines) next() (string, error) {
	if len(l.back) > 0 {
		s := l.back[0]
		l.back = l.back[1:]
		l.n++
		return s, nil
	}
	b, err := l.read()
	return string(b), err
}

// read is next of a file of which no line is put back; the line is good until the next one is read.
func (l *lines) read() ([]byte, error) {
	b, err := l.r.ReadSlice('\n')
	long := false
	if errors.Is(err, bufio.ErrBufferFull) {
		b = bytes.Clone(b)
		for errors.Is(err, bufio.ErrBufferFull) {
			var part []byte
			part, err = l.r.ReadSlice('\n')
			if long = long || len(b)+len(part) > maxRecord; !long {
				b = append(b, part...)
			}
		}
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(b) == 0) {
		return nil, err
	}
	l.n++
	if long {
		return nil, errLongLine
	}
	b = bytes.TrimRight(b, "\r\n")
	if !utf8.Valid(b) { // files are pasted together from several sources: the encoding is told line by line
		if t, err := charmap.Windows1252.NewDecoder().Bytes(b); err == nil {
			b = t
		}
	}
	return b, nil
}

var errLongLine = errors.New("the row is longer than 1 MiB")

// csvRecords reads a CSV file: RFC 4180 with any delimiter, and the line "sep=;" of spreadsheets.
func csvRecords(r *bufio.Reader, delimiter string) (iter.Seq2[Record, error], error) {
	l := &lines{r: r}
	head, err := l.next()
	for err == nil && strings.TrimSpace(head) == "" {
		head, err = l.next()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: its first line: %w", ErrFormat, err)
	}
	if sep, ok := strings.CutPrefix(strings.ToLower(head), "sep="); ok && len(head) > 4 {
		if delimiter == "" && sep != "" {
			delimiter = head[4:]
		}
		if head, err = l.next(); err != nil {
			return nil, fmt.Errorf("%w: it has no header", ErrFormat)
		}
	}
	if delimiter == "" {
		delimiter = sniff(head)
	}
	sep, size := utf8.DecodeRuneInString(delimiter)
	if size != len(delimiter) || sep == '"' || sep == utf8.RuneError {
		return nil, fmt.Errorf("%w: the delimiter must be one character", ErrFormat)
	}
	l.back, l.n = append(l.back, head), l.n-1
	names, _, err := l.row(sep)
	if err != nil {
		return nil, fmt.Errorf("%w: its header: %w", ErrFormat, err)
	}
	header := make([]string, len(names))
	for i, c := range names {
		header[i] = strings.TrimSpace(c.Text)
	}
	return func(yield func(Record, error) bool) {
		for {
			cells, line, err := l.row(sep)
			if errors.Is(err, io.EOF) {
				return
			}
			var b BadRow
			if err != nil && !errors.As(err, &b) {
				yield(Record{}, fmt.Errorf("feed: %w", err))
				return
			}
			if err == nil && blank(cells) {
				continue
			}
			if err == nil {
				cells, err = fit(cells, len(header), line)
			}
			if !yield(Record{Line: line, Names: header, Cells: cells}, err) {
				return
			}
		}
	}, nil
}

// sniff finds the delimiter in a header.
func sniff(head string) string {
	best, most := ",", 0
	for _, d := range []string{";", "\t", ",", "|"} {
		if n := strings.Count(head, d); n > most {
			best, most = d, n
		}
	}
	return best
}

func blank(cells []Cell) bool {
	for _, c := range cells {
		if strings.TrimSpace(c.Text) != "" {
			return false
		}
	}
	return true
}

// fit refuses a row with more values than the header has names: its values stand in the wrong columns.
func fit(cells []Cell, n, line int) ([]Cell, error) {
	if len(cells) > n {
		if !blank(cells[n:]) {
			return nil, BadRow{line, fmt.Sprintf("it has %d columns, the header has %d", len(cells), n)}
		}
		cells = cells[:n]
	}
	return cells, nil
}

// row reads one record, which may span lines inside quotes. A quote that is never closed costs one line, not the
// rest of the file.
func (l *lines) row(sep rune) (cells []Cell, line int, err error) {
	text, err := l.next()
	line = l.n
	if err != nil {
		if errors.Is(err, errLongLine) {
			err = BadRow{line, err.Error()}
		}
		return nil, line, err
	}
	var more []string
	size := len(text)
	for {
		cells, open := split(text, sep)
		if !open {
			if len(cells) > maxFields {
				return nil, line, BadRow{line, fmt.Sprintf("it has %d columns, at most %d are read", len(cells), maxFields)}
			}
			return cells, line, nil
		}
		next, err := l.next()
		if err == nil {
			more = append(more, next)
			size += len(next)
		}
		if err != nil || size > maxRecord/4 || len(more) > 100 {
			l.back = append(more, l.back...)
			l.n -= len(more)
			if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errLongLine) {
				return nil, line, err
			}
			return nil, line, BadRow{line, "a quote is opened and not closed"}
		}
		text += "\n" + next
	}
}

// split cuts one record into its values. open tells that it ends inside quotes.
func split(s string, sep rune) (cells []Cell, open bool) {
	for {
		if strings.HasPrefix(s, `"`) {
			value, rest, ok := unquote(s[1:], sep)
			if !ok {
				return nil, true
			}
			cells = append(cells, Cell{Text: value})
			if rest == "" {
				return cells, false
			}
			s = rest[utf8.RuneLen(sep):]
			continue
		}
		i := strings.IndexRune(s, sep)
		if i < 0 {
			return append(cells, Cell{Text: s}), false
		}
		cells = append(cells, Cell{Text: s[:i]})
		s = s[i+utf8.RuneLen(sep):]
	}
}

// unquote reads up to the closing quote and the delimiter behind it. A quote inside the value that is neither
// doubled nor followed by the delimiter is kept as it is.
func unquote(s string, sep rune) (value, rest string, ok bool) {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return "", "", false
		}
		b.WriteString(s[:i])
		s = s[i+1:]
		r, _ := utf8.DecodeRuneInString(s)
		switch {
		case s == "" || r == sep:
			return b.String(), s, true
		case r == '"':
			s = s[1:]
		}
		b.WriteByte('"')
	}
}
