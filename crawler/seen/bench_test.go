package seen

import (
	"fmt"
	"runtime"
	"testing"

	"pricegap/crawler/keep"
)

// BenchmarkMarks holds 100,000 pages with an ETag each, as a run notes them and as the next reads them, and says what a
// page costs.
func BenchmarkMarks(b *testing.B) {
	const n = 100_000
	k := new(keep.Memory)
	noted := func() *Marks {
		v, err := Open(b.Context(), new(keep.Memory), "seen/shop", "")
		if err != nil {
			b.Fatal(err)
		}
		for i := range n {
			m := of(fmt.Sprintf("https://shop.example/p/%d", i), fmt.Sprintf(`"%016x"`, i), "", fmt.Append(nil, i))
			m.FetchedAt = day0
			v.Note([]Mark{m})
		}
		return v
	}
	first := noted()
	first.keep = k
	if err := first.Save(b.Context(), day0, true); err != nil {
		b.Fatal(err)
	}
	*first = Marks{} // it is not measured
	for name, hold := range map[string]func() *Marks{
		"noted": noted,
		"opened": func() *Marks {
			v, err := Open(b.Context(), k, "seen/shop", "")
			if err != nil {
				b.Fatal(err)
			}
			return v
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				before := heap()
				v := hold()
				b.ReportMetric(float64(heap()-before)/n, "bytes/page")
				if v.marks.live != n {
					b.Fatalf("%d marks", v.marks.live)
				}
			}
		})
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
