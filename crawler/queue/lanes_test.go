package queue

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pricegap/crawler/keep"
	"pricegap/market"
	"pricegap/parsers"
)

// TestOrder: what is asked for comes first, then discovery and products by turns, each by its rank, within it first in
// first out.
func TestOrder(t *testing.T) {
	q := New(&keep.Memory{}, "f")
	push := func(name, role string, r Rank, depth int, chain string) {
		u := "https://shop.example/" + name
		if chain != "" {
			chain = "https://shop.example/" + chain
		}
		q.Push(u, Item{URL: u, Role: role, Rank: r, Depth: depth, Chain: chain})
	}
	push("rest-1", "product", Rest, 0, "")
	push("narrowed?f=1", "list", Rest, 1, "narrowed?f=1")
	push("tv", "list", Rest, 1, "tv")
	push("moving", "product", Moving, 0, "")
	push("matched-1", "product", Matched, 0, "")
	push("asked-1", "product", Asked, 0, "")
	push("tv?page=2", "list", Rest, 1, "tv")
	push("sitemap", string(RoleSitemap), Rest, 0, "")
	push("matched-2", "product", Matched, 0, "")
	push("rest-2", "product", Rest, 0, "")
	push("asked-list", "list", Asked, 1, "asked-list")
	var got []string
	for _, it := range drain(q) {
		got = append(got, strings.TrimPrefix(it.URL, "https://shop.example/"))
	}
	want := []string{
		"asked-1", "asked-list", "tv?page=2", "matched-1", "sitemap", "matched-2", "tv", "moving", "narrowed?f=1", "rest-1", "rest-2",
	}
	if !slices.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

// TestHostsTakeTurns: no host starves another, and none is asked more than it has requests to spare.
func TestHostsTakeTurns(t *testing.T) {
	start := market.Start{Kind: market.StartProducts}
	for i := range 30 {
		start.URLs = append(start.URLs, fmt.Sprintf("https://a.example/%d", i))
	}
	start.URLs = append(start.URLs, "https://b.example/1", "https://c.example/1", "https://b.example/2")
	src := market.Source{Starts: []market.Start{start}, Pace: market.Pace{Parallel: 2}}
	f := NewFrontier(src, Hosts(src), New(&keep.Memory{}, "f"), nil)
	f.Starts()
	var got []string
	var flying []Item
	for {
		it, ok := f.Next()
		if !ok {
			break
		}
		flying = append(flying, it)
		got = append(got, strings.TrimPrefix(it.URL, "https://"))
	}
	if want := []string{"a.example/0", "b.example/1", "c.example/1", "a.example/1", "b.example/2"}; !slices.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	f.Release(flying[1])
	if it, ok := f.Next(); ok {
		t.Errorf("%s is handed out: a.example has two requests in flight and the others nothing left", it.URL)
	}
	f.Release(flying[0])
	if it, ok := f.Next(); !ok || it.URL != "https://a.example/2" {
		t.Errorf("after a request came back: %s", it.URL)
	}
	f.Close("a.example")
	f.Release(flying[3])
	if it, ok := f.Next(); ok || f.Len() != 0 || f.Left() != 27 {
		t.Errorf("of a closed host: %s, %d to hand out, %d left", it.URL, f.Len(), f.Left())
	}
}

// TestFirst: what somebody asks for goes before all that waits, in a queue that was taken up again too.
func TestFirst(t *testing.T) {
	ctx := context.Background()
	var k keep.Memory
	start := market.Start{Kind: market.StartProducts}
	for i := range 5 {
		start.URLs = append(start.URLs, fmt.Sprintf("https://shop.example/p/%d", i))
	}
	src := market.Source{Starts: []market.Start{start}, Scope: market.Scope{Exclude: []string{"/hidden"}}, Pace: market.Pace{Parallel: 9}}
	f := NewFrontier(src, Hosts(src), New(&k, "f"), func(u string) Rank {
		if strings.HasSuffix(u, "/3") {
			return Matched
		}
		return Rest
	})
	f.Starts()
	flying, _ := f.Next()
	if flying.URL != start.URLs[3] {
		t.Errorf("first came %s, want the page of a matched product", flying.URL)
	}
	for address, want := range map[string]bool{
		start.URLs[4] + "?utm_source=x": true, "https://shop.example/hidden": true,
		start.URLs[3]: false, "https://other.example/p/4": false, "javascript:alert(1)": false,
	} {
		if got := f.First(address); got != want {
			t.Errorf("First(%s) = %v", address, got)
		}
	}
	f.Close("shop.example")
	if f.First(start.URLs[0]) {
		t.Error("a page of a host that is left alone is taken")
	}
	delete(f.closed, "shop.example")
	if err := f.Save(ctx, Meta{Plan: "p"}); err != nil {
		t.Fatal(err)
	}
	q, _, err := Open(ctx, &k, "f")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, it := range drain(q) {
		got = append(got, strings.TrimPrefix(it.URL, "https://shop.example"))
	}
	slices.Sort(got[:2])
	if want := []string{"/hidden", "/p/4", "/p/3", "/p/0", "/p/1", "/p/2"}; !slices.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

// TestSkip: what need not be visited is done without being handed out; what somebody asks for is handed out all the
// same.
func TestSkip(t *testing.T) {
	f := front(market.Scope{}, market.Start{Kind: market.StartProducts, URLs: []string{"https://shop.example/p/1", "https://shop.example/p/2", "https://shop.example/p/3"}})
	f.Skip = func(u string) bool { return !strings.HasSuffix(u, "/3") }
	f.First("https://shop.example/p/2")
	if got, want := urls(f), []string{"product /p/2", "product /p/3"}; !slices.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

// TestOldLog: the log of a version that knew no ranks is read.
func TestOldLog(t *testing.T) {
	ctx := context.Background()
	var k keep.Memory
	k.PutState(ctx, "f", []byte(`{"plan":"p","chunks":1}`))
	k.PutState(ctx, "f/0", []byte("+\t1f\tlist\t2\t1\t0\thttps://shop.example/tv\thttps://shop.example/tv?page=2\n+\t20\tproduct\t0\t0\t0\t\thttps://shop.example/p\n-\t20\n"))
	q, meta, err := Open(ctx, &k, "f")
	want := []Item{{URL: "https://shop.example/tv?page=2", Role: "list", Start: 2, Idle: 1, Chain: "https://shop.example/tv"}}
	if got := drain(q); err != nil || meta.Plan != "p" || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestLists: the lists of the scope are followed, one within the other, and what they and only they lead to is found.
func TestLists(t *testing.T) {
	f := front(market.Scope{Lists: []string{"/tv"}, Products: []string{"/tv/p/"}})
	page := parsers.Result{Links: slices.Concat(
		links(parsers.LinkOther, "/tv/oled", "/about", "/tv/p/1"), links(parsers.LinkProduct, "/tv/lcd"), links(parsers.LinkNext, "/tv?page=2"),
	)}
	urls(f)
	if traps := f.Learn(Item{URL: "https://shop.example/tv", Role: "list", Chain: "https://shop.example/tv"}, page); len(traps) > 0 {
		t.Error(traps)
	}
	if got, want := urls(f), []string{"product /tv/p/1", "list /tv?page=2", "list /tv/oled", "list /tv/lcd"}; !slices.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

// TestTrapsOutliveTheProcess: what was found to be a trap is left out by who goes on, and waits no longer.
func TestTrapsOutliveTheProcess(t *testing.T) {
	ctx := context.Background()
	var k keep.Memory
	src := market.Source{Starts: []market.Start{{Kind: market.StartCategory, URLs: []string{"https://shop.example/c"}}}, Scope: market.Scope{Lists: []string{"/c"}}}
	f := NewFrontier(src, Hosts(src), New(&k, "f"), nil)
	f.Starts()
	var filters []string
	for i := range 400 {
		filters = append(filters, fmt.Sprintf("/c?f%d=1", i))
	}
	page := parsers.Result{Links: slices.Concat(links(parsers.LinkProduct, "/p/1"), links(parsers.LinkOther, filters...))}
	visited, told := 0, []Trap{}
	for len(told) == 0 {
		it, ok := f.Next()
		if !ok {
			break
		}
		f.Release(it)
		visited++
		told = append(told, f.Learn(it, page)...)
		f.Done(it)
	}
	if visited > 60 || len(told) != 1 || !strings.Contains(told[0].Reason, "/c?f") {
		t.Fatalf("%d visited, told %v", visited, told)
	}
	if err := f.Save(ctx, Meta{Plan: "p"}); err != nil {
		t.Fatal(err)
	}
	q, meta, err := Open(ctx, &k, "f")
	if err != nil || !slices.Equal(meta.Traps, []string{"/c?…"}) {
		t.Fatalf("kept %v, %v", meta.Traps, err)
	}
	again := NewFrontier(src, Hosts(src), q, nil)
	again.Resume(meta)
	if again.Left() < 300 {
		t.Fatalf("only %d wait: the test proves nothing", again.Left())
	}
	if got := urls(again); len(got) > 0 {
		t.Errorf("%d of the filters are visited after all", len(got))
	}
}

// TestVisitIDs: products and lists whose links carry an id of the visit are visited once all the same.
func TestVisitIDs(t *testing.T) {
	f := front(market.Scope{Lists: []string{"/c/"}})
	urls(f)
	for no := range 20 {
		var out []parsers.Link
		for i := range 12 {
			out = append(out, links(parsers.LinkProduct, fmt.Sprintf("/p/%d?sid=%012x", i, uint64(no+1)*0x9e3779b97f4a7c15>>16))...)
		}
		f.Learn(Item{URL: fmt.Sprintf("https://shop.example/c/%d", no), Role: "list", Depth: 1, Chain: fmt.Sprintf("https://shop.example/c/%d", no)}, parsers.Result{Links: out})
	}
	if got := len(urls(f)); got > 3*12 {
		t.Errorf("%d visits to 12 products", got)
	}
}

// TestSaveWritesWhatIsNew: a checkpoint costs what happened since the last, whatever waits.
func TestSaveWritesWhatIsNew(t *testing.T) {
	ctx := context.Background()
	k := &counting{}
	q := New(k, "f")
	for i := range 20_000 {
		q.Push(item(i).URL, item(i))
	}
	if err := q.Save(ctx, Meta{}); err != nil {
		t.Fatal(err)
	}
	first := k.bytes
	for range 1000 {
		for range 10 {
			it, _ := q.Pop(anyHost)
			q.Done(it)
		}
		if err := q.Save(ctx, Meta{}); err != nil {
			t.Fatal(err)
		}
	}
	if each := (k.bytes - first) / 1000; each > chunkBytes {
		t.Errorf("%d bytes a Save, and %d for the first", each, first)
	}
}

type counting struct {
	keep.Memory
	bytes int
}

func (k *counting) PutState(ctx context.Context, key string, value []byte) error {
	k.bytes += len(value)
	return k.Memory.PutState(ctx, key, value)
}

// TestSize: addresses that wait take at most 150 bytes each.
func TestSize(t *testing.T) {
	const n, most = 100_000, 150
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	q := New(&nothing{}, "f")
	for i := range n {
		u := fmt.Sprintf("https://www.shop.example/nl/p/een-lamp-met-een-lange-naam-%d/%d", i%977, i)
		q.Push(u, Item{URL: u, Role: "product"})
		if i%10_000 == 0 {
			if err := q.Save(t.Context(), Meta{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := q.Save(t.Context(), Meta{}); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := int(after.HeapAlloc-before.HeapAlloc) / n
	t.Logf("%d bytes an address", each)
	if each > most {
		t.Errorf("%d bytes an address, want at most %d", each, most)
	}
	runtime.KeepAlive(q)
}

// nothing keeps nothing.
type nothing struct{ keep.Memory }

func (*nothing) PutState(context.Context, string, []byte) error { return nil }

// TestSums: each sum is new once, nought and the largest among them, however many there are and however they lie.
func TestSums(t *testing.T) {
	var s sums
	want := map[uint64]bool{}
	for i := range uint64(20_000) {
		for _, sum := range []uint64{i << 40, i * 7, ^i, sumOf(fmt.Sprint(i % 9000))} {
			if sum == 1 {
				continue // taken for nought
			}
			if s.add(sum) == want[sum] {
				t.Fatalf("%x is new: %t, want %t", sum, want[sum], !want[sum])
			}
			want[sum] = true
		}
	}
	if s.n != len(want) {
		t.Errorf("%d sums, want %d", s.n, len(want))
	}
	if (*sums)(nil).add(7) {
		t.Error("a nil set takes a sum")
	}
}
