package document

import "strings"

// Nearest returns the word of known that w is most likely a slip of, or "".
func Nearest(w string, known []string) string {
	w = fold(w)
	if len(w) == 0 || len(w) > 64 {
		return ""
	}
	best, at := "", 1+min(len(w)/4, 3)
	for _, k := range known {
		d := distance(w, fold(k))
		if d < at || (d == at && best == "") {
			best, at = k, d
		}
	}
	if at >= len(w) || at >= len(best) {
		return "" // nothing of the word is left
	}
	return best
}

// Meant returns a hint with the nearest known word, or the list of them where it is short.
func Meant(w string, known []string) string {
	if n := Nearest(w, known); n != "" {
		return "did you mean " + n + "?"
	}
	if len(known) > 0 && len(known) <= 12 {
		return "there is " + strings.Join(known, ", ")
	}
	return ""
}

func fold(s string) string { return strings.ReplaceAll(strings.ToLower(s), "-", "_") }

// distance is how many letters must be put in, left out, replaced or swapped with a neighbour to make b of a
// (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, now := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		now[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(y)]
}
