package export

import (
	"strconv"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/market/inert"
	"pricegap/market/money"
)

// kind is the type of a cell.
type kind uint8

const (
	empty    kind = iota // not known
	text                 // a string, also where it looks like a number
	number               // a decimal
	moment               // a time, UTC
	document             // JSON
)

// cell is one value of a table. A number is n units of 10^-scale, shown with at least least decimals.
type cell struct {
	kind         kind
	s            string
	n            int64
	scale, least int8
	at           time.Time
}

func textCell(s string) cell {
	if s == "" {
		return cell{}
	}
	return cell{kind: text, s: s}
}

func numberCell(n int64, scale, least int8) cell {
	return cell{kind: number, n: n, scale: scale, least: least}
}

func moneyCell(a money.Amount) cell {
	if !a.Known() {
		return cell{}
	}
	return numberCell(a.Micros(), 6, int8(a.Currency().Digits()))
}

// countCell is a count as it is; hundredths says that it counts hundredths.
func countCell(c market.Count, hundredths bool) cell {
	n, ok := c.Get()
	switch {
	case !ok:
		return cell{}
	case hundredths:
		return numberCell(n, 2, 2)
	}
	return numberCell(n, 0, 0)
}

// hoursCell is in hours with one decimal.
func hoursCell(d time.Duration) cell { return numberCell(int64(d/(6*time.Minute)), 1, 1) }

func momentCell(t time.Time) cell {
	if t.IsZero() {
		return cell{}
	}
	return cell{kind: moment, at: t.UTC()}
}

// appendNumber appends a number cell as a decimal with that point.
func appendNumber(b []byte, c cell, point byte) []byte {
	u := uint64(c.n)
	if c.n < 0 {
		b = append(b, '-')
		u = -u
	}
	var digits [24]byte
	d := strconv.AppendUint(digits[:0], u, 10)
	scale := int(c.scale)
	for len(d) <= scale {
		d = append(d, 0)
		copy(d[1:], d)
		d[0] = '0'
	}
	whole, frac := d[:len(d)-scale], d[len(d)-scale:]
	for len(frac) > int(c.least) && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	b = append(b, whole...)
	if len(frac) > 0 {
		b = append(b, point)
		b = append(b, frac...)
	}
	return b
}

// foreign returns text from elsewhere as it may stand in a table.
func foreign(s string) string { return inert.Write(strings.ToValidUTF8(s, "\uFFFD")) }
