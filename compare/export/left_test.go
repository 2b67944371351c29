package export

import (
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// attended is a writer that counts what is written to it while nobody writes rows.
type attended struct{ rows, alone atomic.Int32 }

func (a *attended) Write(b []byte) (int, error) {
	if a.rows.Load() == 0 {
		a.alone.Add(1)
	}
	return len(b), nil
}

// TestParquetIsLeft: who stops in the middle has no one write to what is no more his.
func TestParquetIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &attended{}
		e := &parquetEncoder{w: w}
		if err := e.head([]heading{head("name", text, 10)}); err != nil {
			t.Fatal(err)
		}
		for i := range parquetGroup {
			w.rows.Store(1)
			if err := e.row([]cell{textCell(strconv.Itoa(i))}); err != nil {
				t.Fatal(err)
			}
			w.rows.Store(0)
		}
		synctest.Wait()
		if n := w.alone.Load(); n != 0 {
			t.Errorf("%d writes while no row was written", n)
		}
	})
}
