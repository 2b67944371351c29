package bolt

import (
	"go.etcd.io/bbolt"

	"pricegap/store/sealed/page"
)

// settleEvery is after how many commits what is free leaves the page cache.
const settleEvery = 16

// firstPages are how many pages a new file has, which are written together. Each commit writes one of them: Open has them leave the page
// cache before they are mapped, after which they stay.
const firstPages = 4

// Settled is called after each commit, before the next. Now and then it lets go of what was mapped, and of what the page cache has of
// free pages, which is there as long as it is mapped. What is written as several pages is one piece there, and when one page of it is used
// for something else, the kernel counts the whole piece as written, and may write it. The commit stands whatever comes of this.
func (d *DB) Settled() {
	if d.commits++; d.commits%settleEvery != 0 {
		return
	}
	_ = d.View(func(tx *bbolt.Tx) error {
		LetGo(tx)
		m, _, _, err := page.Newest(d.File)
		if err != nil {
			return err
		}
		free, err := page.FreeIDs(d.File, m)
		for len(free) > 0 {
			n := 1
			for n < len(free) && free[n] == free[0]+uint64(n) {
				n++
			}
			forget(d.File, free[0]*m.PageSize, uint64(n)*m.PageSize)
			free = free[n:]
		}
		return err
	})
}
