// Package money holds exact sums of money: one value type with its arithmetic, and the reading and
// writing of printed prices. There are no floats in it.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Micros is how many millionths make one major unit: 1 EUR is 1,000,000.
const Micros = 1_000_000

// ErrCurrency is returned where two amounts of different currencies, or an unknown amount, meet in
// arithmetic.
var ErrCurrency = errors.New("money: currencies differ or an amount is unknown")

// ErrRange is returned where a result does not fit the range of an Amount, about 9.2 trillion major units.
var ErrRange = errors.New("money: amount out of range")

// ErrSyntax is returned for text that is not a decimal amount.
var ErrSyntax = errors.New("money: not a decimal amount")

// Currency is an ISO 4217 code in capitals, such as "EUR". The empty Currency means "not known".
type Currency string

// Valid reports whether c has the form of an ISO 4217 code: three capital letters.
func (c Currency) Valid() bool {
	if len(c) != 3 {
		return false
	}
	for i := range len(c) {
		if c[i] < 'A' || c[i] > 'Z' {
			return false
		}
	}
	return true
}

// Digits returns how many decimals the minor unit of c has: 2 for most, 0 for JPY, 3 for KWD.
// Source: ISO 4217 list one.
func (c Currency) Digits() int {
	switch c {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	}
	return 2
}

// Amount is an exact sum of money in one currency, comparable with ==. The zero Amount means "not
// known"; a free item is 0 with a currency. It counts millionths of the major unit, because cents break
// on fuel (1.799 €/l), small parts and unit prices.
type Amount struct {
	micros   int64
	currency Currency
}

// New returns the amount of that many millionths of the major unit. Without a currency it is unknown.
func New(micros int64, c Currency) Amount {
	if c == "" {
		return Amount{}
	}
	return Amount{micros, c}
}

// FromDecimal reads a plain decimal number with a point, such as "1299", "-0.5" or "1.799". Errors:
// ErrSyntax, ErrRange (more than six decimals that are not zero count as ErrRange), ErrCurrency when c is not a valid code.
func FromDecimal(s string, c Currency) (Amount, error) {
	if !c.Valid() {
		return Amount{}, fmt.Errorf("%w: %q", ErrCurrency, string(c))
	}
	m, err := decimalMicros(s)
	if err != nil {
		return Amount{}, err
	}
	return Amount{m, c}, nil
}

func decimalMicros(s string) (int64, error) {
	rest, neg := strings.CutPrefix(s, "-")
	whole, frac, hasPoint := strings.Cut(rest, ".")
	if whole == "" || (hasPoint && frac == "") || !digitsOnly(whole) || !digitsOnly(frac) {
		return 0, fmt.Errorf("%w: %.40q", ErrSyntax, s)
	}
	frac = strings.TrimRight(frac, "0")
	if len(frac) > 6 {
		return 0, fmt.Errorf("%w: %.40q", ErrRange, s)
	}
	frac += strings.Repeat("0", 6-len(frac))
	m, err := strconv.ParseInt(strings.TrimLeft(whole, "0")+frac, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: %.40q", ErrRange, s)
	}
	if neg {
		m = -m
	}
	return m, nil
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Known reports whether the amount is known. An amount of nought is known.
func (a Amount) Known() bool { return a.currency != "" }

// IsZero reports whether the amount is unknown; it serves the omitzero option of encoding/json.
func (a Amount) IsZero() bool { return a.currency == "" }

// Sign returns -1, 0 or 1; an unknown amount has the sign 0.
func (a Amount) Sign() int {
	switch {
	case a.micros < 0:
		return -1
	case a.micros > 0:
		return 1
	}
	return 0
}

// Micros returns the sum in millionths of the major unit; 0 when unknown.
func (a Amount) Micros() int64 { return a.micros }

// Currency returns the currency, empty when the amount is unknown.
func (a Amount) Currency() Currency { return a.currency }

// Decimal returns the sum as a plain decimal with at least the digits of the currency's minor unit, such
// as "1299.00" or "1.799"; the empty string when unknown.
func (a Amount) Decimal() string {
	if !a.Known() {
		return ""
	}
	var room [24]byte
	b, u := room[:0], uint64(a.micros)
	if a.micros < 0 {
		b, u = append(b, '-'), -u
	}
	b = strconv.AppendUint(b, u/Micros, 10)
	point := len(b)
	b = strconv.AppendUint(b, Micros+u%Micros, 10) // one digit more, where the point stands
	b[point] = '.'
	for least := point + 1 + a.currency.Digits(); len(b) > least && b[len(b)-1] == '0'; {
		b = b[:len(b)-1]
	}
	return strings.TrimSuffix(string(b), ".")
}

// String returns the sum and its code for logs and tests, such as "1299.00 EUR", or "unknown".
func (a Amount) String() string {
	if !a.Known() {
		return "unknown"
	}
	return a.Decimal() + " " + string(a.currency)
}

// MarshalText implements encoding.TextMarshaler: "1299.00 EUR", or nothing when unknown.
func (a Amount) MarshalText() ([]byte, error) {
	if !a.Known() {
		return nil, nil
	}
	return []byte(a.Decimal() + " " + string(a.currency)), nil
}

// UnmarshalText implements encoding.TextUnmarshaler for what MarshalText writes.
func (a *Amount) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*a = Amount{}
		return nil
	}
	dec, code, ok := strings.Cut(string(b), " ")
	if !ok {
		return fmt.Errorf("%w: %.40q", ErrSyntax, b)
	}
	v, err := FromDecimal(dec, Currency(code))
	if err != nil {
		return err
	}
	*a = v
	return nil
}

