package market

import (
	"fmt"
	"strconv"
)

// MarshalJSON implements json.Marshaler: the number, or null when unknown.
func (c Count) MarshalJSON() ([]byte, error) {
	if !c.known {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, c.n, 10), nil
}

// UnmarshalJSON implements json.Unmarshaler for what MarshalJSON writes.
func (c *Count) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*c = Count{}
		return nil
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return fmt.Errorf("market: count: %w", err)
	}
	*c = CountOf(n)
	return nil
}
