package feed

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/parsers/feed/sheet"
)

// echo is a row that was read: in a history most rows say what the one before says, at another moment, and need not be read
// again. Their evidence is then that of the row which they repeat.
type echo struct {
	row         row
	observation market.Observation
	// said is the row as a line of JSON; nil where it is none, or might say something twice.
	said *line
	// moving are the columns of a table that may differ: the moment, and of an exported history the run and the age.
	moving []int
}

func echoOf(r row, o market.Observation) echo {
	e := echo{row: r, observation: o}
	if r.Loose {
		if l, ok := cut(r.Raw); ok && l.at.Equal(o.SeenAt) && string(l.run) == string(o.Run) && once(r.Raw) {
			e.said = &l
		}
		return e
	}
	e.moving = append(e.moving, r.at[fSeenAt])
	if r.exported {
		for i, n := range r.Names {
			if n == string(fRun) || n == "age_hours" {
				e.moving = append(e.moving, i)
			}
		}
	}
	return e
}

// again returns what a row says that repeats this one.
func (e *echo) again(rec sheet.Record) (o market.Observation, ok bool) {
	o = e.observation
	if e.said != nil {
		l, ok := cut(rec.Raw)
		if !ok || !bytes.Equal(l.head, e.said.head) || !bytes.Equal(l.tail, e.said.tail) {
			return o, false
		}
		if !bytes.Equal(l.run, e.said.run) && !isExported(e.row.Raw) { // of a row that is no observation whole, the run is not read
			return o, false
		}
		o.SeenAt, o.Run = l.at, market.RunID(l.run)
		return o, true
	}
	if len(e.moving) == 0 || len(rec.Cells) != len(e.row.Cells) || len(rec.Names) == 0 || &rec.Names[0] != &e.row.Names[0] {
		return o, false
	}
	for i, c := range rec.Cells {
		if c != e.row.Cells[i] && !slices.Contains(e.moving, i) {
			return o, false
		}
	}
	r := row{rec, e.row.columns}
	if o.SeenAt, ok = r.moment(fSeenAt); !ok {
		return o, false
	}
	if _, told := r.at[fRun]; told && r.exported {
		o.Run = market.RunID(r.get(fRun).Text)
	}
	return o, shows(string(o.Run))
}

// line is a line of JSON around its moment and its run.
type line struct {
	head, tail []byte
	at         time.Time
	run        []byte
}

// cut cuts a line of JSON as export history writes it, and as others may: an object that begins with plain strings up to seen_at
// and, where it has one, run.
func cut(raw []byte) (l line, ok bool) {
	rest, ok := bytes.CutPrefix(raw, []byte(`{`))
	for ok {
		var name, value []byte
		if name, value, rest, ok = member(rest); !ok || string(name) != string(fSeenAt) {
			continue
		}
		l.head = raw[:len(raw)-len(rest)-len(value)-1]
		if after, found := bytes.CutPrefix(rest, []byte(`,`)); found {
			if name, run, behind, told := member(after); told && string(name) == string(fRun) {
				l.run, rest = run, behind
			}
		}
		l.tail = rest
		if len(value) != len("2006-01-02T15:04:05Z") || value[13] != ':' || value[16] != ':' || !shows(string(l.run)) {
			return l, false
		}
		t, err := time.Parse(time.RFC3339, string(value))
		l.at, ok = inTime(t)
		return l, ok && err == nil
	}
	return l, false
}

// isExported reports whether a line is plainly an observation whole: behind moment, run and page stands an offer with something
// in it.
func isExported(raw []byte) bool {
	l, ok := cut(raw)
	if name, _, rest, found := member(l.tail); found && string(name) == string(fPage) {
		l.tail = rest
	}
	return ok && bytes.HasPrefix(l.tail, []byte(`,"offer":{"`))
}

// member reads a name and its value, which is a string, both without a backslash.
func member(b []byte) (name, value, rest []byte, ok bool) {
	b = bytes.TrimPrefix(b, []byte(`,`))
	if name, rest, ok = plain(b); ok {
		if rest, ok = bytes.CutPrefix(rest, []byte(`:`)); ok {
			value, rest, ok = plain(rest)
		}
	}
	return name, value, rest, ok
}

func plain(b []byte) (text, rest []byte, ok bool) {
	if b, ok = bytes.CutPrefix(b, []byte(`"`)); !ok {
		return nil, nil, false
	}
	end := bytes.IndexByte(b, '"')
	if end < 0 || bytes.IndexByte(b[:end], '\\') >= 0 {
		return nil, nil, false
	}
	return b[:end], b[end+1:], true
}

// once reports whether a line of JSON says its moment and run surely once: names are the same whatever their case and however
// they are written, and of two the last would count.
func once(raw []byte) bool {
	s := strings.ToLower(string(raw))
	if strings.Count(s, "seen") != 1 || strings.Count(s, `"run"`) > 1 || strings.Contains(s, "ſ") {
		return false
	}
	for i := strings.IndexByte(s, '\\'); i >= 0; i = strings.IndexByte(s, '\\') {
		s = s[i+1:]
		if strings.HasPrefix(s, "u") && !slices.ContainsFunc([]string{"u003c", "u003e", "u0026", "u2028", "u2029"}, func(p string) bool { return strings.HasPrefix(s, p) }) {
			return false
		}
		s = s[1:]
	}
	return true
}
