package guard

import (
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"pricegap/market"
)

func packedAs(encoding string, body []byte) func(net.Conn) {
	return page(func(c net.Conn) {
		fmt.Fprintf(c, "%sContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n", head, encoding, len(body))
		c.Write(body)
	})
}

// TestKnownPacked: a packed body of the sum that is known is not unpacked; any other one is, and keeps its sum.
func TestKnownPacked(t *testing.T) {
	text := strings.Repeat("<p>19.95</p>", 1000)
	for _, encoding := range []string{"gzip", "br", "zstd"} {
		raw := packed(t, encoding, []byte(text))
		sum := SumOf(raw)
		for name, c := range map[string]struct {
			known Sum
			same  bool
			want  string
		}{"known": {sum, true, ""}, "other": {SumOf([]byte("x")), false, text}, "none": {Sum{}, false, text}} {
			body, err := get(t, New(Options{Net: over(packedAs(encoding, raw))}), shopURL, Spec{Packed: &c.known})
			if err != nil {
				t.Fatalf("%s, %s: %v", encoding, name, err)
			}
			if body.Same != c.same || string(body.Bytes) != c.want || body.Packed != sum || body.Wire != int64(len(raw)) {
				t.Errorf("%s, %s: same %v, %d bytes of %d on the wire", encoding, name, body.Same, len(body.Bytes), body.Wire)
			}
		}
	}
}

// TestPackedWire: what came for a body that does not unpack counts as a whole.
func TestPackedWire(t *testing.T) {
	raw := packed(t, "gzip", make([]byte, 64<<20))
	_, err := get(t, New(Options{Net: over(packedAs("gzip", raw))}), shopURL, Spec{Packed: new(Sum), MaxDecoded: 100 << 20})
	if kindOf(err) != market.FailDecompressBomb {
		t.Fatal(err)
	}
	if ge, ok := errors.AsType[*Error](err); !ok || ge.Wire != int64(len(raw)) {
		t.Errorf("got %+v, want %d bytes counted", ge, len(raw))
	}
}

// TestPackedHeld: while a body is unpacked, its packed bytes count as well; both are given back where they should.
func TestPackedHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := make([]byte, 500<<10) // noise: packed it is as long
		io.ReadFull(rand.New(rand.NewSource(1)), text)
		raw := packed(t, "gzip", text)
		for room, want := range map[int64]market.FailureKind{1200 << 10: "", 900 << 10: market.FailBodyTimeout} {
			tr := New(Options{Net: over(packedAs("gzip", raw))})
			b := small(tr, room)
			b.over = new(Loan) // somebody else is beyond the budget already
			var l Loan
			if _, err := get(t, tr, shopURL, Spec{Packed: new(Sum), Loan: &l}); kindOf(err) != want {
				t.Errorf("in %d bytes: got %v, want %q", room, err, want)
			}
			if held := room - b.free; want == "" && held != 512<<10 || want != "" && held != 0 {
				t.Errorf("in %d bytes: %d are held", room, held)
			}
		}
	})
}
