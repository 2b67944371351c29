// Package export writes comparisons and histories as tables for programs and spreadsheets. Every format is a file of its own that registers itself. Tables are inert: text that a
// spreadsheet could run as a formula is disarmed, numbers are written by us, and what is not known is an
// empty cell or null, never nought.
package export

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"pricegap/compare"
	"pricegap/market"
)

// Options say what a table holds.
type Options struct {
	// Columns are names from Columns, in order; "rival." columns are repeated for each rival, and the name of
	// a source in the place of "rival" asks for that one alone. Empty means all.
	Columns []string
	// Shops are the shops that get columns, our own left out; empty means the rivals of the first standing.
	Shops []compare.Shop
	// Language is that of the headings in xlsx ("nl", "en"); empty keeps the names of the columns.
	Language string
}

// Writer writes one row for each standing. Nothing is complete before Close, which leaves the underlying
// writer open. A Writer is not safe for concurrent use.
type Writer interface {
	Write(s compare.Standing) error
	Close() error
}

// HistoryWriter writes one row for each observation; otherwise as Writer.
type HistoryWriter interface {
	Write(p market.ProductID, o market.Observation) error
	Close() error
}

// encoder is a format: it is handed the headings once and then rows of cells, which it must not keep.
type encoder interface {
	head(cols []heading) error
	row(cells []cell) error
	close() error
}

// observer is an encoder that writes observations whole instead of as cells.
type observer interface {
	observation(o market.Observation) error
}

// library is an encoder whose cells may be documents.
type library interface {
	documents()
}

// heading is a column as an encoder sees it.
type heading struct {
	name  string
	label string // for people
	kind  kind
	scale int8 // of a number: how many decimals its cells have
	sign  bool // less than nought is good for them, more is good for us
	state bool // the status of a position
	width int  // in characters, for spreadsheets
}

var formats = map[string]func(io.Writer) encoder{}

func register(name string, f func(io.Writer) encoder) { formats[name] = f }

// Formats returns the names of the formats, sorted.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

func newEncoder(format string, w io.Writer) (encoder, error) {
	f, ok := formats[format]
	if !ok {
		return nil, fmt.Errorf("export: format %q: unknown; there are %s", format, strings.Join(Formats(), ", "))
	}
	return f(w), nil
}

// New returns a writer of comparisons to w. It returns an error for a format or column that does not exist.
func New(format string, w io.Writer, o Options) (Writer, error) {
	enc, err := newEncoder(format, w)
	if err != nil {
		return nil, err
	}
	if err := checkColumns(o); err != nil {
		return nil, err
	}
	return &matrix{enc: enc, o: o}, nil
}

// rival is a competitor with columns of its own.
type rival struct {
	id   market.SourceID
	name string
}

func (o Options) rivals() []rival {
	var out []rival
	for _, s := range o.Shops {
		if !s.Own {
			out = append(out, rival{s.ID, s.Name})
		}
	}
	return out
}

// matrix writes a row of cells for each standing.
type matrix struct {
	enc     encoder
	o       Options
	cols    []column
	cells   []cell
	started bool
}

func (m *matrix) start(rivals []rival) error {
	m.started = true
	cols, err := selectColumns(m.o, rivals)
	if err != nil {
		return err
	}
	m.cols, m.cells = cols, make([]cell, len(cols))
	heads := make([]heading, len(cols))
	for i, c := range cols {
		heads[i] = c.heading
	}
	return m.enc.head(heads)
}

// Write implements Writer.
func (m *matrix) Write(s compare.Standing) error {
	if !m.started {
		rivals := m.o.rivals()
		if len(m.o.Shops) == 0 {
			for _, p := range s.Rivals {
				rivals = append(rivals, rival{p.Source, p.Name})
			}
		}
		if err := m.start(rivals); err != nil {
			return err
		}
	}
	for i := range m.cols {
		m.cells[i] = m.cols[i].value(&s)
	}
	return m.enc.row(m.cells)
}

// Close implements Writer.
func (m *matrix) Close() error {
	if !m.started {
		if err := m.start(m.o.rivals()); err != nil {
			return err
		}
	}
	return m.enc.close()
}
