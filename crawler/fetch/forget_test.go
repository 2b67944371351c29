package fetch

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler/keep"
)

// TestForgets: what is kept of hosts that nobody asks any more goes after a month, whether it is their pace or their
// robots.txt.
func TestForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNet(t)
		if err := n.get(t.Context(), "http://shop.example/"); err != nil {
			t.Fatal(err)
		}
		states := n.hosts.Keep.(*keep.Forgetful)
		kept := func() (out []string) {
			for _, key := range []string{"pace/shop.example", "robots/http://shop.example"} {
				v, err := states.Keeper.GetState(t.Context(), key)
				if err != nil {
					t.Fatal(err)
				}
				if v != nil {
					out = append(out, key)
				}
			}
			return out
		}
		for _, c := range []struct {
			days time.Duration
			want int
		}{{20, 2}, {20, 0}} {
			time.Sleep(c.days * 24 * time.Hour)
			for i := range 1000 { // of which some are noted beside the two
				if err := states.PutState(t.Context(), fmt.Sprintf("pace/h%d.shop.example", i), nil); err != nil {
					t.Fatal(err)
				}
			}
			if got := kept(); len(got) != c.want {
				t.Errorf("after %d days more %q are kept", c.days, got)
			}
		}
	})
}
