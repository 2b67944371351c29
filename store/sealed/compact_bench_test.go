package sealed

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

// BenchmarkCompact rewrites a file of records of 100 to 6,000 bytes.
func BenchmarkCompact(b *testing.B) {
	f := open(b, filepath.Join(b.TempDir(), "f.db"))
	const records, batch = 60_000, 2000
	r := rand.New(rand.NewPCG(1, 2))
	for i := 0; i < records; i += batch {
		if err := f.Update(b.Context(), func(t *Tx) error {
			for n := i; n < i+batch; n++ {
				value := make([]byte, 100+r.IntN(6000))
				for k := range value {
					value[k] = byte(r.Uint32())
				}
				if err := t.Append("a", fmt.Appendf(nil, "%08d", n), value); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	var bytes int64
	for b.Loop() {
		before, _, err := f.Compact(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		bytes += before
	}
	b.ReportMetric(b.Elapsed().Seconds()/(float64(bytes)/(1<<30)), "s/GiB")
}
