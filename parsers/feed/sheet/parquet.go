package sheet

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

const (
	parquetMark   = "PAR1"
	parquetBatch  = 1 << 10 // rows read at once
	maxChunkBytes = 1 << 30 // of a column of a row group, unpacked
)

// parquetRecords reads a Parquet file, which must be readable at any place. A column within a group is named by both with "_" between
// them; lists are passed over. Text is as it stands there, and numbers, moments and days are written as in other files.
func parquetRecords(r io.Reader) (_ iter.Seq2[Record, error], err error) {
	at, ok := r.(interface {
		io.ReaderAt
		io.Seeker
	})
	if !ok {
		return nil, fmt.Errorf("%w: Parquet is read from files only", ErrFormat)
	}
	size, err := at.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("%w: Parquet is read from files only: %w", ErrFormat, err)
	}
	defer wrecked(&err)
	f, err := parquet.OpenFile(at, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	t := &table{file: f}
	t.add("", f.Root())
	if len(t.names) == 0 || len(t.names) > maxFields {
		return nil, fmt.Errorf("%w: it has %d columns", ErrFormat, len(t.names))
	}
	return t.records, nil
}

// wrecked turns a panic of the library, which trusts its files, into an error.
func wrecked(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: a damaged Parquet file: %v", ErrFormat, p)
	}
}

// table is a Parquet file that is being read.
type table struct {
	file  *parquet.File
	names []string
	cols  []column
	line  int
}

// column is a column of one value a row.
type column struct {
	index  int
	reads  func(parquet.Value) Cell
	pages  parquet.Pages
	page   parquet.Page
	values parquet.ValueReader
	repeat repeat
	bits   int64 // what was read last, where it is a number
	is     Cell  // the same as a cell: most repeat it
	some   bool  // something was read
}

// add adds the columns below a node.
func (t *table) add(prefix string, node *parquet.Column) {
	for _, c := range node.Columns() {
		switch {
		case c.Repeated():
		case c.Leaf():
			t.names = append(t.names, prefix+c.Name())
			reads, repeat := readerOf(c.Type())
			t.cols = append(t.cols, column{index: c.Index(), reads: reads, repeat: repeat})
		default:
			t.add(prefix+c.Name()+"_", c)
		}
	}
}

func (t *table) records(yield func(Record, error) bool) {
	for i, g := range t.file.RowGroups() {
		goOn, err := t.group(i, g, yield)
		if err != nil {
			yield(Record{}, fmt.Errorf("%w: Parquet, behind row %d: %w", ErrFormat, t.line, err))
		}
		if err != nil || !goOn {
			return
		}
	}
}

// group yields the rows of a group, and reports whether more are wanted.
func (t *table) group(i int, g parquet.RowGroup, yield func(Record, error) bool) (bool, error) {
	defer t.close()
	if err := t.open(i, g); err != nil {
		return false, err
	}
	n := len(t.cols)
	for left := g.NumRows(); left > 0; {
		rows := int(min(left, parquetBatch))
		left -= int64(rows)
		cells := make([]Cell, rows*n) // a reader may keep those of a row
		if err := t.fill(cells, rows); err != nil {
			return false, err
		}
		for ; len(cells) > 0; cells = cells[n:] {
			t.line++
			rec := Record{Line: t.line, Names: t.names, Cells: cells[:n:n], Literal: true}
			var err error
			if rec.bytes() > maxRecord {
				err = BadRow{t.line, errLongLine.Error()}
			}
			if !yield(rec, err) {
				return false, nil
			}
		}
	}
	return true, nil
}

func (rec *Record) bytes() (n int) {
	for i := range rec.Cells {
		n += len(rec.Cells[i].Text)
	}
	return n
}

// open begins to read a group.
func (t *table) open(i int, g parquet.RowGroup) (err error) {
	defer wrecked(&err)
	chunks, stated := g.ColumnChunks(), t.file.Metadata().RowGroups[i].Columns
	for i := range t.cols {
		c := &t.cols[i]
		if n := stated[c.index].MetaData.TotalUncompressedSize; n < 0 || n > maxChunkBytes {
			return fmt.Errorf("%w: column %s unpacks to %d bytes", ErrTooLarge, t.names[i], n)
		}
		c.pages = chunks[c.index].Pages()
	}
	return nil
}

func (t *table) close() {
	for i := range t.cols {
		c := &t.cols[i]
		c.leave()
		if c.pages != nil {
			_ = c.pages.Close() // it was only read
		}
		c.pages = nil
	}
}

// fill reads so many rows, column by column.
func (t *table) fill(cells []Cell, rows int) (err error) {
	defer wrecked(&err)
	var values [parquetBatch]parquet.Value
	for i := range t.cols {
		c := &t.cols[i]
		for at := 0; at < rows; {
			n, err := c.read(values[:rows-at])
			if err != nil {
				return fmt.Errorf("column %s: %w", t.names[i], err)
			}
			for _, v := range values[:n] {
				cells[at*len(t.cols)+i] = c.cell(v)
				at++
			}
		}
	}
	return nil
}

