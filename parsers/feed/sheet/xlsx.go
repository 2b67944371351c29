package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"strings"

	"github.com/xuri/excelize/v2"
)

// The limits of a spreadsheet.
const (
	maxSheetBytes   = 20 << 20
	maxUnpackedSize = 160 << 20
	maxCells        = 1_000_000
	maxRows         = 1_048_576
)

// machineNumber is how a spreadsheet stores a number. Three decimals behind one to three digits are left out:
// they may be text in which the point groups thousands.
var machineNumber = regexp.MustCompile(`^-?\d+(\.\d+)?([eE][+-]?\d{1,2})?$`)

var maybeThousands = regexp.MustCompile(`^-?[1-9]\d{0,2}\.\d{3}$`)

// xlsxRecords reads the first sheet of a spreadsheet that has a header. Formulas are not computed; what the
// file keeps as their result is read.
func xlsxRecords(r *bufio.Reader) (iter.Seq2[Record, error], error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSheetBytes+1))
	if err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	if len(data) > maxSheetBytes {
		return nil, fmt.Errorf("%w: more than %d MiB", ErrTooLarge, maxSheetBytes>>20)
	}
	raw := excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpackedSize, UnzipXMLSizeLimit: maxUnpackedSize}
	f, err := excelize.OpenReader(bytes.NewReader(data), raw)
	if err != nil {
		if strings.Contains(err.Error(), "unzip size") {
			return nil, fmt.Errorf("%w: it unpacks to more than %d MiB", ErrTooLarge, maxUnpackedSize>>20)
		}
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return nil, fmt.Errorf("%w: it has no sheet", ErrFormat)
	}
	rows, err := f.Rows(sheets[0])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return func(yield func(Record, error) bool) {
		defer func() { _ = errors.Join(rows.Close(), f.Close()) }() // all was read, or nobody wants the rest
		s := sheet{rows: rows, raw: raw}
		for s.next() {
			rec, err, ok := s.record()
			if ok && !yield(rec, err) {
				return
			}
		}
		if s.err != nil {
			yield(Record{}, s.err)
		}
	}, nil
}

// sheet walks over the rows of a spreadsheet.
type sheet struct {
	rows   *excelize.Rows
	raw    excelize.Options
	line   int
	cells  int
	values []string
	header []string
	err    error
}

func (s *sheet) next() bool {
	if s.err != nil || !s.rows.Next() {
		if s.err == nil {
			s.err = s.rows.Error()
		}
		return false
	}
	s.line++
	s.values, s.err = s.rows.Columns(s.raw)
	if s.cells += len(s.values); s.err == nil && (s.cells > maxCells || s.line > maxRows) {
		s.err = fmt.Errorf("%w: more than %d cells", ErrTooLarge, maxCells)
	}
	return s.err == nil
}

// record makes a record of the row; ok is false for an empty one and for the header.
func (s *sheet) record() (rec Record, err error, ok bool) { //nolint:revive // the error is the record's, not the call's
	if strings.TrimSpace(strings.Join(s.values, "")) == "" {
		return Record{}, nil, false
	}
	if s.header == nil {
		for _, v := range s.values {
			s.header = append(s.header, strings.TrimSpace(v))
		}
		return Record{}, nil, false
	}
	cells := make([]Cell, len(s.values))
	for i, v := range s.values {
		cells[i] = Cell{v, machineNumber.MatchString(v) && !maybeThousands.MatchString(v)}
	}
	if len(cells) > maxFields {
		return Record{Line: s.line}, BadRow{s.line, fmt.Sprintf("it has %d columns, at most %d are read", len(cells), maxFields)}, true
	}
	cells, err = fit(cells, len(s.header), s.line)
	return Record{Line: s.line, Names: s.header, Cells: cells}, err, true
}
