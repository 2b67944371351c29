package export

import (
	"bufio"
	"io"
	"strings"
)

// NewText returns a writer of chosen columns for a terminal: padded, not quoted, unknown shown as "–".
func NewText(w io.Writer, o Options, l Look) (Writer, error) {
	if err := checkColumns(o); err != nil {
		return nil, err
	}
	return &matrix{enc: &textEncoder{w: bufio.NewWriter(w), look: l}, o: o}, nil
}

// textEncoder holds the first rows back until it knows how wide their columns are.
type textEncoder struct {
	w      *bufio.Writer
	look   Look
	right  []bool
	widths []int
	first  [][]string // the heading and the first rows; nil once they are written
}

func (e *textEncoder) head(cols []heading) error {
	row := make([]string, len(cols))
	for i, c := range cols {
		row[i] = strings.ToUpper(safe(c.name))
		e.right = append(e.right, c.kind == number)
	}
	e.widths = make([]int, len(cols))
	e.first = append(e.first, row)
	e.measure(row)
	return nil
}

func (e *textEncoder) measure(row []string) {
	for i, s := range row {
		e.widths[i] = max(e.widths[i], min(columns(s), 40))
	}
}

func (e *textEncoder) row(cells []cell) error {
	row := make([]string, len(cells))
	for i, c := range cells {
		switch c.kind {
		case text:
			row[i] = safe(c.s)
		case number:
			row[i] = string(appendNumber(nil, c, e.look.word("decimal sign")[0]))
		case moment:
			row[i] = e.look.moment(c.at)
		default:
			row[i] = "–"
		}
	}
	if e.first == nil {
		return e.put(row, plain)
	}
	e.first = append(e.first, row)
	e.measure(row)
	if len(e.first) > measured {
		return e.release()
	}
	return nil
}

func (e *textEncoder) release() error {
	for i, row := range e.first {
		p := plain
		if i == 0 {
			p = bold
		}
		if err := e.put(row, p); err != nil {
			return err
		}
	}
	e.first = nil
	return nil
}

func (e *textEncoder) put(row []string, p paint) error {
	var b strings.Builder
	for i, s := range row {
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(fit(s, e.widths[i], e.right[i]))
	}
	_, err := e.w.WriteString(e.look.in(p, strings.TrimRight(b.String(), " ")) + "\n")
	return err
}

func (e *textEncoder) close() error {
	if err := e.release(); err != nil {
		return err
	}
	return e.w.Flush()
}
