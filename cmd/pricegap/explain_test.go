package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
)

// explainRun runs pricegap and returns the exit code and what was printed.
func explainRun(in string, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = run(append([]string{"explain"}, args...), strings.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

func TestExplainLines(t *testing.T) {
	tests := []struct{ what, in, want string }{
		{
			"price", `{"id":1,"text":"€ 1.299,-","locale":"nl"}
{"id":"two","text":"5","currency":"Prijs in EUR","unknown":true}
not json
{"id":4,"text":7}

{"text":"van 20 voor 10","locale":"nl","currency":"€"}
{"id":6,"text":"bespaar € 300"}`,
			`{"id":1,"kind":"current","amount":"1299","currency":"EUR","symbol":"€"}
{"id":"two","kind":"current","amount":"5","currency":"EUR","symbol":"EUR"}
{"id":null,"error":"invalid character 'o' in literal null (expecting 'u')"}
{"id":4,"error":"json: cannot unmarshal number into Go struct field priceQuestion.text of type string"}
{"id":null,"kind":"current","amount":"10","currency":"EUR","symbol":"€","reference":"20.00","candidates":[{"kind":"reference","amount":"20","currency":"EUR"}]}
{"id":6,"kind":"saving","amount":null,"currency":"EUR","symbol":"€","candidates":[{"kind":"saving","amount":"300","currency":"EUR"}]}
`,
		},
		{
			"gtin", `{"id":1,"text":"EAN: 8712345678906"}
{"id":2,"text":"8712345678901"}
{"id":3,"text":"0378-5955"}
{"id":4,"text":"2000000123455"}`,
			`{"id":1,"gtin14":"08712345678906","kind":"gtin13","valid":true,"restricted":false}
{"id":2,"gtin14":null,"kind":null,"valid":false,"restricted":false}
{"id":3,"gtin14":null,"kind":"issn","valid":true,"restricted":true}
{"id":4,"gtin14":"02000000123455","kind":"gtin13","valid":true,"restricted":true}
`,
		},
		{
			"url", `{"id":1,"url":"/p/1?utm_source=x#top","base":"https://shop.example/a"}
{"id":2,"url":"javascript:alert(1)"}`,
			`{"id":1,"url":"https://shop.example/p/1"}
{"id":2,"error":"link: not a web address: its scheme is not http or https"}
`,
		},
	}
	for _, tt := range tests {
		code, out, errs := explainRun(tt.in, tt.what, "--jsonl", "-")
		if code != exitDone || errs != "" {
			t.Errorf("%s: exit code %d, %s", tt.what, code, errs)
		}
		if d := cmp.Diff(tt.want, out); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.what, d)
		}
	}
}

func TestExplainLongLine(t *testing.T) {
	in := `{"id":1,"text":"` + strings.Repeat("x", maxLine) + "\"}\n" + `{"id":2,"text":"€ 5"}` + "\n" + `{"id":3,"text":"` + strings.Repeat(" ", maxLine-100) + "\"}\n"
	code, out, errs := explainRun(in, "price", "--jsonl", "-")
	want := `{"id":null,"error":"the line is longer than 16 MiB"}
{"id":2,"kind":"current","amount":"5","currency":"EUR","symbol":"€"}
{"id":3,"kind":"none","amount":null,"currency":null,"symbol":null}
`
	if d := cmp.Diff(want, out); d != "" || code != exitDone {
		t.Errorf("exit code %d, %s (-want +got):\n%s", code, errs, d)
	}
}

func TestExplainOne(t *testing.T) {
	tests := []struct {
		args []string
		code int
		want string
	}{
		{[]string{"price", "€ 1.299,-", "--locale", "nl"}, exitDone, "kind      current\namount    1299\ncurrency  EUR\nsymbol    €\n"},
		{[]string{"price", "op aanvraag"}, exitDone, "kind      none\namount    -\ncurrency  -\nsymbol    -\n"},
		{[]string{"gtin", "8712345678906", "--json"}, exitDone, "{\n  \"gtin14\": \"08712345678906\",\n  \"kind\": \"gtin13\",\n  \"valid\": true,\n  \"restricted\": false\n}\n"},
		{[]string{"url", "https://shop.example/p?b=1&a=2"}, exitDone, "url  https://shop.example/p?a=2&b=1\n"},
		{[]string{"url", "mailto:a@shop.example"}, exitFailed, ""},
		{[]string{"price"}, exitUsage, ""},
		{[]string{"price", "5", "--jsonl", "-"}, exitUsage, ""},
		{[]string{"price", "5", "--nonsense"}, exitUsage, ""},
		{[]string{"price", "--jsonl", "no-such-file"}, exitFailed, ""},
	}
	for _, tt := range tests {
		code, out, errs := explainRun("", tt.args...)
		if code != tt.code || out != tt.want || (code == exitDone) != (errs == "") {
			t.Errorf("explain %q: exit code %d\n%s%s", tt.args, code, out, errs)
		}
	}
}

// asking tells of each read before it waits for it.
type asking struct {
	io.Reader
	reads chan struct{}
}

func (a asking) Read(p []byte) (int, error) {
	a.reads <- struct{}{}
	return a.Reader.Read(p)
}

// TestExplainStops: an answer does not wait for the next line, and a signal ends explain although nobody closes its
// standard input.
func TestExplainStops(t *testing.T) {
	in, question := io.Pipe()
	defer in.Close()
	answers, out := io.Pipe()
	ctx, stop := context.WithCancelCause(t.Context())
	var errs bytes.Buffer
	reads, code := make(chan struct{}, 10), make(chan int, 1)
	go func() {
		a := &app{in: asking{in, reads}, out: out, err: &errs, clock: market.WallClock}
		root := newRoot(a)
		root.SetArgs([]string{"explain", "price", "--jsonl", "-"})
		code <- a.exit(ctx, root.ExecuteContext(ctx))
	}()
	if _, err := question.Write([]byte(`{"id":1,"text":"€ 5"}` + "\n\n" + `{"id":2`)); err != nil { // a blank line and half a line
		t.Fatal(err)
	}
	got, err := bufio.NewReader(answers).ReadString('\n')
	if want := `{"id":1,"kind":"current","amount":"5","currency":"EUR","symbol":"€"}` + "\n"; err != nil || got != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	<-reads
	<-reads // now it waits for the second line
	stop(errSignal{os.Interrupt})
	select {
	case got := <-code:
		if got != exitInterrupted {
			t.Errorf("exit code %d, want %d\n%s", got, exitInterrupted, &errs)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for a line that nobody writes")
	}
}
