// Package sheet reads rows out of files that people bring: CSV and TSV, XLSX, Parquet, the items of XML feeds, JSONL and JSON lists. What
// the columns mean is for others to say. Rows are read one at a time, and one that cannot be read costs only itself.
package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Cell is one value.
type Cell struct {
	Text string
	// Plain tells that a machine wrote it as a number with a decimal point.
	Plain bool
}

// Record is one row: the names of its columns and their values.
type Record struct {
	// Line is where it stands in the file, from 1; in a spreadsheet the row.
	Line  int
	Names []string
	Cells []Cell
	// Loose tells that each row has names of its own, so that a missing one is that row's fault.
	Loose bool
	// Literal tells that text stands as it is, also where a spreadsheet would take it for a formula.
	Literal bool
	// Raw is the JSON object that the row was, nil where it was none.
	Raw []byte
	// folded tells that Names and Cells are still to be read out of Raw.
	folded bool
}

// BadRow is a row that was left out, with the reason. It is an error, so that a reader may go on after it.
type BadRow struct {
	Line   int
	Reason string
}

// Error implements error.
func (b BadRow) Error() string { return fmt.Sprintf("line %d: %s", b.Line, b.Reason) }

// The errors that end a whole file.
var (
	// ErrFormat is returned for a file that is none of the formats, or has no header.
	ErrFormat = errors.New("feed: not a file that can be read")
	// ErrTooLarge is returned for a spreadsheet above 20 MiB or one million cells.
	ErrTooLarge = errors.New("feed: the file is too large")
)

const (
	maxRecord = 1 << 20 // bytes of one row
	maxFields = 1024    // columns of one row
)

// Records tells the format of r and opens it; name is the file's name, whose ending helps, and delimiter the one
// of a CSV file, found out where it is empty. Each record, which Open opens, comes with nil or a BadRow; any other error is
// the last.
// Errors: ErrFormat, ErrTooLarge, those of r.
func Records(name string, r io.Reader, delimiter string) (iter.Seq2[Record, error], error) {
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("feed: %w", err)
	}
	if bytes.HasPrefix(head, []byte(parquetMark)) {
		return parquetRecords(r)
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return xlsxRecords(br)
	}
	if bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0}) {
		return nil, fmt.Errorf("%w: an old spreadsheet (.xls); save it as .xlsx or CSV", ErrFormat)
	}
	if bytes.HasPrefix(head, []byte{0xFF, 0xFE}) || bytes.HasPrefix(head, []byte{0xFE, 0xFF}) {
		br = bufio.NewReaderSize(transform.NewReader(br, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()), 64<<10)
		head, _ = br.Peek(512)
	}
	if bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")) {
		_, _ = br.Discard(3) // three bytes were just seen
		head = head[3:]
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return nil, fmt.Errorf("%w: it is not text", ErrFormat)
	}
	text := bytes.TrimLeft(head, " \t\r\n")
	ext := strings.ToLower(filepath.Ext(name))
	switch {
	case len(text) == 0:
		return nil, fmt.Errorf("%w: it is empty", ErrFormat)
	case text[0] == '<':
		return xmlRecords(br), nil
	case text[0] == '{' || ext == ".jsonl" || ext == ".ndjson":
		return jsonRecords(br), nil
	case text[0] == '[':
		return listRecords(br), nil
	}
	if delimiter == "" && (ext == ".tsv" || ext == ".tab") {
		delimiter = "\t"
	}
	return csvRecords(br, delimiter)
}
