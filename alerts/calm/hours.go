package calm

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Hours are when a channel is read. The zero Hours are always.
type Hours struct {
	Spans []Span
	// Holidays are days on which it is not, as 2006-01-02.
	Holidays []string
	// Zone is that of both; nil means UTC.
	Zone *time.Location
}

// Span is a time on some days of the week, such as "mon-fri 08:30-18:00".
type Span struct {
	days     [7]bool // by time.Weekday
	from, to int     // minutes since midnight; to is not of it
}

var errSpan = errors.New("calm: not a time on days of the week such as mon-fri 08:30-18:00")

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// UnmarshalText implements encoding.TextUnmarshaler: a day or two days with a hyphen, and two times, the second of which
// is later; 24:00 is the end of a day.
func (s *Span) UnmarshalText(b []byte) error {
	days, times, ok := strings.Cut(string(b), " ")
	first, last, several := strings.Cut(days, "-")
	if !several {
		last = first
	}
	from, to, ok2 := strings.Cut(times, "-")
	i, j := slices.Index(weekdays, first), slices.Index(weekdays, last)
	if !ok || !ok2 || i < 0 || j < 0 {
		return errSpan
	}
	out := Span{from: minutes(from), to: minutes(to)}
	if out.from < 0 || out.to <= out.from {
		return errSpan
	}
	for ; ; i = (i + 1) % 7 {
		if out.days[i] = true; i == j {
			break
		}
	}
	*s = out
	return nil
}

// minutes reads a time of the day such as 08:30; -1 where it is none.
func minutes(s string) int {
	if s == "24:00" {
		return 24 * 60
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

// MarshalText implements encoding.TextMarshaler.
func (s Span) MarshalText() ([]byte, error) {
	first, n := 0, 0
	for i := range 7 {
		if s.days[i] {
			n++
		}
		if s.days[i] && !s.days[(i+6)%7] {
			first = i
		}
	}
	days := weekdays[first]
	if n > 1 {
		days += "-" + weekdays[(first+n-1)%7]
	}
	return fmt.Appendf(nil, "%s %02d:%02d-%02d:%02d", days, s.from/60, s.from%60, s.to/60, s.to%60), nil
}

func (h Hours) local(at time.Time) time.Time {
	if h.Zone == nil {
		return at.UTC()
	}
	return at.In(h.Zone)
}

// day is the day of a moment, as 2006-01-02, and when it began.
func (h Hours) day(at time.Time) (string, time.Time) {
	l := h.local(at)
	return l.Format(time.DateOnly), time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, l.Location())
}

// Open reports whether a channel is read at a moment, and since when it is; the zero time where it always is.
func (h Hours) Open(at time.Time) (since time.Time, open bool) {
	l := h.local(at)
	name, _ := h.day(at)
	if slices.Contains(h.Holidays, name) {
		return time.Time{}, false
	}
	if len(h.Spans) == 0 && len(h.Holidays) == 0 {
		return time.Time{}, true
	}
	spans := h.Spans
	if len(spans) == 0 {
		spans = []Span{{days: [7]bool{true, true, true, true, true, true, true}, to: 24 * 60}}
	}
	clock := l.Hour()*60 + l.Minute()
	for _, s := range spans {
		if begin := time.Date(l.Year(), l.Month(), l.Day(), 0, s.from, 0, 0, l.Location()); s.days[l.Weekday()] && s.from <= clock && clock < s.to {
			if !open || begin.Before(since) {
				since = begin
			}
			open = true
		}
	}
	return since, open
}
