package seen

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
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

// note notes pages as fetched at that moment.
func note(v *Marks, at time.Time, marks ...Mark) {
	for i := range marks {
		marks[i].FetchedAt = at
	}
	v.Note(marks)
}

func TestMarks(t *testing.T) {
	ctx := context.Background()
	var k keep.Memory
	v := open(t, &k, "v1  auto\n")
	m := of("https://shop.example/p/1", `"abc"`, "Sun, 01 Mar 2026 00:00:00 GMT", []byte("page"))
	note(v, day0, m, of("https://shop.example/p/2", "bad\ttag", strings.Repeat("x", 300), nil))
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
	m.FetchedAt, m.ConfirmedAt = day0, day0
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
	note(v, later, of("https://shop.example/p/3", "", "", nil))
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
		note(v, day0, of(string(rune('a'+i)), "", "", nil))
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
	v := &Marks{keep: &broken{}}
	note(v, day0, Mark{URL: "u"})
	if err := v.Save(context.Background(), day0, true); !errors.Is(err, errBroken) {
		t.Errorf("Save: %v", err)
	}
}

// TestManyMarks: all marks come back whatever their number, in parts of their own, and parts that are not needed any
// more are dropped.
func TestManyMarks(t *testing.T) {
	ctx := context.Background()
	var k keep.Memory
	v := open(t, &k, "")
	var marks []Mark
	for i := range 3*perPart + 1 {
		marks = append(marks, of(fmt.Sprintf("https://shop.example/p/%d", i), fmt.Sprintf(`"%d"`, i), "", []byte{byte(i)}))
	}
	note(v, day0, marks...)
	if err := v.Save(ctx, day0, true); err != nil {
		t.Fatal(err)
	}
	v = open(t, &k, "")
	for _, m := range marks {
		if got, ok := v.Look(m.URL); !ok || got.ETag != m.ETag || got.Sum != m.Sum {
			t.Fatalf("%s: %+v, %t", m.URL, got, ok)
		}
	}
	later := day0.AddDate(0, 0, 91)
	note(v, later, marks[:1]...)
	if err := v.Save(ctx, later, true); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		if raw, _ := k.GetState(ctx, v.partKey(i)); (raw != nil) != (i == 0) {
			t.Errorf("part %d has %d bytes", i, len(raw))
		}
	}
	if v = open(t, &k, ""); v.marks.live != 1 {
		t.Errorf("%d marks, want 1", v.marks.live)
	}
}

// TestChange: what changes often is known from what never does, and the measure follows when that ends.
func TestChange(t *testing.T) {
	v := open(t, new(keep.Memory), "")
	look := func() uint8 {
		m, _ := v.Look("u")
		return m.Change
	}
	note(v, day0, of("u", "", "", []byte("a")))
	if look() != 0 {
		t.Errorf("first sight counts as a change: %d", look())
	}
	note(v, day0, of("u", "", "", []byte("b")))
	once := look()
	note(v, day0, of("u", "", "", []byte("c")))
	often := look()
	if once == 0 || often <= once {
		t.Errorf("after one change %d, after two %d", once, often)
	}
	for range 60 {
		note(v, day0, of("u", "", "", []byte("c")))
	}
	if look() != 0 {
		t.Errorf("after 60 looks without a change: %d", look())
	}
}

// TestMissed: a page that is missing is counted by run, has no validators meanwhile, and begins anew when it is there.
func TestMissed(t *testing.T) {
	v := open(t, new(keep.Memory), "")
	note(v, day0, of("u", `"e"`, "", []byte("a")))
	for want := 1; want <= GoneAfter+1; want++ {
		v.Missed(day0, "u")
		if got := v.Missing("u"); got != min(want, GoneAfter) {
			t.Errorf("missing in %d runs, want %d", got, want)
		}
	}
	if m, ok := v.Look("u"); ok {
		t.Errorf("a page that is missing has the mark %+v", m)
	}
	note(v, day0, of("u", "", "", []byte("a")))
	v.Missed(day0, "u")
	if got := v.Missing("u"); got != 1 {
		t.Errorf("missing in %d runs, want 1", got)
	}
}

