package sheet

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// xmlRecords reads a Google Merchant feed: the items of RSS or the entries of Atom, whose elements are the
// columns. Source: https://support.google.com/merchants/answer/7052112.
func xmlRecords(r *bufio.Reader) iter.Seq2[Record, error] {
	dec := xml.NewDecoder(r)
	dec.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		enc, err := htmlindex.Get(label)
		if err != nil {
			return nil, fmt.Errorf("%w: its encoding %.40q", ErrFormat, label)
		}
		return enc.NewDecoder().Reader(in), nil
	}
	return func(yield func(Record, error) bool) {
		for {
			t, err := dec.Token()
			if errors.Is(err, io.EOF) {
				return
			}
			line, _ := dec.InputPos()
			if err != nil {
				yield(Record{}, fmt.Errorf("%w: line %d: %w", ErrFormat, line, err))
				return
			}
			s, ok := t.(xml.StartElement)
			if !ok || s.Name.Local != "item" && s.Name.Local != "entry" {
				continue
			}
			rec := Record{Line: line, Loose: true}
			if err = rec.fromXML(dec); err != nil {
				var b BadRow
				if !errors.As(err, &b) {
					err = fmt.Errorf("%w: line %d: %w", ErrFormat, line, err)
					yield(Record{}, err)
					return
				}
			}
			if !yield(rec, err) {
				return
			}
		}
	}
}

// fromXML reads the children of an item; the children of a child become "child_grandchild". Of an element that
// comes again the first counts.
func (rec *Record) fromXML(dec *xml.Decoder) error {
	var path []string
	var text strings.Builder
	seen := map[string]bool{}
	size := 0
	for {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(path) == 8 {
				return errors.New("elements are nested too deep")
			}
			path = append(path, t.Name.Local)
			text.Reset()
			for _, a := range t.Attr {
				if t.Name.Local == "link" && a.Name.Local == "href" {
					text.WriteString(a.Value) // Atom
				}
			}
		case xml.CharData:
			if size += len(t); size > maxRecord {
				return errors.New("an item is longer than 1 MiB")
			}
			text.Write(t)
		case xml.EndElement:
			if len(path) == 0 {
				return nil
			}
			name, value := strings.Join(path, "_"), strings.TrimSpace(text.String())
			if value != "" && !seen[name] && len(rec.Names) < maxFields {
				seen[name] = true
				rec.add(name, Cell{Text: value})
			}
			path = path[:len(path)-1]
			text.Reset()
		}
	}
}
