package seen

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"pricegap/crawler/keep"
)

var day0 = time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)

func open(t *testing.T, k keep.Keeper, reading string) *Marks {
	t.Helper()
	v, err := Open(context.Background(), k, "seen/shop", reading)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMarks(t *testing.T) {
	ctx := context.Background()
	var k keep.Memory
	v := open(t, &k, "v1  auto\n")
	m := Of("https://shop.example/p/1", `"abc"`, "Sun, 01 Mar 2026 00:00:00 GMT", []byte("page"))
	v.Note(day0, []Mark{m, Of("https://shop.example/p/2", "bad\ttag", strings.Repeat("x", 300), nil)})
	if err := v.Save(ctx, day0, false); err != nil {
		t.Fatal(err)
	}
	if raw, _ := k.GetState(ctx, "seen/shop"); raw != nil {
		t.Error("two marks are not worth a write in mid-run")
	}
	if err := v.Save(ctx, day0, true); err != nil {
		t.Fatal(err)
	}
	v = open(t, &k, "v1 auto")
	got, ok := v.Look(m.URL)
	m.Day = day(day0)
	if !ok || got != m {
		t.Errorf("got %+v, want %+v", got, m)
	}
	if got, ok := v.Look("https://shop.example/p/2"); !ok || got.ETag != "" || got.Modified != "" {
		t.Errorf("validators that cannot be sent back are kept: %+v", got)
	}
	if _, ok := open(t, &k, "v2 auto").Look(m.URL); ok {
		t.Error("a mark survives another way of reading")
	}
	later := day0.AddDate(0, 0, 91)
	v.Note(later, []Mark{Of("https://shop.example/p/3", "", "", nil)})
	if err := v.Save(ctx, later, true); err != nil {
		t.Fatal(err)
	}
	if _, ok := open(t, &k, "v1 auto").Look(m.URL); ok {
		t.Error("a page that was not seen for 91 days is remembered")
	}
}

func TestSaveInProportion(t *testing.T) {
	var k keep.Memory
	v := open(t, &k, "")
	for i := range saveAfter {
		v.Note(day0, []Mark{Of(string(rune('a'+i)), "", "", nil)})
	}
	if err := v.Save(context.Background(), day0, false); err != nil {
		t.Fatal(err)
	}
	if raw, _ := k.GetState(context.Background(), "seen/shop"); raw == nil {
		t.Error("enough marks wait and none is kept")
	}
}

type broken struct{ keep.Memory }

var errBroken = errors.New("disk full")

func (*broken) PutState(context.Context, string, []byte) error   { return errBroken }
func (*broken) GetState(context.Context, string) ([]byte, error) { return nil, errBroken }

func TestErrors(t *testing.T) {
	if _, err := Open(context.Background(), &broken{}, "k", ""); !errors.Is(err, errBroken) {
		t.Errorf("Open: %v", err)
	}
	v := &Marks{keep: &broken{}, marks: map[string]Mark{}}
	v.Note(day0, []Mark{{URL: "u"}})
	if err := v.Save(context.Background(), day0, true); !errors.Is(err, errBroken) {
		t.Errorf("Save: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("\nhttps://shop.example/\t\"a\"\t\tAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\t20000\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var k keep.Memory
		k.PutState(context.Background(), "seen/shop", raw)
		v := open(t, &k, "")
		for u, m := range v.marks {
			if u == "" || m.URL != u {
				t.Errorf("a mark that cannot be: %q %+v", u, m)
			}
		}
	})
}
