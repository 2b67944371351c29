package class

// finder looks for many marks in one walk over a text, whatever the case of ASCII letters: Aho and Corasick,
// "Efficient string matching" (1975), as a table of states by letters.
type finder struct {
	letter [256]uint8 // classes of bytes; 0 are those of no mark
	width  int
	next   []uint32 // by state and letter: where the next state begins in here, times two; odd where marks end there
	ends   [][]int  // by state: those marks
	marks  int
}

func newFinder(marks []string) *finder {
	f := &finder{marks: len(marks), width: 1}
	for _, m := range marks {
		for i := range len(m) {
			if c := lower(m[i]); f.letter[c] == 0 {
				f.letter[c] = uint8(f.width)
				f.width++
			}
		}
	}
	for c := byte('A'); c <= 'Z'; c++ {
		f.letter[c] = f.letter[lower(c)]
	}
	grow := func() int {
		f.next = append(f.next, make([]uint32, f.width)...)
		f.ends = append(f.ends, nil)
		return len(f.ends) - 1
	}
	grow()
	for id, m := range marks {
		state := 0
		for i := range len(m) {
			at := state*f.width + int(f.letter[m[i]])
			if f.next[at] == 0 {
				f.next[at] = uint32(grow())
			}
			state = int(f.next[at])
		}
		f.ends[state] = append(f.ends[state], id)
	}
	f.link()
	return f
}

// link makes every letter lead on from every state: to the longest end of what was read that begins a mark.
func (f *finder) link() {
	fail := make([]int, len(f.ends))
	states := []int{0}
	for len(states) > 0 {
		s := states[0]
		states = states[1:]
		for l := range f.width {
			at := s*f.width + l
			t, back := int(f.next[at]), 0
			if s != 0 {
				back = int(f.next[fail[s]*f.width+l])
			}
			if t == 0 {
				f.next[at] = uint32(back)
				continue
			}
			fail[t] = back
			f.ends[t] = append(f.ends[t], f.ends[back]...)
			states = append(states, t)
		}
	}
	for i, t := range f.next {
		f.next[i] = t * uint32(f.width) * 2
		if len(f.ends[t]) > 0 {
			f.next[i]++
		}
	}
}

// find notes in found which marks stand in b.
func (f *finder) find(b []byte, found []bool) {
	at, next, letter := uint32(0), f.next, &f.letter
	for _, c := range b {
		at = next[at>>1+uint32(letter[c])]
		if at&1 != 0 {
			for _, id := range f.ends[int(at>>1)/f.width] {
				found[id] = true
			}
		}
	}
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
