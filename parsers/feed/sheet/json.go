package sheet

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"slices"
)

// jsonRecords reads one JSON object a line; an object inside it is flattened with "_".
func jsonRecords(r *bufio.Reader) iter.Seq2[Record, error] {
	l := &lines{r: r}
	return func(yield func(Record, error) bool) {
		for {
			text, err := l.read()
			switch {
			case errors.Is(err, io.EOF):
				return
			case errors.Is(err, errLongLine):
				err = BadRow{l.n, err.Error()}
			case err != nil:
				yield(Record{}, err)
				return
			case len(bytes.TrimSpace(text)) == 0:
				continue
			}
			if !yield(Record{Line: l.n, Loose: true, Raw: bytes.Clone(text), folded: true}, err) {
				return
			}
		}
	}
}

// Open reads the columns of a record. Of a line of JSONL they are not known before; else it does nothing. Errors: BadRow.
func (rec *Record) Open() error {
	if !rec.folded {
		return nil
	}
	rec.folded = false
	return rec.fromJSON(rec.Raw)
}

func (rec *Record) fromJSON(text []byte) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var object map[string]any
	if err := dec.Decode(&object); err != nil {
		return BadRow{rec.Line, "it is not a JSON object"}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return BadRow{rec.Line, "something follows the JSON object"}
	}
	rec.Raw = text
	rec.flatten("", object, 0)
	if len(rec.Names) > maxFields {
		return BadRow{rec.Line, "it has too many fields"}
	}
	return nil
}

func (rec *Record) flatten(prefix string, object map[string]any, depth int) {
	names := make([]string, 0, len(object))
	for n := range object {
		names = append(names, n)
	}
	slices.Sort(names) // the same file is read the same way each time
	for _, n := range names {
		switch v := object[n].(type) {
		case string:
			rec.add(prefix+n, Cell{Text: v})
		case json.Number:
			rec.add(prefix+n, Cell{v.String(), true})
		case bool:
			rec.add(prefix+n, Cell{Text: map[bool]string{true: "yes", false: "no"}[v]})
		case map[string]any:
			if depth < 3 {
				rec.flatten(prefix+n+"_", v, depth+1)
			}
		}
	}
}

func (rec *Record) add(name string, c Cell) {
	rec.Names = append(rec.Names, name)
	rec.Cells = append(rec.Cells, c)
}
