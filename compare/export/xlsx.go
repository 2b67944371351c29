package export

import (
	"archive/zip"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

func init() {
	register("xlsx", func(w io.Writer) encoder { return &xlsxEncoder{w: w, perSheet: excelize.TotalRows} })
}

// xlsxEncoder writes a workbook row by row; excelize moves what exceeds 16 MB to a temporary file. Text is
// written as inline strings, never as formulas or links. What exceeds the rows of one sheet goes on in a next.
type xlsxEncoder struct {
	w        io.Writer
	perSheet int // rows, the heading included
	f        *excelize.File
	sheet    *excelize.StreamWriter
	sheets   int
	rows     int // in this sheet
	cols     []heading
	values   []any
	styles   struct{ head, money, number, moment int }
}

func (e *xlsxEncoder) head(cols []heading) error {
	e.cols, e.values = cols, make([]any, len(cols))
	e.f = excelize.NewFile()
	if err := e.f.SetDocProps(&excelize.DocProperties{Creator: "pricegap"}); err != nil {
		return fmt.Errorf("export: xlsx: %w", err)
	}
	decimal, times := "#,##0.00####", "yyyy-mm-dd hh:mm"
	var err error
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&e.styles.head, excelize.Style{
			Font:      &excelize.Font{Bold: true},
			Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7EBF0"}},
			Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
		}},
		{&e.styles.money, excelize.Style{CustomNumFmt: &decimal}},
		{&e.styles.number, excelize.Style{}},
		{&e.styles.moment, excelize.Style{CustomNumFmt: &times}},
	} {
		if *s.id, err = e.f.NewStyle(&s.style); err != nil {
			return fmt.Errorf("export: xlsx: %w", err)
		}
	}
	return e.next()
}

// next begins a sheet with its heading, which stays in view with the first column.
func (e *xlsxEncoder) next() error {
	e.sheets++
	name := "Sheet" + strconv.Itoa(e.sheets)
	if _, err := e.f.NewSheet(name); err != nil {
		return fmt.Errorf("export: xlsx: %w", err)
	}
	var err error
	if e.sheet, err = e.f.NewStreamWriter(name); err != nil {
		return fmt.Errorf("export: xlsx: %w", err)
	}
	for i, c := range e.cols {
		if err := e.sheet.SetColWidth(i+1, i+1, float64(c.width)); err != nil {
			return fmt.Errorf("export: xlsx: %w", err)
		}
	}
	err = e.sheet.SetPanes(&excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"})
	if err != nil {
		return fmt.Errorf("export: xlsx: %w", err)
	}
	for i, c := range e.cols {
		e.values[i] = excelize.Cell{StyleID: e.styles.head, Value: legal(foreign(c.label))}
	}
	e.rows = 0
	return e.put()
}

func (e *xlsxEncoder) put() error {
	e.rows++
	at, err := excelize.CoordinatesToCellName(1, e.rows)
	if err != nil {
		return fmt.Errorf("export: xlsx: %w", err)
	}
	if err := e.sheet.SetRow(at, e.values); err != nil {
		return fmt.Errorf("export: xlsx: %w", err)
	}
	return nil
}

func (e *xlsxEncoder) row(cells []cell) error {
	if e.rows == e.perSheet {
		if err := e.finish(); err != nil {
			return err
		}
		if err := e.next(); err != nil {
			return err
		}
	}
	for i, c := range cells {
		switch c.kind {
		case text:
			e.values[i] = legal(foreign(c.s))
		case number:
			// A number in a workbook is a double by the format (ECMA-376, 18.3.1.96), so this is its door.
			n, err := strconv.ParseFloat(string(appendNumber(nil, c, '.')), 64)
			if err != nil {
				return fmt.Errorf("export: xlsx: %w", err)
			}
			style := e.styles.number
			if c.scale == 6 || c.least == 2 {
				style = e.styles.money
			}
			e.values[i] = excelize.Cell{StyleID: style, Value: n}
		case moment:
			e.values[i] = excelize.Cell{StyleID: e.styles.moment, Value: c.at}
		default:
			e.values[i] = nil
		}
	}
	return e.put()
}

// legal leaves out the characters that XML 1.0 cannot hold.
func legal(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)
}

// finish colours the sheet and ends it.
func (e *xlsxEncoder) finish() error {
	red, err := e.colour("9C0006", "FFC7CE")
	if err != nil {
		return err
	}
	green, err := e.colour("006100", "C6EFCE")
	if err != nil {
		return err
	}
	grey, err := e.colour("7F6000", "FFF2CC")
	if err != nil {
		return err
	}
	for i, c := range e.cols {
		var rules []excelize.ConditionalFormatOptions
		switch {
		case c.sign:
			rules = []excelize.ConditionalFormatOptions{
				{Type: "cell", Criteria: "<", Value: "0", Format: &red},
				{Type: "cell", Criteria: ">", Value: "0", Format: &green},
			}
		case c.state:
			for _, s := range []string{"stale", "too_old", "held"} {
				rules = append(rules, excelize.ConditionalFormatOptions{Type: "cell", Criteria: "==", Value: `"` + s + `"`, Format: &grey})
			}
		}
		if len(rules) == 0 || e.rows < 2 {
			continue
		}
		col, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return fmt.Errorf("export: xlsx: %w", err)
		}
		area := fmt.Sprintf("%s2:%s%d", col, col, e.rows)
		if err := e.f.SetConditionalFormat(e.sheet.Sheet, area, rules); err != nil {
			return fmt.Errorf("export: xlsx: %w", err)
		}
	}
	if err := e.sheet.Flush(); err != nil {
		return fmt.Errorf("export: xlsx: %w", err)
	}
	return nil
}

func (e *xlsxEncoder) colour(ink, paper string) (int, error) {
	id, err := e.f.NewConditionalStyle(&excelize.Style{
		Font: &excelize.Font{Color: ink},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{paper}},
	})
	if err != nil {
		return 0, fmt.Errorf("export: xlsx: %w", err)
	}
	return id, nil
}

func (e *xlsxEncoder) close() error {
	if err := e.finish(); err != nil {
		return err
	}
	// Else the library builds the file in memory, to mark sheets of more than 4 GiB, of which a million rows are far.
	e.f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(e.w) })
	_, err := e.f.WriteTo(io.Discard)
	if cerr := e.f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("export: xlsx: %w", err)
	}
	return nil
}
