package export

import "time"

// CellText is a cell as text: "" where the value is not known.
type CellText struct {
	Text   string
	Number bool
}

// Shape says how Cells writes values.
type Shape struct {
	// Point is the decimal sign.
	Point byte
	// Time writes a time.
	Time func(time.Time) string
}

// Cells returns a writer that hands each row to put as texts that are not escaped, the names of the columns
// first; put must not keep the row. It serves doors that lay tables out themselves.
func Cells(o Options, s Shape, put func(row []CellText) error) (Writer, error) {
	if err := checkColumns(o); err != nil {
		return nil, err
	}
	return &matrix{enc: &texts{shape: s, put: put}, o: o}, nil
}

// texts is the encoder behind Cells.
type texts struct {
	shape Shape
	put   func([]CellText) error
	out   []CellText
}

func (t *texts) head(cols []heading) error {
	t.out = make([]CellText, len(cols))
	for i, c := range cols {
		t.out[i] = CellText{c.label, c.kind == number}
	}
	return t.put(t.out)
}

func (t *texts) row(cells []cell) error {
	for i, c := range cells {
		t.out[i].Text = ""
		switch c.kind {
		case text:
			t.out[i].Text = c.s
		case number:
			t.out[i].Text = string(appendNumber(nil, c, t.shape.Point))
		case moment:
			t.out[i].Text = t.shape.Time(c.at)
		}
	}
	return t.put(t.out)
}

func (t *texts) close() error { return nil }
