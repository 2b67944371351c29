package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestChoices: a flag that takes one of some words names them where it is given another one, and that is wrong use.
func TestChoices(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"quality list --reason nosuch", "it is one of zero, negative, "},
		{"quality accept --source them --reason nosuch", "it is one of zero, negative, "},
		{"quality reject --source them --reason nosuch", "it is one of zero, negative, "},
		{"compare --basis street", "it is one of shelf, delivered\n"},
		{"ask 1 --basis street", "it is one of shelf, delivered\n"},
		{"ask 1 --language fr", "it is one of nl, en\n"},
		{"history 1 --language fr-BE", "it is one of nl, en\n"},
		{"history 1 --height -1", "it is 0 or more\n"},
		{"export prices.xlsx --language fr", "it is one of nl, en\n"},
		{"export --format doc", "it is one of csv, csv-nl, "},
		{"export history --format doc", "it is one of csv, csv-nl, "},
		{"match list --decision perhaps", "it is one of accept, review, reject\n"},
		{"alerts silence add --source them --for 4h", "required flag(s) \"reason\" not set\n"},
	} {
		var out, errs bytes.Buffer
		code := run(strings.Fields(tt.args), strings.NewReader(""), &out, &errs)
		if code != exitUsage || !strings.Contains(errs.String(), tt.want) || out.Len() > 0 {
			t.Errorf("%s: exit %d, %q%q; want %d, %q", tt.args, code, out.String(), errs.String(), exitUsage, tt.want)
		}
	}
}
