package export

import (
	"fmt"
	"io"
	"iter"
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

// Holds is what a column of a List holds.
type Holds uint8

// What columns hold; the value of a row is of the type in brackets.
const (
	Words   Holds = iota // text [string]
	Money                // a sum [money.Amount]
	Percent              // hundredths of a percent, as percent [market.Count]
	Moment               // a time, UTC [time.Time]
)

// Column is one column of a List.
type Column struct {
	Name  string
	Holds Holds
}

// List writes a table of rows, each with one value for each column; what is not known is an empty cell. It returns an error for a
// format that does not exist.
func List(format string, w io.Writer, cols []Column, rows iter.Seq[[]any]) error {
	enc, err := newEncoder(format, w)
	if err != nil {
		return err
	}
	heads := make([]heading, len(cols))
	for i, c := range cols {
		switch c.Holds {
		case Money:
			heads[i] = amounts(c.Name)
		case Percent:
			heads[i] = numbers(c.Name, 2, 9)
		case Moment:
			heads[i] = head(c.Name, moment, 17)
		default:
			heads[i] = head(c.Name, text, 18)
		}
	}
	if err := enc.head(heads); err != nil {
		return err
	}
	cells := make([]cell, len(cols))
	for row := range rows {
		for i := range cols {
			if cells[i], err = cellOf(row[i]); err != nil {
				return fmt.Errorf("export: %s: %w", cols[i].Name, err)
			}
		}
		if err := enc.row(cells); err != nil {
			return err
		}
	}
	return enc.close()
}

func cellOf(v any) (cell, error) {
	switch v := v.(type) {
	case string:
		return textCell(v), nil
	case money.Amount:
		return moneyCell(v), nil
	case market.Count:
		return countCell(v, true), nil
	case time.Time:
		return momentCell(v), nil
	}
	return cell{}, fmt.Errorf("a %T is no value of a list", v)
}
