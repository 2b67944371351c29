package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/crawler/keep"
	"pricegap/market"
	"pricegap/parsers"
)

func item(n int) Item {
	return Item{URL: fmt.Sprintf("https://shop.example/p/%d", n), Role: "product", Start: n % 3, Chain: "https://shop.example/tv", Idle: n % 2, Depth: n % 5}
}

func anyHost(string) bool { return true }

// drain takes out all that waits; sums are left out, since only the queue knows them.
func drain(q Queue) (out []Item) {
	for {
		it, ok := q.Pop(anyHost)
		if !ok {
			return out
		}
		it.sum = 0
		out = append(out, it)
	}
}

// TestResume: whatever was done before a Save is done, whatever waited or was handed out waits again, in order.
func TestResume(t *testing.T) {
	ctx := context.Background()
	var k keep.Memory
	q, meta, err := Open(ctx, &k, "frontier/shop")
	if err != nil || !meta.SavedAt.IsZero() || q.Waiting(anyHost) != 0 {
		t.Fatalf("a new frontier: %v, %v, %d", err, meta, q.Waiting(anyHost))
	}
	var want []Item
	saved := Meta{Plan: "p", SavedAt: time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC), Why: "interrupted", Traps: []string{"/c/tv?…"}}
	for i := range 3000 {
		if !q.Push(item(i).URL, item(i)) || q.Push(item(i).URL, item(i)) {
			t.Fatal("a key goes in once")
		}
		want = append(want, item(i))
		if i%3 == 2 {
			it, _ := q.Pop(anyHost)
			if i%2 == 0 {
				q.Done(it)
				want = slices.DeleteFunc(want, func(w Item) bool { return w.URL == it.URL })
			}
		}
		if i%100 == 99 {
			if err := q.Save(ctx, saved); err != nil {
				t.Fatal(err)
			}
		}
	}
	q.Push("later", Item{URL: "https://shop.example/later", Role: "product"}) // after the last Save: lost with the process
	q, meta, err = Open(ctx, &k, "frontier/shop")
	if err != nil || !cmp.Equal(meta, saved) {
		t.Fatalf("got %v, %+v", err, meta)
	}
	if q.chunk < 2 {
		t.Errorf("%d chunks: the test should fill several", q.chunk)
	}
	if q.Push(item(0).URL, item(0)) {
		t.Error("what is done goes in again")
	}
	if got := drain(q); !slices.Equal(got, want) {
		t.Errorf("what waits differs: %d items, want %d: %+v, want %+v", len(got), len(want), got[:3], want[:3])
	}
	if err := q.Finish(ctx); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if raw, _ := k.GetState(ctx, fmt.Sprintf("frontier/shop/%d", i)); raw != nil {
			t.Errorf("chunk %d is left after Finish", i)
		}
	}
	if _, meta, _ = Open(ctx, &k, "frontier/shop"); !meta.SavedAt.IsZero() {
		t.Error("the frontier outlives Finish")
	}
}

func TestResetForgets(t *testing.T) {
	ctx := context.Background()
	var k keep.Memory
	q := New(&k, "f")
	q.Push("a", Item{URL: "a", Role: "product"})
	q.Save(ctx, Meta{})
	q, _, _ = Open(ctx, &k, "f")
	if err := q.Reset(ctx); err != nil {
		t.Fatal(err)
	}
	if q.Waiting(anyHost) != 0 || !q.Push("a", Item{URL: "a", Role: "list"}) {
		t.Error("Reset keeps something")
	}
	q.Save(ctx, Meta{Plan: "new"})
	q, meta, _ := Open(ctx, &k, "f")
	if got := drain(q); meta.Plan != "new" || len(got) != 1 || got[0].Role != "list" {
		t.Errorf("after Reset and Save: %v, %v", meta, got)
	}
}

type broken struct{ keep.Memory }

var errBroken = errors.New("disk full")

func (*broken) PutState(context.Context, string, []byte) error { return errBroken }

func TestSaveFails(t *testing.T) {
	q := New(&broken{}, "f")
	q.Push("a", Item{URL: "a", Role: "product"})
	if err := q.Save(context.Background(), Meta{}); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(`{"plan":"p","chunks":1}`), []byte("+\t1f\tproduct\t0\t0\t0\t\thttps://shop.example/\n-\t1f\n"))
	f.Add([]byte(`{"plan":"p","chunks":1,"traps":["/c?…","id ?sid=…"]}`), []byte("+\t1f\tlist\t3\t0\t0\t2\t=\thttps://shop.example/\n!\t1f\n+\t2\tproduct\t9\t0\t0\t0\t\tx\n"))
	f.Add([]byte(`{"chunks":-1}`), []byte("+\n"))
	f.Add([]byte(`{"chunks":999999999}`), []byte("+\n"))
	f.Fuzz(func(t *testing.T, header, chunk []byte) {
		var k keep.Memory
		ctx := context.Background()
		k.PutState(ctx, "f", header)
		k.PutState(ctx, "f/0", chunk)
		q, _, err := Open(ctx, &k, "f")
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range drain(q) {
			if it.URL == "" || it.Start < 0 {
				t.Errorf("an item that cannot be: %+v", it)
			}
		}
	})
}

