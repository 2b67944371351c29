package record

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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

func TestForms(t *testing.T) {
	for _, e := range []Entry{
		{Prev: 0, Seq: 1, Doc: []byte("{}")},
		{Prev: 1_700_000_000, Base: 1_600_000_000, Run: "r1"},
		{Prev: 5, Base: 3},
	} {
		got, err := ParseEntry(e.Append(nil))
		if d := cmp.Diff(e, got, cmpopts.EquateEmpty()); err != nil || d != "" {
			t.Errorf("entry: %v\n%s", err, d)
		}
	}
	h := Head{Ordinal: 7, Count: 9, Newest: 400, Base: 300, Run: "run", Shown: 400, Good: 200, Glance: []byte("doc")}
	if got, err := ParseHead(h.Append(nil)); err != nil || !cmp.Equal(h, got) {
		t.Errorf("head: %+v, %v", got, err)
	}
	c := Change{Ordinal: 3, Before: 1, After: 2}
	if got, err := ParseChange(c.Append(nil)); err != nil || got != c {
		t.Errorf("change: %+v, %v", got, err)
	}
	for _, bad := range []string{"", "\x00", "\x80", "\x80\x00\x01", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x01\x01"} {
		if _, err := ParseEntry([]byte(bad)); !errors.Is(err, ErrForm) {
			t.Errorf("entry %q: %v", bad, err)
		}
		if _, err := ParseHead([]byte(bad)); !errors.Is(err, ErrForm) {
			t.Errorf("head %q: %v", bad, err)
		}
		if _, err := ParseChange([]byte(bad)); !errors.Is(err, ErrForm) {
			t.Errorf("change %q: %v", bad, err)
		}
	}
}

// FuzzUnseal holds that no bytes make a decoder panic, and that what decodes is exactly what was encoded.
func FuzzUnseal(f *testing.F) {
	f.Add("heads", []byte("shop\x00l"), Seal("heads", []byte("shop\x00l"), Head{Ordinal: 1, Newest: 2, Base: 2, Glance: []byte("{}")}.Append(nil)))
	f.Add("history", []byte{1}, Seal("history", []byte{1}, Entry{Prev: 1, Base: 1, Run: "r"}.Append(nil)))
	f.Add("changes", []byte{1}, Change{Ordinal: 1, After: 1}.Append(nil))
	f.Fuzz(func(t *testing.T, bucket string, key, value []byte) {
		payload, err := Unseal(bucket, key, value)
		if err != nil {
			payload = value // the forms must stand any bytes by themselves
		} else if !bytes.Equal(Seal(bucket, key, payload), value) {
			t.Fatalf("unsealed %q, which seals differently", value)
		}
		if e, err := ParseEntry(payload); err == nil && !bytes.Equal(e.Append(nil), payload) {
			t.Errorf("entry %+v does not write what it was read from", e)
		}
		if h, err := ParseHead(payload); err == nil && !bytes.Equal(h.Append(nil), payload) {
			t.Errorf("head %+v does not write what it was read from", h)
		}
		if c, err := ParseChange(payload); err == nil && !bytes.Equal(c.Append(nil), payload) {
			t.Errorf("change %+v does not write what it was read from", c)
		}
	})
}
