package market

import (
	"errors"
	"strings"

	"pricegap/market/money"
)

// ErrPercent is returned for text that is not a percentage with at most two decimals.
var ErrPercent = errors.New("market: not a percentage with at most two decimals, such as 2.5 or 2.5%")

// Percent is a percentage in basis points: 250 is 2.5 %.
type Percent int64

// UnmarshalText implements encoding.TextUnmarshaler: "2", "2.5", "2.5%".
func (p *Percent) UnmarshalText(b []byte) error {
	s := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(string(b)), "%"))
	a, err := money.FromDecimal(s, "XXX")
	if err != nil || a.Micros()%10_000 != 0 {
		return ErrPercent
	}
	*p = Percent(a.Micros() / 10_000)
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (p Percent) MarshalText() ([]byte, error) {
	return []byte(money.New(int64(p)*10_000, "XXX").Decimal() + "%"), nil
}
