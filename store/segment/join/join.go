// Package join writes frames of the log again that are sealed, and joins those of which all is: a few large ones take less than many
// small ones.
package join

import (
	"pricegap/store/sealed"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/past"
)

// Frames are frames that are written again, one after the other.
type Frames struct {
	t       *sealed.Tx
	held    *frame.Frame // the last, where all of it is sealed: the next may be joined to it
	changed bool         // it is not as it stands in the file
}

// Before begins before a batch, with what stands there. Errors: those of past.FrameOf.
func Before(t *sealed.Tx, batch uint64) (*Frames, error) {
	j := &Frames{t: t}
	if batch <= 1 {
		return j, nil
	}
	f, err := past.FrameOf(t, batch-1)
	if err == nil && f.Joins() {
		j.held = &f
	}
	return j, err
}

// Add takes the next frame; changed says that it is not as it stands in the file.
func (j *Frames) Add(f frame.Frame, changed bool) error {
	joins := f.Joins()
	if joins && j.held != nil && j.held.Behind() == f.Number && j.held.Changes()+f.Changes() <= frame.Together {
		j.held.Join(f)
		j.changed = true
		return j.t.Delete(past.BucketLog, past.BatchKey(f.Number))
	}
	err := j.End()
	switch {
	case err != nil:
		return err
	case joins:
		j.held, j.changed = &f, changed
	case changed:
		return j.write(f)
	}
	return nil
}

// End writes what is held.
func (j *Frames) End() (err error) {
	if j.changed {
		err = j.write(*j.held)
	}
	j.held, j.changed = nil, false
	return err
}

// write deletes the former frame before, so that pages that are nearly empty now are joined.
func (j *Frames) write(f frame.Frame) error {
	key := past.BatchKey(f.Number)
	if err := j.t.Delete(past.BucketLog, key); err != nil {
		return err
	}
	return j.t.Put(past.BucketLog, key, f.Append(nil))
}
