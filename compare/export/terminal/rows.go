package terminal

import (
	"bufio"
	"io"
	"strings"
)

// widest is how wide a column of Rows gets at most.
const widest = 40

// Rows writes rows of texts as a table: padded, the first row as the heading. It holds the first rows back until
// it knows how wide their columns are; Close writes what it holds. It is not safe for concurrent use.
type Rows struct {
	w      *bufio.Writer
	look   Look
	right  []bool
	widths []int
	first  [][]string // the heading and the first rows
	open   bool       // these are written
}

// NewRows returns Rows on w; right says for each column whether it is aligned to the right, as numbers are.
func NewRows(w io.Writer, l Look, right []bool) *Rows {
	return &Rows{w: bufio.NewWriter(w), look: l, right: right, widths: make([]int, len(right))}
}

// Write adds a row of as many texts as there are columns; "" is shown as "–".
func (r *Rows) Write(texts []string) error {
	row := make([]string, len(texts))
	for i, s := range texts {
		if row[i] = safe(s); s == "" {
			row[i] = "–"
		}
	}
	if r.open {
		return r.put(row, plain)
	}
	r.first = append(r.first, row)
	for i, s := range row {
		r.widths[i] = max(r.widths[i], min(columns(s), widest))
	}
	if len(r.first) > measured {
		return r.release()
	}
	return nil
}

func (r *Rows) release() error {
	for i, row := range r.first {
		p := plain
		if i == 0 {
			p = bold
		}
		if err := r.put(row, p); err != nil {
			return err
		}
	}
	r.first, r.open = nil, true
	return nil
}

func (r *Rows) put(row []string, p paint) error {
	var b strings.Builder
	for i, s := range row {
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(fit(s, r.widths[i], r.right[i]))
	}
	_, err := r.w.WriteString(r.look.in(p, strings.TrimRight(b.String(), " ")) + "\n")
	return err
}

// Close writes what is held back. It leaves the underlying writer open.
func (r *Rows) Close() error {
	if err := r.release(); err != nil {
		return err
	}
	return r.w.Flush()
}
