package record

import (
	"bytes"
	"errors"
	"testing"
)

func TestSealBindsThePlace(t *testing.T) {
	v := Seal("heads", []byte("shop\x001"), []byte("payload"))
	got, err := Unseal("heads", []byte("shop\x001"), v)
	if err != nil || string(got) != "payload" {
		t.Fatalf("Unseal = %q, %v", got, err)
	}
	for name, place := range map[string][2]string{
		"other bucket": {"state", "shop\x001"},
		"other key":    {"heads", "shop\x002"},
		"moved byte":   {"headss", "hop\x001"},
	} {
		if _, err := Unseal(place[0], []byte(place[1]), v); !errors.Is(err, ErrChecksum) {
			t.Errorf("%s: %v, want ErrChecksum", name, err)
		}
	}
}

func TestEveryFlippedBitIsSeen(t *testing.T) {
	key := []byte("key")
	v := Seal("state", key, []byte("the value of a state"))
	for i := range len(v) * 8 {
		w := bytes.Clone(v)
		w[i/8] ^= 1 << (i % 8)
		if p, err := Unseal("state", key, w); err == nil {
			t.Errorf("bit %d: served %q", i, p)
		}
	}
	for n := range v {
		if _, err := Unseal("state", key, v[:n]); err == nil {
			t.Errorf("cut to %d bytes: no error", n)
		}
	}
	w := bytes.Clone(v)
	w[0] = Version + 1
	if _, err := Unseal("state", key, w); err == nil {
		t.Error("another version: no error")
	}
}

func TestReader(t *testing.T) {
	b := AppendBytes(AppendSigned(AppendSigned(nil, -7), 1<<40), "text")
	r := Reader{B: append(b, 9)}
	if v, w, s, c := r.Signed(), r.Signed(), r.Bytes(), r.Byte(); v != -7 || w != 1<<40 || string(s) != "text" || c != 9 || r.End() != nil {
		t.Errorf("%d %d %q %d, %v", v, w, s, c, r.End())
	}
	for _, bad := range []string{"", "\x80", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x05abc"} {
		r := Reader{B: []byte(bad)}
		if got := r.Bytes(); got != nil || !errors.Is(r.End(), ErrForm) {
			t.Errorf("%q: %q, %v", bad, got, r.End())
		}
	}
	left := Reader{B: []byte("x")}
	if !errors.Is(left.End(), ErrForm) {
		t.Error("what is left over is no error")
	}
}

// FuzzUnseal holds that no bytes unseal but those that were sealed.
func FuzzUnseal(f *testing.F) {
	f.Add("heads", []byte("shop\x00l"), Seal("heads", []byte("shop\x00l"), []byte("{}")))
	f.Add("log", []byte{1}, Seal("log", []byte{1}, nil))
	f.Fuzz(func(t *testing.T, bucket string, key, value []byte) {
		if payload, err := Unseal(bucket, key, value); err == nil && !bytes.Equal(Seal(bucket, key, payload), value) {
			t.Fatalf("unsealed %q, which seals differently", value)
		}
	})
}