// front is a frontier over a category and a sitemap.
func front(s market.Scope, st ...market.Start) *Frontier {
	if len(st) == 0 {
		st = []market.Start{{Kind: market.StartCategory, URLs: []string{"https://shop.example/tv"}}}
	}
	src := market.Source{Starts: st, Scope: s}
	f := NewFrontier(src, Hosts(src), New(&keep.Memory{}, "f"), nil)
	f.Starts()
	return f
}

func links(kind parsers.LinkKind, urls ...string) (out []parsers.Link) {
	for _, u := range urls {
		if strings.HasPrefix(u, "/") {
			u = "https://shop.example" + u
		}
		out = append(out, parsers.Link{URL: u, Kind: kind})
	}
	return out
}

// urls drains the queue as paths with their role.
func urls(f *Frontier) (out []string) {
	for {
		it, ok := f.Next()
		if !ok {
			return out
		}
		f.Release(it)
		out = append(out, it.Role+" "+strings.TrimPrefix(it.URL, "https://shop.example"))
	}
}

func TestLearn(t *testing.T) {
	list := Item{URL: "https://shop.example/tv", Role: "list", Chain: "https://shop.example/tv"}
	all := slices.Concat(links(parsers.LinkProduct, "/p/1", "/p/1?utm_source=x", "/p/2", "/sale/3", "https://other.example/p/9"),
		links(parsers.LinkNext, "/tv?page=2"), links(parsers.LinkOther, "/about", "/p/4"))
	for name, c := range map[string]struct {
		scope market.Scope
		start market.Start
		from  Item
		want  []string
	}{
		"as the parser says": {from: list, want: []string{"product /p/1", "list /tv?page=2", "product /p/2", "product /sale/3"}},
		"product patterns":   {scope: market.Scope{Products: []string{"/p/"}}, from: list, want: []string{"product /p/1", "list /tv?page=2", "product /p/2", "product /p/4"}},
		"scope":              {scope: market.Scope{Include: []string{"/p/"}, Exclude: []string{"/p/2"}}, from: list, want: []string{"product /p/1", "list /tv?page=2"}},
		"start":              {start: market.Start{Include: []string{"/sale/"}}, from: list, want: []string{"product /sale/3", "list /tv?page=2"}},
		"start excludes":     {start: market.Start{Exclude: []string{"/p/*"}}, from: list, want: []string{"product /sale/3", "list /tv?page=2"}},
		"hosts":              {scope: market.Scope{Hosts: []string{"OTHER.example"}}, from: list, want: []string{"product https://other.example/p/9"}},
		"from a product":     {from: Item{URL: "https://shop.example/p/1", Role: "product"}},
	} {
		c.start.Kind, c.start.URLs = market.StartCategory, []string{list.URL}
		f := front(c.scope, c.start)
		urls(f)
		if traps := f.Learn(c.from, parsers.Result{Links: all}); len(traps) > 0 {
			t.Errorf("%s: traps %v", name, traps)
		}
		if got := urls(f); !cmp.Equal(got, c.want) {
			t.Errorf("%s: %v", name, cmp.Diff(c.want, got))
		}
	}
}

// TestEndlessList: a list that always has a next page with the same things on it ends after three pages.
func TestEndlessList(t *testing.T) {
	f := front(market.Scope{})
	n, told := 0, []Trap{}
	for {
		it, ok := f.Next()
		if !ok {
			break
		}
		f.Release(it)
		if it.Role != "list" {
			continue
		}
		n++
		told = append(told, f.Learn(it, parsers.Result{Links: append(links(parsers.LinkProduct, "/p/1", "/p/2"), links(parsers.LinkNext, fmt.Sprintf("/tv?page=%d", n+1))...)})...)
		if n > 50 {
			t.Fatal("the list does not end")
		}
	}
	if n != 4 || len(told) != 1 || !strings.Contains(told[0].Reason, "/tv") {
		t.Errorf("%d pages, told %v; want the first and three without a new product", n, told)
	}
}

