// Package bolt opens a bbolt file with care: what panics there is an error, and its pages can be checked by plain reads before bbolt
// follows them.
package bolt

import (
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"

	"pricegap/store/sealed/fault"
	"pricegap/store/sealed/page"
)

// lockWait is how long Open waits for another process to let go.
const lockWait = time.Second

// growth is by how much a file grows once it is that large, in bytes; a smaller one doubles.
const growth = 256 << 10

// DB is an open bbolt file, with the file behind it.
type DB struct {
	*bbolt.DB
	File *os.File

	commits uint64 // since it was opened
}

// Open opens a file that is there, and locks it: against those who write when it is readOnly, else against everybody. Errors: those
// of bbolt, ErrTimeout after a second among them, and fault.ErrCorrupt.
func Open(path string, readOnly bool) (*DB, error) {
	d := &DB{}
	o := &bbolt.Options{
		// An array gives out the lowest free pages first, so that what is used stays together: a map strews it over the file, and the
		// kernel maps 64 KiB for each page of it.
		Timeout: lockWait, FreelistType: bbolt.FreelistArrayType, ReadOnly: readOnly, NoStatistics: true,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
			if d.File = f; err == nil {
				forget(f, 0, firstPages*uint64(os.Getpagesize()))
			}
			return f, err
		},
	}
	err := Guarded(func() (err error) {
		d.DB, err = bbolt.Open(path, 0o600, o)
		return err
	})
	if err == nil {
		d.AllocSize = growth
		return d, nil
	}
	if d.File != nil {
		_ = d.Abandon() // where bbolt panicked; closed already otherwise
	}
	return nil, err
}

// Abandon closes the file under a bbolt that may hold its own locks for ever, and frees the one on the file.
func (d *DB) Abandon() error {
	release(d.File)
	return d.File.Close()
}

// Close implements io.Closer. What is under way ends first.
func (d *DB) Close() error { return Guarded(d.DB.Close) }

// Guarded runs do, which touches the file, and returns what panics there as damage: bbolt panics on pages
// that make no sense, and a page that the disk cannot bring is a fault of the mapping.
func Guarded(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = &fault.Damage{Cause: fmt.Errorf("panic: %v", p)}
		}
	}()
	return do()
}

// Check walks a whole file that nobody is writing. Errors: ErrForeign when it is no bbolt file, ErrCorrupt.
func Check(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	switch ours, err := page.Check(f, info.Size()); {
	case !ours:
		return fault.ErrForeign
	case err != nil:
		return &fault.Damage{Cause: err}
	}
	return nil
}

// CheckTree checks the pages that a transaction sees, while others may write, and returns how many bytes of records they hold.
// Errors: ErrCorrupt.
func (d *DB) CheckTree(tx *bbolt.Tx) (records uint64, err error) {
	size := uint64(d.Info().PageSize)
	records, err = page.Tree(d.File, size, uint64(tx.Size())/size, uint64(tx.Cursor().Bucket().Root()))
	if err != nil {
		return 0, &fault.Damage{Cause: err}
	}
	return records, nil
}

// Free returns how many bytes of the file hold nothing that a transaction of it sees. ok is whether that is known: what the newest
// transaction sees is. Errors: ErrCorrupt.
func (d *DB) Free(tx *bbolt.Tx) (n int64, ok bool, err error) {
	m, _, _, err := page.Newest(d.File)
	if err != nil {
		return 0, false, &fault.Damage{Cause: err}
	}
	if m.TxID != uint64(tx.ID()) {
		return 0, false, nil
	}
	free, err := page.Free(d.File, m)
	if err == nil && free > m.High {
		err = fmt.Errorf("%d of %d pages are free", free, m.High)
	}
	if err != nil {
		return 0, false, &fault.Damage{Cause: err}
	}
	info, err := d.File.Stat()
	if err != nil {
		return 0, false, err
	}
	return max(0, info.Size()-int64((m.High-free)*m.PageSize)), true, nil
}