func (a Amount) same(b Amount) error {
	if !a.Known() || !b.Known() || a.currency != b.currency {
		return fmt.Errorf("%w: %s, %s", ErrCurrency, a, b)
	}
	return nil
}

// Cmp returns -1, 0 or 1 as a is less than, equal to or more than b; ErrCurrency when they differ in
// currency or one is unknown.
func (a Amount) Cmp(b Amount) (int, error) {
	if err := a.same(b); err != nil {
		return 0, err
	}
	switch {
	case a.micros < b.micros:
		return -1, nil
	case a.micros > b.micros:
		return 1, nil
	}
	return 0, nil
}

// Add returns a + b. Errors: ErrCurrency, ErrRange.
func (a Amount) Add(b Amount) (Amount, error) {
	if err := a.same(b); err != nil {
		return Amount{}, err
	}
	s := a.micros + b.micros
	if (s > a.micros) != (b.micros > 0) && b.micros != 0 {
		return Amount{}, ErrRange
	}
	return Amount{s, a.currency}, nil
}

// Sub returns a - b. Errors: ErrCurrency, ErrRange.
func (a Amount) Sub(b Amount) (Amount, error) {
	if b.micros == math.MinInt64 {
		return Amount{}, ErrRange
	}
	return a.Add(Amount{-b.micros, b.currency})
}

// Abs returns the sum without its sign.
func (a Amount) Abs() Amount {
	if a.micros < 0 && a.micros != math.MinInt64 {
		a.micros = -a.micros
	}
	return a
}

// BasisPoints returns how much a differs from b in hundredths of a percent of b, rounded half away from
// zero: 95 EUR against 100 EUR is -500. Errors: ErrCurrency, ErrRange (also when b is not above nought).
func (a Amount) BasisPoints(b Amount) (int64, error) {
	d, err := a.Sub(b)
	if err != nil {
		return 0, err
	}
	return d.Share(b)
}

// Share returns a as a share of b in hundredths of a percent, rounded half away from zero. Errors:
// ErrCurrency, ErrRange (also when b is not above nought).
func (a Amount) Share(b Amount) (int64, error) {
	if err := a.same(b); err != nil {
		return 0, err
	}
	if b.micros <= 0 {
		return 0, ErrRange
	}
	neg := a.micros < 0
	hi, lo := bits.Mul64(uint64(a.Abs().micros), 10_000)
	lo, carry := bits.Add64(lo, uint64(b.micros)/2, 0)
	hi += carry
	if hi >= uint64(b.micros) {
		return 0, ErrRange
	}
	q, _ := bits.Div64(hi, lo, uint64(b.micros))
	if q > math.MaxInt64 {
		return 0, ErrRange
	}
	if neg {
		return -int64(q), nil
	}
	return int64(q), nil
}

// Scale returns a × num / den, rounded half away from zero; it serves VAT and thresholds in basis points.
// Errors: ErrCurrency when a is unknown, ErrRange when den is not above nought or the result does not fit.
func (a Amount) Scale(num, den int64) (Amount, error) {
	if !a.Known() {
		return Amount{}, ErrCurrency
	}
	if den <= 0 || num == math.MinInt64 || a.micros == math.MinInt64 {
		return Amount{}, ErrRange
	}
	neg := (a.micros < 0) != (num < 0)
	if num < 0 {
		num = -num
	}
	hi, lo := bits.Mul64(uint64(a.Abs().micros), uint64(num))
	lo, carry := bits.Add64(lo, uint64(den)/2, 0)
	hi += carry
	if hi >= uint64(den) {
		return Amount{}, ErrRange
	}
	q, _ := bits.Div64(hi, lo, uint64(den))
	if q > math.MaxInt64 {
		return Amount{}, ErrRange
	}
	m := int64(q)
	if neg {
		m = -m
	}
	return Amount{m, a.currency}, nil
}
