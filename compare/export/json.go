package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"time"

	"pricegap/market"
)

func init() {
	register("json", func(w io.Writer) encoder {
		return &jsonEncoder{w: bufio.NewWriterSize(w, 1<<16), open: "[\n", between: ",\n", end: "\n]\n"}
	})
	register("jsonl", func(w io.Writer) encoder {
		return &jsonEncoder{w: bufio.NewWriterSize(w, 1<<16), between: "\n", end: "\n"}
	})
}

// jsonEncoder writes one object a row with the columns as keys, in order: as an array, or one a line. Numbers
// are decimals as exact as they are known, what is not known is null.
type jsonEncoder struct {
	w                  *bufio.Writer
	open, between, end string
	keys               [][]byte
	line               []byte
	rows               int
	scratch            bytes.Buffer
	// last is the newest observation that did not repeat the one before, in JSON ids and what around its moment and run.
	last      *market.Observation
	ids, what []byte
}

func (e *jsonEncoder) head(cols []heading) error {
	for _, c := range cols {
		e.keys = append(e.keys, append(e.quote(nil, c.name), ':'))
	}
	_, err := e.w.WriteString(e.open)
	return err
}

// quote appends s as a JSON string.
func (e *jsonEncoder) quote(b []byte, s string) []byte {
	e.scratch.Reset()
	enc := json.NewEncoder(&e.scratch)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil { // a string never fails
		return append(b, `""`...)
	}
	return append(b, bytes.TrimSuffix(e.scratch.Bytes(), []byte("\n"))...)
}

func (e *jsonEncoder) row(cells []cell) error {
	e.line = append(e.line[:0], '{')
	for i, c := range cells {
		if i > 0 {
			e.line = append(e.line, ',')
		}
		e.line = append(e.line, e.keys[i]...)
		switch c.kind {
		case text:
			e.line = e.quote(e.line, c.s)
		case number:
			e.line = appendNumber(e.line, c, '.')
		case moment:
			e.line = append(c.at.AppendFormat(append(e.line, '"'), time.RFC3339), '"')
		default:
			e.line = append(e.line, "null"...)
		}
	}
	e.line = append(e.line, '}')
	return e.write(e.line)
}

func (e *jsonEncoder) write(b []byte) error {
	if e.rows > 0 {
		if _, err := e.w.WriteString(e.between); err != nil {
			return err
		}
	}
	e.rows++
	_, err := e.w.Write(b)
	return err
}

// observation implements observer: the observation whole, as json.Marshal has it and `import observations` reads it. Most
// observations repeat the one before: what they share is written once and copied.
func (e *jsonEncoder) observation(o market.Observation) error {
	if e.last == nil || !o.Repeats(e.last) {
		ids, err := json.Marshal(struct {
			Source  market.SourceID  `json:"source"`
			Listing market.ListingID `json:"listing"`
		}{o.Source, o.Listing})
		if err != nil {
			return err
		}
		what, err := json.Marshal(struct {
			Page   string       `json:"page,omitzero"`
			Offer  market.Offer `json:"offer"`
			Parser string       `json:"parser,omitzero"`
			Body   string       `json:"body,omitzero"`
			Trust  market.Trust `json:"trust"`
		}{o.Page, o.Offer, o.Parser, o.Body, o.Trust})
		if err != nil {
			return err
		}
		e.last, e.ids, e.what = &o, ids[:len(ids)-1], what[1:]
	}
	e.line = append(append(e.line[:0], e.ids...), `,"seen_at":"`...)
	e.line = append(o.SeenAt.AppendFormat(e.line, time.RFC3339Nano), '"')
	if o.Run != "" {
		run, err := json.Marshal(o.Run)
		if err != nil {
			return err
		}
		e.line = append(append(e.line, `,"run":`...), run...)
	}
	return e.write(append(append(e.line, ','), e.what...))
}

func (e *jsonEncoder) close() error {
	end := e.end
	if e.rows == 0 && e.open == "" {
		end = "" // no rows, no lines
	}
	if _, err := e.w.WriteString(end); err != nil {
		return err
	}
	return e.w.Flush()
}
