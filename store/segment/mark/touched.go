package mark

// Touched are the listings of a source that a transaction looks at or changes, by number. The zero value has none.
type Touched struct {
	at  []uint32 // where in all a listing stands, if that is where it says so
	all []touched
}

type touched struct {
	ordinal uint32
	Entry
}

// usual is how many a transaction touches at most, unless it is an import.
const usual = 1 << 13

// Clear forgets all of them. The room that they took is used again, unless it is unusually much.
func (t *Touched) Clear() {
	if cap(t.all) > usual {
		t.all = nil
	}
	clear(t.all)
	t.all = t.all[:0]
}

// Get returns a listing that is there; nil for one that is not. It is good until the next is added.
func (t *Touched) Get(ordinal uint32) *Entry {
	if int(ordinal) >= len(t.at) {
		return nil
	}
	if i := t.at[ordinal]; int(i) < len(t.all) && t.all[i].ordinal == ordinal {
		return &t.all[i].Entry
	}
	return nil
}

// Add adds a listing that is not there.
func (t *Touched) Add(ordinal uint32, e Entry) *Entry {
	if n := int(ordinal) + 1; n > len(t.at) {
		t.at = append(t.at, make([]uint32, n+n/8-len(t.at))...)
	}
	t.at[ordinal] = uint32(len(t.all))
	t.all = append(t.all, touched{ordinal, e})
	return &t.all[len(t.all)-1].Entry
}

// Apply keeps in a table what is known of them.
func (t *Touched) Apply(to *Table) {
	for i := range t.all {
		to.Set(t.all[i].ordinal, &t.all[i].Entry)
	}
}
