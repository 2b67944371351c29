package export

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

func init() {
	register("parquet", func(w io.Writer) encoder { return &parquetEncoder{w: w} })
}

const (
	parquetBatch = 1 << 10  // how many values a column is handed at once
	parquetGroup = 1 << 15  // how many rows stand in a group, which is in memory, packed
	parquetTexts = 64 << 10 // bytes of memory for texts at a time
)

// parquetEncoder writes Parquet with zstd: text as UTF-8 strings, never as anything that is run, numbers as decimals of 18 digits
// with as many behind the point as the column has, times in milliseconds UTC. Every column is optional; what is not known is null,
// and so is what has more digits.
type parquetEncoder struct {
	w       io.Writer
	file    *parquet.GenericWriter[any]
	columns []*parquet.ColumnWriter
	cols    []heading
	last    []cell // of the row before: most cells repeat it
	texts   []byte // a piece of memory for texts
	batch   *batch // which rows are added to
	full    *batch // which is put into the file meanwhile, after which put says so
	put     chan error
	values  []parquet.Value // of a column of a full batch
	rows    int             // in the row group, of full batches
}

// batch is some rows, by column.
type batch struct {
	rows    int
	changes [][]change // of each column, of which the first is at row 0
}

// change is where a column takes another value: at which row of the batch.
type change struct {
	at    int
	value parquet.Value
}

func newBatch(columns int) *batch {
	b := &batch{changes: make([][]change, columns)}
	for i := range b.changes {
		b.changes[i] = make([]change, 1, parquetBatch) // the first value is null
	}
	return b
}

// inOrder is a row of columns that stand in the order of names.
type inOrder struct {
	parquet.Group
	names []string
}

// Fields implements parquet.Node.
func (g inOrder) Fields() []parquet.Field {
	fields := g.Group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int {
		return slices.Index(g.names, a.Name()) - slices.Index(g.names, b.Name())
	})
	return fields
}

func (e *parquetEncoder) head(cols []heading) error {
	e.cols, e.last, e.values = cols, make([]cell, len(cols)), make([]parquet.Value, parquetBatch)
	e.batch, e.full, e.put = newBatch(len(cols)), newBatch(len(cols)), make(chan error, 1)
	e.put <- nil
	row, fast := inOrder{parquet.Group{}, nil}, &zstd.Codec{Level: zstd.SpeedFastest}
	for _, c := range cols {
		node := parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
		switch c.kind {
		case number:
			node = parquet.Decimal(int(c.scale), 18, parquet.Int64Type)
		case moment:
			node = parquet.Timestamp(parquet.Millisecond)
		case document:
			node = parquet.Encoded(parquet.JSON(), &parquet.RLEDictionary)
		}
		row.Group[c.name] = parquet.Compressed(parquet.Optional(node), fast)
		row.names = append(row.names, c.name)
	}
	e.file = parquet.NewGenericWriter[any](e.w, parquet.NewSchema("pricegap", row), parquet.CreatedBy("pricegap", "", ""), parquet.DictionaryMaxBytes(1<<20))
	e.columns = e.file.ColumnWriters()
	return nil
}

func (e *parquetEncoder) row(cells []cell) error {
	for i := range cells {
		if c := cells[i]; c != e.last[i] {
			if c.kind == number && c.scale != e.cols[i].scale {
				return fmt.Errorf("export: parquet: column %s: %d decimals, not %d", e.cols[i].name, c.scale, e.cols[i].scale)
			}
			v := e.value(c)
			if !v.IsNull() {
				v = v.Level(0, 1, i)
			}
			e.last[i], e.batch.changes[i] = c, append(e.batch.changes[i], change{e.batch.rows, v})
		}
	}
	if e.batch.rows++; e.batch.rows < parquetBatch {
		return nil
	}
	return e.hand()
}

// hand has the batch put into the file while the next rows come. It returns why the batch before could not be.
func (e *parquetEncoder) hand() error {
	if err := <-e.put; err != nil {
		e.put <- err
		return err
	}
	if err := e.flush(); err != nil {
		e.put <- err
		return err
	}
	e.batch, e.full = e.full, e.batch
	for i, changes := range e.full.changes {
		e.batch.changes[i] = append(e.batch.changes[i][:0], change{0, changes[len(changes)-1].value})
	}
	e.batch.rows = 0
	go func() { e.put <- e.putFull() }()
	return nil
}

func (e *parquetEncoder) value(c cell) parquet.Value {
	switch {
	case c.kind == text, c.kind == document:
		s := strings.ToValidUTF8(c.s, "\uFFFD")
		if len(e.texts)+len(s) > cap(e.texts) {
			e.texts = make([]byte, 0, max(parquetTexts, len(s))) // values may hold the one before
		}
		at := len(e.texts)
		e.texts = append(e.texts, s...)
		return parquet.ByteArrayValue(e.texts[at:])
	case c.kind == number && c.n > -1e18 && c.n < 1e18:
		return parquet.Int64Value(c.n)
	case c.kind == moment:
		return parquet.Int64Value(c.at.UnixMilli())
	}
	return parquet.Value{}
}

// documents implements library.
func (e *parquetEncoder) documents() {}

// putFull hands each column its values of the full batch.
func (e *parquetEncoder) putFull() error {
	rows := e.full.rows
	for i, changes := range e.full.changes {
		for n, c := range changes {
			end := rows
			if n+1 < len(changes) {
				end = changes[n+1].at
			}
			for at := c.at; at < end; at++ {
				e.values[at] = c.value
			}
		}
		if _, err := e.columns[i].WriteRowValues(e.values[:rows]); err != nil {
			return failed(err)
		}
	}
	e.rows += rows
	return nil
}

// flush writes a row group that is full. Only who writes rows does: the writer may be gone once nobody does any more.
func (e *parquetEncoder) flush() error {
	if e.rows < parquetGroup {
		return nil
	}
	e.rows = 0
	return failed(e.file.Flush())
}

func (e *parquetEncoder) close() error {
	if err := e.hand(); err != nil {
		return err
	}
	if err := <-e.put; err != nil {
		return err
	}
	return failed(e.file.Close())
}

func failed(err error) error {
	if err != nil {
		return fmt.Errorf("export: parquet: %w", err)
	}
	return nil
}
