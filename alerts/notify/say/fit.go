package say

// Within returns the lines of a document, an empty one between its parts, that come to no more than limit of what size says of
// each with its line end. Where that is not all, the last entries are cut to their headlines; where that is too much, as many
// headlines stand as there is room for, and a count of the rest.
func (d Document) Within(limit int, size func(Line) int) []Line {
	n := len(d.Entries)
	lines := d.lines(n, n)
	for whole := n - 1; whole >= 0 && sum(lines, size) > limit; whole-- {
		lines = d.lines(whole, n)
	}
	for n--; n >= 0 && sum(lines, size) > limit; n-- {
		lines = d.lines(0, n)
	}
	return lines
}

func sum(lines []Line, size func(Line) int) (n int) {
	for _, l := range lines {
		n += size(l)
	}
	return n
}

// lines are those of a document with its first entries, of which the first stand whole, the others by their headlines.
func (d Document) lines(whole, entries int) []Line {
	out := []Line{{{Text: d.Title, Bold: true}}}
	for _, n := range d.Notes {
		out = append(out, Line{{Text: n}})
	}
	for i, e := range d.Entries[:entries] {
		if i <= whole {
			out = append(out, nil)
		}
		if i < whole {
			out = append(out, e.Lines...)
		} else {
			out = append(out, e.Headline)
		}
	}
	if l := d.Rest(entries); l != nil {
		out = append(out, nil, l)
	}
	return out
}