// TestVouch: what is vouched for is known to be so since then, and was fetched before; what is forgotten is not known.
func TestVouch(t *testing.T) {
	k := new(keep.Memory)
	v := open(t, k, "")
	note(v, day0, of("u", `"e"`, "", []byte("a")), of("w", "", "", nil))
	later := day0.Add(time.Hour)
	v.Vouch(later, "u")
	v.Vouch(day0, "u") // an older sitemap takes nothing back
	v.Vouch(later, "none")
	v.Forget("w")
	if err := v.Save(t.Context(), later, true); err != nil {
		t.Fatal(err)
	}
	v = open(t, k, "")
	if m, ok := v.Look("u"); !ok || !m.FetchedAt.Equal(day0) || !m.ConfirmedAt.Equal(later) || m.ETag != `"e"` {
		t.Errorf("%+v, %t", m, ok)
	}
	for _, url := range []string{"w", "none"} {
		if m, ok := v.Look(url); ok {
			t.Errorf("%s has the mark %+v", url, m)
		}
	}
}

// TestForgotten: what is forgotten is not kept, and its page begins anew.
func TestForgotten(t *testing.T) {
	k := new(keep.Memory)
	v := open(t, k, "")
	note(v, day0, of("u", `"e"`, "then", []byte("a")), of("w", `"f"`, "", []byte("a")))
	note(v, day0, of("u", `"e"`, "then", []byte("b")))
	v.Forget("u")
	v.Forget("u")
	v.Forget("none")
	if n := v.Missing("u"); n != 0 || v.marks.live != 1 {
		t.Errorf("missing in %d runs, %d marks", n, v.marks.live)
	}
	if err := v.Save(t.Context(), day0, true); err != nil {
		t.Fatal(err)
	}
	if _, ok := open(t, k, "").Look("u"); ok {
		t.Error("what is forgotten is kept")
	}
	note(v, day0, of("u", "", "now", []byte("c")))
	want := of("u", "", "now", []byte("c"))
	want.FetchedAt, want.ConfirmedAt = day0, day0
	if m, ok := v.Look("u"); !ok || m != want || v.marks.live != 2 {
		t.Errorf("%+v, %t, %d marks", m, ok, v.marks.live)
	}
}

// TestValidatorsChange: each page has the validators that it had last, however many there were and however long.
func TestValidatorsChange(t *testing.T) {
	k := new(keep.Memory)
	v := open(t, k, "")
	tag := func(i, round int) string {
		return fmt.Sprintf(`"%d-%d-%s"`, i, round, strings.Repeat("x", (i*7+round*13)%200))
	}
	const pages, rounds = 500, 4
	for round := range rounds {
		for i := range pages {
			note(v, day0, of(fmt.Sprint(i), tag(i, round), "", nil))
		}
	}
	if len(v.marks.texts) < 2 {
		t.Fatal("the texts fit into one chunk: the test proves nothing")
	}
	if err := v.Save(t.Context(), day0, true); err != nil {
		t.Fatal(err)
	}
	for _, v := range []*Marks{v, open(t, k, "")} {
		for i := range pages {
			if m, ok := v.Look(fmt.Sprint(i)); !ok || m.ETag != tag(i, rounds-1) {
				t.Fatalf("page %d has %q, %t", i, m.ETag, ok)
			}
		}
	}
}

func FuzzOpen(f *testing.F) {
	v := &Marks{keep: new(keep.Memory)}
	note(v, day0, of("https://shop.example/", `"a"`, "then", []byte("page")))
	var part []byte
	for e := range v.marks.all() {
		part = e.append(nil, v.marks.valid(e))
	}
	f.Add([]byte("2\n1"), part)
	f.Fuzz(func(t *testing.T, head, part []byte) {
		var k keep.Memory
		k.PutState(context.Background(), "seen/shop", head)
		k.PutState(context.Background(), "seen/shop/0", part)
		marks := open(t, &k, "").marks
		for e := range marks.all() {
			if e.row() > GoneAfter || e.known < e.fetched || len(e.append(nil, marks.valid(e))) > len(part) {
				t.Errorf("a mark that cannot be: %+v", e)
			}
		}
	})
}

// of is the mark of a page that is body.
func of(url, etag, modified string, body []byte) Mark {
	return Of(url, etag, modified, sha256.Sum256(body))
}
