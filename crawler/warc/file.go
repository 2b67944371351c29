package warc

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"pricegap/market"
)

// file returns the file of a source, a new one where there is none.
func (w *Writer) file(source market.SourceID) (*file, error) {
	w.serial++
	if f := w.files[source]; f != nil {
		f.used = w.serial
		return f, nil
	}
	now := w.o.Clock().UTC()
	err := w.spare()
	if now.Sub(w.sweptAt) >= sweepEvery || now.Before(w.sweptAt) {
		err = errors.Join(err, w.sweep())
	}
	if err != nil {
		return nil, err
	}
	f, err := w.create(source, now)
	if err != nil {
		return nil, fmt.Errorf("warc: %w", err)
	}
	f.used, f.info, f.last = w.serial, newUUID(), now
	if err := w.member(f, info(f.info, f.name, now, string(source), w.o.Software)); err != nil {
		return nil, fmt.Errorf("warc: %s: %w", f.name, errors.Join(err, f.Close(), w.root.Remove(f.name+opened)))
	}
	w.files[source] = f
	return f, nil
}

// create makes a file whose name nobody has.
func (w *Writer) create(source market.SourceID, now time.Time) (*file, error) {
	for serial := range 100_000 {
		name := fileName(source, now, serial)
		if _, err := w.root.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			if err != nil {
				return nil, err
			}
			continue
		}
		f, err := w.root.OpenFile(name+opened, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
		switch {
		case errors.Is(err, fs.ErrExist):
			continue
		case err != nil:
			return nil, err
		}
		if !lock(f) || !w.there(name+opened) { // another process mends it away
			_ = f.Close()
			continue
		}
		return &file{File: f, name: name}, nil
	}
	return nil, errors.New("too many files of one second")
}

// there reports whether a file has that name still.
func (w *Writer) there(name string) bool {
	_, err := w.root.Lstat(name)
	return err == nil
}

// spare closes the file that was longest not written to where there are too many.
func (w *Writer) spare() error {
	if len(w.files) < maxFiles {
		return nil
	}
	var oldest market.SourceID
	for id, f := range w.files {
		if o := w.files[oldest]; o == nil || f.used < o.used {
			oldest = id
		}
	}
	return w.finish(oldest, w.files[oldest])
}

// undo takes back what was written of a fetch. A file that cannot be mended now is by the next Open.
func (w *Writer) undo(source market.SourceID, f *file, size int64) error {
	err := f.Truncate(size)
	if err == nil {
		_, err = f.Seek(size, io.SeekStart)
	}
	if err != nil {
		delete(w.files, source)
		return errors.Join(err, f.Close())
	}
	f.size = size
	return nil
}

// finish ends a file: it is on the disk, and bears its name.
func (w *Writer) finish(source market.SourceID, f *file) error {
	delete(w.files, source)
	if err := w.settle(f.File, f.name, f.last); err != nil {
		return fmt.Errorf("warc: %s: %w", f.name, err)
	}
	return nil
}

// settle closes f, dates it by its last record and gives it its name.
func (w *Writer) settle(f *os.File, name string, last time.Time) error {
	err := errors.Join(f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return errors.Join(w.root.Chtimes(name+opened, last, last), w.root.Rename(name+opened, name))
}

// mend closes what killed processes left open: what follows the last whole record is cut off. Files that another
// process is writing are left alone.
func (w *Writer) mend() error {
	names, err := list(w.root)
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, open, ours := stamp(name); !open || !ours {
			continue
		}
		if err := w.mendOne(name); err != nil {
			return fmt.Errorf("warc: %s: %w", name, err)
		}
	}
	return nil
}

func (w *Writer) mendOne(name string) error {
	f, err := w.root.OpenFile(name, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // another process was faster
	} else if err != nil {
		return err
	}
	if !lock(f) || !w.there(name) {
		return f.Close() // another process writes it, or has just ended it
	}
	whole, last, records := wholeOf(f)
	if records <= 1 { // nothing but its warcinfo
		return errors.Join(w.root.Remove(name), f.Close())
	}
	if err := f.Truncate(whole); err != nil {
		return errors.Join(err, f.Close())
	}
	return w.settle(f, name[:len(name)-len(opened)], last)
}

// wholeOf returns where the last whole record ends, its date, and how many there are.
func wholeOf(r io.Reader) (end int64, last time.Time, records int) {
	s := newScanner(r)
	for {
		rec, err := s.next()
		if err != nil {
			return end, last, records
		}
		end, records = s.position(), records+1
		if rec.At.After(last) {
			last = rec.At
		}
	}
}

// sweep deletes the files of ours all of which is too old.
func (w *Writer) sweep() error {
	now := w.o.Clock()
	w.sweptAt = now
	names, err := list(w.root)
	if err != nil {
		return err
	}
	limit := now.Add(-w.o.Keep)
	for _, name := range names {
		began, open, ours := stamp(name)
		if !ours || open || !began.Before(limit) {
			continue
		}
		i, err := w.root.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) || err == nil && (!i.Mode().IsRegular() || !i.ModTime().Before(limit)) {
			continue
		}
		if err == nil {
			err = w.root.Remove(name)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("warc: %w", err)
		}
	}
	return nil
}

// list returns the names in a folder, sorted.
func list(root *os.Root) ([]string, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("warc: %w", err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}
