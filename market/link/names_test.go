package link_test

import (
	"testing"

	"pricegap/market/link"
)

func TestNames(t *testing.T) {
	for _, c := range []struct {
		address, number string
		want            bool
	}{
		{"/p/AB-123.html", "ab-123", true},
		{"/p/AB-123.html", "123", true},
		{"/p/AB-123.html", "12", false},
		{"/p/1123/x?id=123", "123", true},
		{"/p/1123", "123", false},
		{"/p/1231", "123", false},
		{"/123", "123", true},
		{"", "123", false},
		{"/p/123", "", false},
	} {
		if got := link.Names(c.address, c.number); got != c.want {
			t.Errorf("%q names %q: %t", c.address, c.number, got)
		}
	}
}