// read reads some values, one at least. Those that were read before are worth nothing then.
func (c *column) read(values []parquet.Value) (n int, err error) {
	for n == 0 {
		if c.values == nil {
			if c.page, err = c.pages.ReadPage(); err != nil {
				return 0, fmt.Errorf("it is shorter than the others: %w", err)
			}
			c.values = c.page.Values()
		}
		n, err = c.values.ReadValues(values)
		switch {
		case err == nil, n > 0 && errors.Is(err, io.EOF):
		case errors.Is(err, io.EOF):
			c.leave()
		default:
			return 0, err
		}
	}
	return n, nil
}

// leave lets the page go.
func (c *column) leave() {
	if c.page != nil {
		parquet.Release(c.page)
	}
	c.page, c.values = nil, nil
}

// cell is a value as a cell.
func (c *column) cell(v parquet.Value) Cell {
	switch {
	case v.IsNull():
		return Cell{}
	case !c.some, c.repeat == never, c.repeat == byText && string(v.ByteArray()) != c.is.Text, c.repeat == byBits && v.Int64() != c.bits:
		c.is, c.some = c.reads(v), true
		if c.repeat == byBits {
			c.bits = v.Int64()
		}
	}
	return c.is
}

// repeat is by what a value is known to be the one before.
type repeat int

const (
	never repeat = iota
	byText
	byBits
)

// readerOf returns what reads the values of a column.
func readerOf(t parquet.Type) (func(parquet.Value) Cell, repeat) {
	var logical format.LogicalTypeValue
	if l := t.LogicalType(); l != nil {
		logical = l.Value
	}
	scale := 0
	if d, ok := logical.(*format.DecimalType); ok {
		scale = int(d.Scale)
	}
	switch t.Kind() {
	case parquet.Boolean:
		return func(v parquet.Value) Cell { return Cell{Text: map[bool]string{true: "yes", false: "no"}[v.Boolean()]} }, never
	case parquet.Float:
		return func(v parquet.Value) Cell { return Cell{strconv.FormatFloat(float64(v.Float()), 'f', -1, 32), true} }, never
	case parquet.Double:
		return func(v parquet.Value) Cell { return Cell{strconv.FormatFloat(v.Double(), 'f', -1, 64), true} }, byBits
	case parquet.Int32:
		if _, ok := logical.(*format.DateType); ok {
			return func(v parquet.Value) Cell {
				return Cell{Text: time.Unix(int64(v.Int32())*86_400, 0).UTC().Format(time.DateOnly)}
			}, never
		}
		return func(v parquet.Value) Cell { return Cell{decimal(strconv.FormatInt(int64(v.Int32()), 10), scale), true} }, never
	case parquet.Int64:
		if l, ok := logical.(*format.TimestampType); ok && l.Unit.Value != nil {
			step := l.Unit.Value.Duration()
			return func(v parquet.Value) Cell { return Cell{Text: instant(v.Int64(), step).Format(time.RFC3339)} }, byBits
		}
		return func(v parquet.Value) Cell { return Cell{decimal(strconv.FormatInt(v.Int64(), 10), scale), true} }, byBits
	case parquet.Int96: // of old: nanoseconds of a Julian day
		return func(v parquet.Value) Cell {
			n := v.Int96()
			day := time.Unix((int64(n[2])-2_440_588)*86_400, 0)
			return Cell{Text: day.Add(time.Duration(uint64(n[1])<<32 | uint64(n[0]))).UTC().Format(time.RFC3339)}
		}, never
	}
	if _, ok := logical.(*format.DecimalType); ok {
		return func(v parquet.Value) Cell {
			b := v.ByteArray()
			n := new(big.Int).SetBytes(b)
			if len(b) > 0 && b[0] >= 0x80 { // two's complement
				n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
			}
			return Cell{decimal(n.String(), scale), true}
		}, never
	}
	return func(v parquet.Value) Cell { return Cell{Text: strings.ToValidUTF8(string(v.ByteArray()), "\uFFFD")} }, byText
}

// instant is so many steps after the beginning of 1970.
func instant(n int64, step time.Duration) time.Time {
	perSecond := int64(time.Second / step)
	return time.Unix(n/perSecond, n%perSecond*int64(step)).UTC()
}

// decimal writes a whole number with so many of its digits behind the point.
func decimal(digits string, scale int) string {
	if scale <= 0 {
		return digits
	}
	digits, below := strings.CutPrefix(digits, "-")
	if n := scale + 1 - len(digits); n > 0 {
		digits = strings.Repeat("0", n) + digits
	}
	out := digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
	if below {
		return "-" + out
	}
	return out
}
