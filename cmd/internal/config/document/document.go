// Package document reads a YAML file strictly: every problem is found at once and has a line, a column and,
// where a word is nearly right, the right word. It knows nothing of what the file means; the structs it
// fills say that.
package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"pricegap/market"
)

// maxProblems is how many problems are kept; a file of garbage has one on every line.
const maxProblems = 100

// Problem is one thing that is wrong, or worth a warning, in a file.
type Problem struct {
	// File is the path as it was given; Line and Column count from 1 and are 0 where the whole file is meant.
	File   string `json:"file"`
	Line   int    `json:"line,omitzero"`
	Column int    `json:"column,omitzero"`
	// Key is the place in the document, such as "sources[0].pace.pause"; empty for the file itself.
	Key string `json:"key,omitzero"`
	// Message says what is wrong, Hint what to do about it; both are one line and safe to show.
	Message string `json:"message"`
	Hint    string `json:"hint,omitzero"`
}

// String returns the problem as compilers write it: file:line:column: key: message (hint).
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	return b.String()
}

// Error implements error.
func (p Problem) Error() string { return p.String() }

// Errors is everything that is wrong with a file, in the order of its lines.
type Errors struct {
	Problems []Problem
	// More counts the problems that were found beyond those kept.
	More int
}

// Error implements error: one problem a line.
func (e *Errors) Error() string {
	lines := make([]string, 0, len(e.Problems)+1)
	for _, p := range e.Problems {
		lines = append(lines, p.String())
	}
	if e.More > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more", e.More))
	}
	return strings.Join(lines, "\n")
}

// Report collects problems. Its zero value is ready; it is not safe for concurrent use.
type Report struct {
	File     string
	problems []Problem
	more     int
	// values came from the environment; no message repeats them.
	values []string
}

// Add notes a problem at n, or about the whole file where n is nil. A node has one problem: what is noted about
// it later follows from the first, and is passed over.
func (r *Report) Add(n *Node, hint, format string, args ...any) {
	if n != nil {
		if n.bad {
			return
		}
		n.bad = true
	}
	p := Problem{File: r.File, Message: line(r.hide(fmt.Sprintf(format, args...))), Hint: line(r.hide(hint))}
	if n != nil {
		p.Line, p.Column, p.Key = n.Line, n.Column, n.Key
	}
	r.add(p)
}

// Include adds what was found in another file.
func (r *Report) Include(other *Report) {
	for _, p := range other.Problems() {
		r.add(p)
	}
	r.more += other.more
}

func (r *Report) add(p Problem) {
	if len(r.problems) >= maxProblems {
		r.more++
		return
	}
	r.problems = append(r.problems, p)
}

// hide puts *** where s repeats a value of the environment.
func (r *Report) hide(s string) string {
	for _, v := range r.values {
		s = strings.ReplaceAll(s, v, "***")
	}
	return s
}

// Len returns how many problems were found so far.
func (r *Report) Len() int { return len(r.problems) + r.more }

// Problems returns what was found, by line and column.
func (r *Report) Problems() []Problem {
	out := slices.Clone(r.problems)
	slices.SortStableFunc(out, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(out)
}

// Err returns an *Errors with all problems, or nil when there is none.
func (r *Report) Err() error {
	if r.Len() == 0 {
		return nil
	}
	return &Errors{Problems: r.Problems(), More: r.more}
}

// line makes s one safe line.
func line(s string) string {
	s = market.Printable(strings.NewReplacer("\n", " ", "\t", " ").Replace(s))
	if r := []rune(s); len(r) > 400 {
		s = string(r[:399]) + "…"
	}
	return s
}

// short quotes what the file says, cut to what fits in a message.
func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		s = string(r[:39]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
