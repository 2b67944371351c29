package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// maxLine is how long a line of `explain --jsonl` may be, in bytes.
const maxLine = 16 << 20

// explanation is one sub-command of explain: it shows how one thing is read, and why. Q is the question as it
// stands on a line of JSON.
type explanation[Q any] struct {
	// use, short, long and example are cobra's; long follows short. args bounds the arguments of the use without --jsonl.
	use, short, long, example string
	args                      cobra.PositionalArgs
	// flags adds the flags of the use without --jsonl, and returns what makes a question of them.
	flags func(cmd *cobra.Command) func(args []string) (Q, error)
	// answer answers one question with a value whose JSON is an object. Its error goes to the user, or into
	// the line as "error".
	answer func(ctx context.Context, q Q) (any, error)
	// text, where set, prints an answer for people; else each field is a line.
	text func(w io.Writer, answer any) error
}

// explainers make the sub-commands of explain, each registered by its own file.
var explainers []func(*app) *cobra.Command

// registerExplain adds a sub-command to explain; it is called from init functions.
func registerExplain[Q any](e explanation[Q]) {
	explainers = append(explainers, e.command)
}

func init() { register(newExplain) }

func newExplain(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain",
		Short: "Show how one thing is read, and why",
		Example: `  pricegap explain price "€ 1.299,-" --locale nl
  pricegap explain price --jsonl - < prices.jsonl`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, e := range explainers {
		cmd.AddCommand(e(a))
	}
	return cmd
}

func (e explanation[Q]) command(a *app) *cobra.Command {
	var lines string
	var asJSON bool
	cmd := &cobra.Command{Use: e.use, Short: e.short, Example: e.example}
	if e.long != "" {
		cmd.Long = e.short + ".\n\n" + e.long
	}
	question := e.flags(cmd)
	cmd.Flags().StringVar(&lines, "jsonl", "", "answer a file of JSON objects, one a line; \"-\" is standard input")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if lines != "" {
			return cobra.NoArgs(cmd, args)
		}
		return e.args(cmd, args)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if lines != "" {
			return e.file(cmd.Context(), a, lines)
		}
		q, err := question(args)
		if err != nil {
			return usage(err)
		}
		answer, err := e.answer(cmd.Context(), q)
		if err != nil {
			return err
		}
		if asJSON {
			return printJSON(a.out, answer)
		}
		if e.text != nil {
			return e.text(a.out, answer)
		}
		return printFields(a.out, answer)
	}
	return cmd
}

// file answers the lines of a file, or of standard input.
func (e explanation[Q]) file(ctx context.Context, a *app, name string) error {
	in := a.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("explain: %w", err)
		}
		defer f.Close()
		in = f
	}
	w, lines, done := bufio.NewWriter(a.out), make(chan entry), make(chan struct{})
	defer close(done)
	go readLines(in, lines, done)
	for ctx.Err() == nil {
		var l entry
		select {
		case <-ctx.Done():
			continue
		case l = <-lines:
		}
		if errors.Is(l.err, io.EOF) {
			return w.Flush()
		}
		if l.err != nil && !errors.Is(l.err, errLongLine) {
			return errors.Join(fmt.Errorf("explain: %w", l.err), w.Flush())
		}
		if l.err != nil || len(bytes.TrimSpace(l.line)) > 0 {
			if _, err := w.Write(append(e.line(ctx, l.line, l.err), '\n')); err != nil {
				return fmt.Errorf("explain: %w", err)
			}
		}
		if !l.more { // nobody waits for an answer that is ready
			if err := w.Flush(); err != nil {
				return fmt.Errorf("explain: %w", err)
			}
		}
	}
	return errors.Join(context.Cause(ctx), w.Flush())
}

// entry is a line that was read, or why none was.
type entry struct {
	line []byte
	err  error
	more bool // the next one is there already, as a whole
}

// readLines reads lines until there are no more, or done is closed. Nobody waits for it: a read from standard input ends
// when somebody writes there, which may be never.
func readLines(in io.Reader, lines chan<- entry, done <-chan struct{}) {
	r := bufio.NewReaderSize(in, 64<<10)
	for {
		line, err := readLine(r)
		next, _ := r.Peek(r.Buffered()) // what is buffered is there
		select {
		case lines <- entry{line, err, bytes.IndexByte(next, '\n') >= 0}:
		case <-done:
			return
		}
		if err != nil && !errors.Is(err, errLongLine) {
			return
		}
	}
}

// line answers one line; problem is what went wrong before.
func (e explanation[Q]) line(ctx context.Context, line []byte, problem error) []byte {
	var head struct {
		ID json.RawMessage `json:"id"`
	}
	var q Q
	var answer any
	err := problem
	if err == nil {
		if err = json.Unmarshal(line, &head); err == nil {
			err = json.Unmarshal(line, &q)
		}
	}
	if err == nil {
		answer, err = e.answer(ctx, q)
	}
	if len(head.ID) == 0 {
		head.ID = json.RawMessage("null")
	}
	var body []byte
	if err == nil {
		body, err = json.Marshal(answer)
	}
	if err != nil {
		body, _ = json.Marshal(map[string]string{"error": printable(err.Error())}) // a map of strings always marshals
	}
	out := append([]byte(`{"id":`), head.ID...)
	if len(body) > 2 {
		out = append(out, ',')
	}
	return append(out, body[1:]...)
}

// errLongLine is returned by readLine for a line above maxLine; the rest of it is skipped.
var errLongLine = fmt.Errorf("the line is longer than %d MiB", maxLine>>20)

// readLine returns the next line without its end. Errors: io.EOF, errLongLine, what the reader gives.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if long = long || len(line)+len(part) > maxLine+1; !long {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (len(line) == 0 && !long || !errors.Is(err, io.EOF)):
			return nil, err
		case long:
			return nil, errLongLine
		}
		return bytes.TrimRight(line, "\r\n"), nil
	}
}

// printJSON prints v as one indented document.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// printFields prints the fields of v, in their order, as a table; what is unknown is a dash.
func printFields(w io.Writer, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if _, err := dec.Token(); err != nil {
		return err
	}
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
		fmt.Fprintf(tab, "%v\t%s\n", name, plainValue(value))
	}
	return tab.Flush()
}

func plainValue(value json.RawMessage) string {
	var s string
	switch {
	case string(value) == "null" || string(value) == `""`:
		return "-"
	case json.Unmarshal(value, &s) == nil:
		return printable(s)
	}
	return printable(string(value))
}
