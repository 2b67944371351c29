package printed

import "slices"

// Line returns the tokens of the line of the token at.
func Line(ts []Token, at int) []Token {
	from, to := at, at+1
	for from > 0 && !ts[from].Line {
		from--
	}
	for to < len(ts) && !ts[to].Line {
		to++
	}
	return ts[from:to]
}

// LineStart returns where the line of the token at begins, if not before from; else at. A sign on the line above
// belongs to the line.
func LineStart(ts []Token, from, at int) int {
	for k := at; k >= from; k-- {
		if ts[k].Line && (k == from || ts[k-1].Kind != CurrencySign) {
			return k
		}
	}
	return at
}

// Label returns the tokens from start on that may name the number at: those before it in its own line or, where it
// leads its line, the nearest line above that has words, unless that is another number's. own tells that they
// lead the line of the number.
func Label(ts []Token, start, at int) (label []Token, own bool) {
	begin := func(end int) int {
		for end--; end > start && !ts[end].Line; end-- {
		}
		return end
	}
	k, end := at, at
	if at > start && !ts[at].Line {
		k = begin(at)
	}
	for above := false; ; above = true {
		if above && !ts[k].Line && k > 0 {
			return nil, false // the rest of the line of the number before
		}
		line := ts[k:end]
		if len(Words(line)) > 0 {
			if above && !line[len(line)-1].Mark(":") && slices.ContainsFunc(line, func(t Token) bool { return HasDigit(t.Text) }) {
				return nil, false
			}
			return line, !above && line[0].Line
		}
		if k <= start {
			return nil, false
		}
		k, end = begin(k), k
	}
}

// Find returns where phrase begins in words, the last place; -1 when it is not there.
func Find(words, phrase []string) int {
	for i := len(words) - len(phrase); i >= 0; i-- {
		if slices.Equal(words[i:i+len(phrase)], phrase) {
			return i
		}
	}
	return -1
}
