package robots

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode/utf16"
)

// vector is a row of testdata/vectors.jsonl: a file, an address, and what must come of them.
type vector struct {
	ID string `json:"id"`
	// Rule says what decides: a section of RFC 9309, Google's published matcher, or a choice of our own.
	Rule   string `json:"rule"`
	Robots string `json:"robots"`
	// As is the encoding of the file where it is not UTF-8.
	As string `json:"as"`
	// Pad stands Times times in place of {pad}, in file and address.
	Pad   string `json:"pad"`
	Times int    `json:"times"`
	Agent string `json:"agent"` // "pricegap" where there is none
	URL   string `json:"url"`

	Allowed bool    `json:"allowed"`
	By      *string `json:"by"` // the line that decides, "" for none
	// Delay is asked for where the row has it; "none" is that the file states none.
	Delay string `json:"delay"`
}

func (v vector) body() []byte {
	s := strings.ReplaceAll(v.Robots, "{pad}", strings.Repeat(v.Pad, v.Times))
	encoding, bare := strings.CutSuffix(v.As, "-bare")
	if encoding == "latin1" {
		var b []byte
		for _, r := range s {
			b = append(b, byte(r))
		}
		return b
	}
	if encoding == "" {
		return []byte(s)
	}
	if !bare {
		s = "\ufeff" + s
	}
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if encoding == "utf16be" {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return b
}

func vectors(t testing.TB) []vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var out []vector
	for s := bufio.NewScanner(bytes.NewReader(raw)); s.Scan(); {
		d := json.NewDecoder(bytes.NewReader(s.Bytes()))
		d.DisallowUnknownFields()
		var v vector
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%s: %v", s.Text(), err)
		}
		out = append(out, v)
	}
	return out
}

// TestVectors is promise CR1: every row of the table, which has at least 250.
func TestVectors(t *testing.T) {
	rows := vectors(t)
	if len(rows) < 250 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, v := range rows {
		agent := v.Agent
		if agent == "" {
			agent = "pricegap"
		}
		f := Parse(v.body(), agent)
		ok, by := f.Allowed(strings.ReplaceAll(v.URL, "{pad}", strings.Repeat(v.Pad, v.Times)))
		if ok != v.Allowed || v.By != nil && by != *v.By {
			t.Errorf("%s: %s\n%.200q\n%.100s is %v by %q", v.ID, v.Rule, v.Robots, v.URL, ok, by)
		}
		delay := "none"
		if d, stated := f.Delay(); stated {
			delay = d.String()
		}
		if v.Delay != "" && delay != v.Delay {
			t.Errorf("%s: %s\n%.200q\nthe delay is %s", v.ID, v.Rule, v.Robots, delay)
		}
	}
}