// TestTiles: a list whose tiles carry offers goes on while they bring something new.
func TestTiles(t *testing.T) {
	f := front(market.Scope{})
	for n := range 10 {
		it, ok := f.Next()
		if !ok {
			t.Fatalf("ended at page %d", n)
		}
		f.Release(it)
		f.Learn(it, parsers.Result{Offers: []market.Offer{{SKU: fmt.Sprint(n)}}, Links: links(parsers.LinkNext, fmt.Sprintf("/tv?page=%d", n+2))})
	}
}

func TestSitemaps(t *testing.T) {
	f := front(market.Scope{Exclude: []string{"/old/"}}, market.Start{Kind: market.StartSitemap, URLs: []string{"https://shop.example/s.xml"}, Include: []string{"/p/"}})
	root, _ := f.Next()
	traps := f.Named(root, slices.Values([]string{"https://shop.example/p/1", "https://shop.example/about"}), []string{"https://shop.example/s1.xml", "https://evil.example/s.xml", "https://shop.example/s.xml"})
	if len(traps) > 0 {
		t.Error(traps)
	}
	f.Release(root)
	page, _ := f.Next()
	if page.Role != "product" {
		t.Errorf("after the index came %+v, want the turn of a page", page)
	}
	f.Release(page)
	sub, _ := f.Next()
	f.Release(sub)
	traps = f.Named(sub, slices.Values([]string{"https://shop.example/p/2", "https://shop.example/old/p/"}), []string{"https://shop.example/s2.xml", "https://shop.example/s3.xml"})
	if len(traps) != 1 || !strings.Contains(traps[0].Reason, "index") {
		t.Errorf("traps %v, want one for an index within an index", traps)
	}
	if got, want := urls(f), []string{"product /p/2"}; !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

func TestTraps(t *testing.T) {
	f := front(market.Scope{})
	urls(f)
	list := Item{URL: "https://shop.example/tv", Role: "list", Chain: "c"}
	bad := []string{
		"/a/a/a", "/x/a/a/a", "/" + strings.Repeat("a/b/", 11), "/p?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10&k=11", "/" + strings.Repeat("x", 2100),
	}
	good := []string{"/a/a/b", "/p?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10"}
	traps := f.Learn(list, parsers.Result{Links: links(parsers.LinkProduct, append(bad, good...)...)})
	if len(traps) != 4 { // two are of one pattern
		t.Errorf("%d traps told: %v", len(traps), traps)
	}
	if got := urls(f); len(got) != len(good) {
		t.Errorf("pushed %v", got)
	}
	var out strings.Builder
	f.Report(slog.New(slog.NewTextHandler(&out, nil)))
	if !strings.Contains(out.String(), "count=2") {
		t.Errorf("the report does not count: %s", out.String())
	}
}

func TestClosedHosts(t *testing.T) {
	f := front(market.Scope{}, market.Start{Kind: market.StartProducts, URLs: []string{"https://a.example/1", "https://b.example/1", "https://a.example/2", "https://b.example/2"}})
	f.Close("a.example")
	if got := urls(f); len(got) != 2 || f.Left() != 2 {
		t.Errorf("visited %v, %d left", got, f.Left())
	}
}

// TestAbandoned: nothing of a longer frontier that was abandoned is read as part of the one that came after it, however
// its last chunk was filled, and wherever a process died.
func TestAbandoned(t *testing.T) {
	ctx := t.Context()
	long := func(k keep.Keeper) *Memory { // of some 500 items in several chunks, all done
		q := New(k, "f")
		for i := range 500 {
			q.Push(item(i).URL, item(i))
			it, _ := q.Pop(anyHost)
			q.Done(it)
			if i%100 == 99 {
				if err := q.Save(ctx, Meta{Plan: "long"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		return q
	}
	fill := func(q *Memory) (n int) { // the first chunk, with items that are done in the second of the long one
		for ; q.Unsaved() < chunkBytes; n++ {
			q.Push(item(200+n).URL, item(200+n))
		}
		return n
	}
	for name, c := range map[string]struct {
		again func(k *dying, q *Memory) (want int, err error) // over the abandoned q; want is how many wait then
	}{
		"a full chunk and two Saves": {func(_ *dying, q *Memory) (int, error) {
			if err := q.Reset(ctx); err != nil {
				return 0, err
			}
			n := fill(q)
			return n, errors.Join(q.Save(ctx, Meta{}), q.Save(ctx, Meta{}))
		}},
		"nothing to do": {func(_ *dying, q *Memory) (int, error) {
			return 0, errors.Join(q.Reset(ctx), q.Save(ctx, Meta{}), q.Save(ctx, Meta{}))
		}},
		"died before the chunk": {func(k *dying, q *Memory) (int, error) {
			k.writes = 0
			return 0, errors.Join(q.Reset(ctx), k.died(q.Save(ctx, Meta{})))
		}},
		"died before the header": {func(k *dying, q *Memory) (int, error) {
			err := q.Reset(ctx)
			fill(q)
			k.writes = 1
			return 0, errors.Join(err, k.died(q.Save(ctx, Meta{})))
		}},
		"died after one delete": {func(k *dying, q *Memory) (int, error) {
			k.deletes = 1
			err := k.died(q.Reset(ctx))
			k.deletes = -1
			next, _, opened := Open(ctx, k, "f")
			n := fill(next)
			return n, errors.Join(err, opened, next.Save(ctx, Meta{}), next.Save(ctx, Meta{}))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			k := &dying{writes: -1, deletes: -1}
			if q := long(k); q.chunk < 2 {
				t.Fatalf("%d chunks: the test proves nothing", q.chunk)
			}
			q, _, err := Open(ctx, k, "f")
			if err != nil {
				t.Fatal(err)
			}
			want, err := c.again(k, q)
			k.writes, k.deletes = -1, -1
			if err != nil {
				t.Fatal(err)
			}
			q, _, err = Open(ctx, k, "f")
			if got := len(drain(q)); err != nil || got != want {
				t.Errorf("%d items wait, want %d (%v)", got, want, err)
			}
			if err := q.Finish(ctx); err != nil {
				t.Fatal(err)
			}
			for i := range 20 {
				if raw, _ := k.GetState(ctx, fmt.Sprintf("f/%d", i)); raw != nil {
					t.Errorf("chunk %d is left after Finish", i)
				}
			}
		})
	}
}

// dying is a Keeper whose process dies after so many writes or deletes; below nought it lives.
type dying struct {
	keep.Memory
	writes, deletes int
}

// died is nil where err says that the process died, as it was to.
func (*dying) died(err error) error {
	if errors.Is(err, errBroken) {
		return nil
	}
	return fmt.Errorf("the process did not die: %w", err)
}

func (k *dying) PutState(ctx context.Context, key string, value []byte) error {
	if k.writes == 0 {
		return errBroken
	}
	k.writes--
	return k.Memory.PutState(ctx, key, value)
}

func (k *dying) DeleteState(ctx context.Context, key string) error {
	if k.deletes == 0 {
		return errBroken
	}
	k.deletes--
	return k.Memory.DeleteState(ctx, key)
}

// TestReasonsAreBounded: of however many patterns addresses are left out, few are counted one by one, those that wait
// when they are left out among them.
func TestReasonsAreBounded(t *testing.T) {
	f := front(market.Scope{Lists: []string{"/"}})
	urls(f)
	for i := range 2 * maxReasons {
		f.Push(fmt.Sprint(i), Item{
			URL: fmt.Sprintf("https://shop.example/%s/%d", strings.Repeat("x", i%20+1)+strings.Repeat("y", i/20), i), Role: "list", Depth: maxHops + 1,
		})
	}
	if got := urls(f); len(got) > 0 {
		t.Fatalf("%d lists are visited: the test proves nothing", len(got))
	}
	if len(f.traps) > maxReasons+1 {
		t.Errorf("%d patterns are counted one by one", len(f.traps))
	}
}

// TestRenew: what waited waits, in its order and with all that is known of it, and what was done may go in again; so it is
// for who opens it.
func TestRenew(t *testing.T) {
	ctx := t.Context()
	var k keep.Memory
	q := New(&k, "f")
	var want []Item
	for i := range 300 {
		q.Push(item(i).URL, item(i))
	}
	for i := range 300 {
		if it, _ := q.Pop(anyHost); i < 100 {
			q.Done(it)
		} else {
			want = append(want, item(i))
		}
	}
	if err := q.Save(ctx, Meta{Plan: "p"}); err != nil {
		t.Fatal(err)
	}
	q, _, _ = Open(ctx, &k, "f")
	if err := q.Renew(ctx); err != nil {
		t.Fatal(err)
	}
	if _, meta, _ := Open(ctx, &k, "f"); !meta.SavedAt.IsZero() || meta.Plan != "" {
		t.Errorf("before it is saved, %+v is kept", meta)
	}
	if !q.Push(item(0).URL, item(0)) || q.Push(item(100).URL, item(100)) {
		t.Error("what was done does not go in again, or what waits does")
	}
	if err := q.Save(ctx, Meta{Plan: "p"}); err != nil {
		t.Fatal(err)
	}
	want = append(want, item(0))
	opened, _, err := Open(ctx, &k, "f")
	for _, q := range []*Memory{q, opened} {
		if got := drain(q); err != nil || !slices.Equal(got, want) {
			t.Errorf("%d items wait, want %d: %s", len(got), len(want), cmp.Diff(want, got))
		}
	}
}
