package frame

import (
	"encoding/binary"
	"slices"

	"pricegap/market"
	"pricegap/store/record"
	"pricegap/store/segment/pack"
)

// Together is how many changes frames have that are joined, at most.
const Together = 512

// mostOf is how many bytes what is said of them may have: none has more than three numbers.
const mostOf = 32 * Together

// joined stands where the number of the first group's source does in a frame that others are joined to.
const joined = 1<<32 - 1

// Joins reports whether all in a frame is sealed, so that others may be joined to it and it to others.
func (f Frame) Joins() bool {
	for _, g := range f.Groups {
		if !g.Left {
			return false
		}
	}
	return true
}

// Changes is how many changes a frame has.
func (f Frame) Changes() (n uint64) {
	for _, g := range f.Groups {
		n += g.Changes
	}
	return n
}

// Behind is the number of the batch behind a frame.
func (f Frame) Behind() uint64 { return f.Number + f.More + 1 }

// Join joins the next frame to f; both Join.
func (f *Frame) Join(next Frame) {
	f.More += next.More + 1
	f.Groups = slices.DeleteFunc(append(f.Groups, next.Groups...), func(g Group) bool { return g.Changes == 0 })
}

// course is how far the changes of a source are in a joined frame, and how fast they go: seconds from listing to listing in parts of
// 256.
type course struct {
	ordinal, sec, pace int64
	known              bool
}

// near is how far apart in time two changes are at most that say how fast a run goes, in seconds.
const near = 3600

// appendJoined adds a frame that others are joined to: which groups there are, and of all their changes how far the listing is from the
// one before, and how many seconds more passed than such a distance lets expect, each for itself.
func (f Frame) appendJoined(b []byte) []byte {
	b = binary.AppendUvarint(binary.AppendUvarint(b, joined), f.More)
	b = binary.AppendUvarint(b, uint64(len(f.Groups)))
	courses := f.courses()
	var groups, steps, secs []byte
	for _, g := range f.Groups {
		n := g.Changes << 1
		if g.Forgotten() {
			n |= 1
		}
		groups = binary.AppendUvarint(binary.AppendUvarint(groups, uint64(g.Source)), n)
		c := courses[g.Source]
		if g.Forgotten() {
			continue
		}
		if !c.known {
			c.known = true
			groups = binary.AppendUvarint(groups, uint64(c.pace))
		}
		_ = g.Each(0, func(_ Group, _ market.RunID, e Event) error { // it was read before
			step := int64(e.Ordinal) - c.ordinal
			steps = record.AppendSigned(steps, step)
			secs = record.AppendSigned(secs, int64(e.Sec)-c.sec-step*c.pace>>8)
			c.ordinal, c.sec = int64(e.Ordinal), int64(e.Sec)
			return nil
		})
	}
	return pack.Append(pack.Append(pack.Append(b, groups), steps), secs)
}

// courses returns how fast each source goes, at its beginning.
func (f Frame) courses() map[uint32]*course {
	far := map[uint32][2]int64{} // listings, seconds
	out := map[uint32]*course{}
	for _, g := range f.Groups {
		if g.Forgotten() {
			continue
		}
		var last Event
		_ = g.Each(0, func(_ Group, _ market.RunID, e Event) error {
			step, wait := int64(e.Ordinal)-int64(last.Ordinal), int64(e.Sec)-int64(last.Sec)
			if last.Sec != 0 && step > 0 && wait >= 0 && wait < near {
				d := far[g.Source]
				far[g.Source] = [2]int64{d[0] + step, d[1] + wait}
			}
			last = e
			return nil
		})
		out[g.Source] = &course{}
	}
	for source, d := range far {
		out[source].pace = d[1] << 8 / d[0]
	}
	return out
}

// parseJoined reads what appendJoined added, behind joined.
func (f *Frame) parseJoined(r *record.Reader) error {
	f.More = r.Number()
	n := r.Number()
	var streams [3]record.Reader // groups, steps, seconds
	for i := range streams {
		b, err := pack.Take(r, nil)
		if err == nil && len(b) > mostOf {
			err = record.ErrForm
		}
		if err != nil {
			return err
		}
		streams[i].B = b
	}
	groups, steps, secs := &streams[0], &streams[1], &streams[2]
	courses := map[uint32]*course{}
	for ; n > 0 && !groups.Bad; n-- {
		g := Group{Source: uint32(groups.Number()), Left: true}
		v := groups.Number()
		g.Changes = v >> 1
		if v&1 == 0 {
			c := courses[g.Source]
			if c == nil {
				c = &course{pace: int64(groups.Number())}
				courses[g.Source] = c
			}
			if g.Changes > uint64(len(steps.B)) {
				return record.ErrForm
			}
			g.Body = make([]byte, 0, 3*g.Changes)
			var ordinal, sec int64
			for range g.Changes {
				step := steps.Signed()
				c.ordinal += step
				c.sec += secs.Signed() + step*c.pace>>8
				g.Body = record.AppendSigned(g.Body, c.ordinal-ordinal)
				g.Body = record.AppendSigned(g.Body, c.sec-sec)
				ordinal, sec = c.ordinal, c.sec
			}
		}
		f.Groups = append(f.Groups, g)
	}
	for i := range streams {
		if err := streams[i].End(); err != nil {
			return err
		}
	}
	return nil
}
