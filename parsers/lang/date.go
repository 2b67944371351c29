package lang

import (
	"slices"
	"strconv"
	"strings"

	"pricegap/market"
	"pricegap/market/lexicon"
)

// later reports whether a phrase at i, which says that a thing can be had, says so of a day to come, which stands in its clause or
// at once behind it: "weer leverbaar: 15 maart".
func (v *vocabulary) later(ws []string, i int, said lexicon.Run) bool {
	if market.Stock(said.Meaning).Available() != market.AnswerYes {
		return false
	}
	from, to := i, i+len(said.Words)
	for from > 0 && ws[from-1] != "" {
		from--
	}
	if to+1 < len(ws) && ws[to] == "" && v.dated(ws[to+1:]) {
		return true
	}
	for to < len(ws) && ws[to] != "" {
		to++
	}
	for ; from < to; from++ {
		if v.dated(ws[from:]) {
			return true
		}
	}
	return false
}

// dated reports whether words begin with a day, a month or the number of a week.
func (v *vocabulary) dated(ws []string) bool {
	at := func(i int) string {
		if i < len(ws) {
			return ws[i]
		}
		return ""
	}
	day, month := upTo(at(0), 31), upTo(at(1), 12)
	switch {
	case v.date[at(0)] == "month", v.date[at(0)] == "week" && upTo(at(1), 53), day && (v.date[at(1)] == "month" || v.date[at(2)] == "month"): // 12 May, 12 de mayo
		return true
	case day && month: // 15/3, 15-3-2026
		return at(2) == "" || year(at(2))
	case year(at(0)):
		return month && upTo(at(2), 31)
	}
	parts := strings.Split(at(0), ".") // 15.03, 15.3.2026
	return len(parts) > 1 && upTo(parts[0], 31) && upTo(parts[1], 12) && (len(parts) == 2 && len(parts[1]) == 2 || len(parts) == 3 && year(parts[2]))
}

// upTo reports whether a word is a number from 1 to most, or one of one digit that was put aside.
func upTo(w string, most int) bool {
	n, err := strconv.Atoi(w)
	return w == "#" || err == nil && n > 0 && n <= most
}

// year reports whether a word is a year of this century.
func year(w string) bool { return len(w) == 4 && strings.HasPrefix(w, "20") && upTo(w, 2099) }

// Counted reports whether a statement of availability says how many there are, not those in a branch: a number stands right beside it.
func Counted(text string) bool {
	v, ws := shipped(), words(text)
	said := numbersAside(slices.Clone(ws))
	if slices.ContainsFunc(ws, func(w string) bool { return v.shop[w] }) {
		return false
	}
	count := func(i int) bool {
		n, err := strconv.Atoi(ws[i])
		return err == nil && n > 0
	}
	for i := 0; i < len(said); {
		r, ok := longest(v.stock[said[i]], said[i:])
		if !ok {
			i++
			continue
		}
		end := i + len(r.Words)
		for k := i; k < end; k++ {
			if count(k) {
				return true
			}
		}
		before, behind := i-1, end
		for before > 0 && (ws[before] == "" || v.counted[ws[before]]) {
			before--
		}
		if behind < len(ws) && ws[behind] == "" {
			behind++
		}
		if before >= 0 && count(before) || behind < len(ws) && count(behind) && (behind+1 == len(ws) || ws[behind+1] == "" || v.counted[ws[behind+1]]) {
			return true
		}
		i = end
	}
	return false
}
