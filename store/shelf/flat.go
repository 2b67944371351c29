package shelf

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store/sealed"
)

// document reads what putJSON wrote. Matches and products, of which there are many, are read without encoding/json where they are as
// it writes them.
func document[T any](bucket string, key, payload []byte) (v T, err error) {
	switch p := any(&v).(type) {
	case *market.Match:
		if readMatch(payload, p) {
			return v, nil
		}
	case *market.Product:
		if readProduct(payload, p) {
			return v, nil
		}
	}
	var whole T
	if err = json.Unmarshal(payload, &whole); err != nil {
		err = sealed.Damaged(bucket, key, "%w", err)
	}
	return whole, err
}

// readMatch reads a match; false where it is not as encoding/json writes one, and then m is anything.
func readMatch(doc []byte, m *market.Match) bool {
	f := flat{b: doc, whole: string(doc)} // of which its texts are parts: a match is short
	for name := f.first(); name != nil; name = f.next() {
		switch string(name) {
		case "product":
			m.Product = market.ProductID(f.text())
		case "source":
			m.Source = market.SourceID(f.text())
		case "listing":
			m.Listing = market.ListingID(f.text())
		case "exact":
			m.Exact = f.yes()
		case "method":
			m.Method = f.oneOf("gtin", "own", "brand_mpn", "explicit")
		case "score_basis_points":
			m.ScoreBasisPoints = int(f.number())
		case "decision":
			m.Decision = market.Decision(f.oneOf(string(market.Accept), string(market.Review), string(market.Reject)))
		case "decided_by":
			m.DecidedBy = market.NewText(f.text())
		case "decided_at":
			m.DecidedAt = f.moment()
		case "why":
			m.Why = f.texts()
		default:
			return false
		}
	}
	return f.ended()
}

// readProduct reads a product; false where it is not as encoding/json writes one, and then p is anything.
func readProduct(doc []byte, p *market.Product) bool {
	f := flat{b: doc}
	for name := f.first(); name != nil; name = f.next() {
		switch string(name) {
		case "id":
			p.ID = market.ProductID(f.text())
		case "gtin":
			p.GTIN = f.text()
		case "brand":
			p.Brand = market.NewText(f.text())
		case "mpn":
			p.MPN = f.text()
		case "title":
			p.Title = market.NewText(f.text())
		case "category":
			p.Category = market.NewText(f.text())
		case "url":
			p.URL = f.text()
		case "cost":
			p.Cost = f.sum()
		case "floor":
			p.Floor = f.sum()
		case "rank":
			p.Rank = market.CountOf(f.number())
		default:
			return false
		}
	}
	return f.ended()
}

// flat reads an object of JSON whose fields are texts, numbers, truths and lists of texts, written as encoding/json does. What it does
// not expect, and be it a space, makes it bad.
type flat struct {
	b     []byte
	whole string // the whole text, where texts may be parts of it
	bad   bool
}

// first and next return the names of the fields, nil behind the last. The value of each must be read.
func (f *flat) first() []byte {
	if !f.skip('{') {
		return nil
	}
	return f.name()
}

func (f *flat) next() []byte {
	if len(f.b) == 0 || f.b[0] != ',' || f.bad {
		return nil
	}
	f.b = f.b[1:]
	return f.name()
}

func (f *flat) name() []byte {
	quoted, plain := f.quoted()
	if !plain || !f.skip(':') || len(quoted) == 2 {
		f.bad = true
		return nil
	}
	return quoted[1 : len(quoted)-1]
}

// ended reports whether all was read, and nothing was bad.
func (f *flat) ended() bool { return f.skip('}') && len(f.b) == 0 }

// skip passes over a byte, which must stand there.
func (f *flat) skip(c byte) bool {
	if f.bad = f.bad || len(f.b) == 0 || f.b[0] != c; f.bad {
		return false
	}
	f.b = f.b[1:]
	return true
}

// quoted passes over a text and returns it with its quotes; plain says that it is ASCII and stands for itself.
func (f *flat) quoted() (text []byte, plain bool) {
	plain = true
	for i := 1; i < len(f.b) && f.b[0] == '"'; i++ {
		switch c := f.b[i]; {
		case c == '"':
			text, f.b = f.b[:i+1], f.b[i+1:]
			return text, plain
		case c == '\\':
			plain = false
			i++
		case c < ' ' || c > '~':
			plain = false
		}
	}
	f.bad = true
	return nil, false
}

func (f *flat) text() (s string) {
	quoted, plain := f.quoted()
	switch {
	case f.bad:
		return ""
	case plain && f.whole != "":
		end := len(f.whole) - len(f.b) - 1
		return f.whole[end-len(quoted)+2 : end]
	case plain:
		return string(quoted[1 : len(quoted)-1])
	}
	f.bad = json.Unmarshal(quoted, &s) != nil
	return s
}

// oneOf reads a text that mostly is one of these words, which then stands once in memory.
func (f *flat) oneOf(words ...string) string {
	for _, w := range words {
		if n := len(w) + 2; len(f.b) >= n && f.b[0] == '"' && f.b[n-1] == '"' && string(f.b[1:n-1]) == w {
			f.b = f.b[n:]
			return w
		}
	}
	return f.text()
}

func (f *flat) texts() []string {
	if !f.skip('[') {
		return nil
	}
	out := make([]string, 0, 2)
	for len(f.b) > 0 && f.b[0] != ']' && !f.bad {
		if len(out) > 0 && !f.skip(',') {
			return nil
		}
		out = append(out, f.text())
	}
	f.skip(']')
	return out
}

func (f *flat) yes() bool {
	switch {
	case bytes.HasPrefix(f.b, []byte("true")):
		f.b = f.b[4:]
		return true
	case bytes.HasPrefix(f.b, []byte("false")):
		f.b = f.b[5:]
		return false
	}
	f.bad = true
	return false
}

// number reads a whole number.
func (f *flat) number() int64 {
	n := 0
	for n < len(f.b) && (f.b[n] == '-' || '0' <= f.b[n] && f.b[n] <= '9') {
		n++
	}
	v, err := strconv.ParseInt(string(f.b[:n]), 10, 64)
	if err != nil || n > 1 && (f.b[0] == '0' || f.b[0] == '-' && (f.b[1] == '0' || f.b[1] == '-')) {
		f.bad = true
	}
	f.b = f.b[n:]
	return v
}

func (f *flat) moment() (t time.Time) {
	if quoted, _ := f.quoted(); !f.bad {
		f.bad = t.UnmarshalJSON(quoted) != nil
	}
	return t
}

func (f *flat) sum() (a money.Amount) {
	if text := f.text(); !f.bad {
		f.bad = a.UnmarshalText([]byte(text)) != nil
	}
	return a
}
