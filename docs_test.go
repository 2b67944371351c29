package pricegap_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pricegap/alerts/rule"
	"pricegap/compare/export"
	"pricegap/market"
)

var update = flag.Bool("update", false, "rewrite docs/reference/failures.md")

// TestDocs checks what README.md, docs/ and .github/ claim: links lead somewhere, paths named in code exist, and every
// `pricegap …` that is shown is a command with those flags.
func TestDocs(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "pricegap")
	if out, err := exec.Command("go", "build", "-o", bin, "./cmd/pricegap").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	help := map[string]string{}
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range links(string(text)) {
			if p := l.problem(page); p != "" {
				t.Errorf("%s links to %s#%s, %s", page, l.path, l.heading, p)
			}
		}
		for _, path := range paths(string(text)) {
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s names %s, which does not exist", page, path)
			}
		}
		for _, c := range shown(string(text)) {
			if problem := c.check(bin, help); problem != "" {
				t.Errorf("%s shows `%s`: %s", page, c.line, problem)
			}
		}
	}
}

func pages(t *testing.T) []string {
	t.Helper()
	out := []string{"README.md", "CHANGELOG.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md"}
	err := filepath.WalkDir("docs", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".md") {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var linkRE = regexp.MustCompile(`\]\(([^)#\s]+)(?:#([^)]*))?\)`)

// link is the relative target of a markdown link: a path, and perhaps a heading there.
type link struct{ path, heading string }

func links(text string) []link {
	var out []link
	for _, m := range linkRE.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(m[1], "://") && !strings.HasPrefix(m[1], "mailto:") {
			out = append(out, link{m[1], m[2]})
		}
	}
	return out
}

// problem says why a link on that page leads nowhere, "" when it does not.
func (l link) problem(page string) string {
	target := filepath.Join(filepath.Dir(page), l.path)
	if _, err := os.Stat(target); err != nil {
		return "which does not exist"
	}
	if l.heading == "" {
		return ""
	}
	text, err := os.ReadFile(target)
	if err != nil {
		return err.Error()
	}
	for _, line := range strings.Split(string(text), "\n") {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") &&
			strings.ReplaceAll(strings.ToLower(title), " ", "-") == l.heading {
			return ""
		}
	}
	return "which has no such heading"
}

var pathRE = regexp.MustCompile("`((?:market|parsers|quality|match|compare|crawler|store|alerts|watch|web|cmd|docs|bench|\\.ci)/[a-zA-Z0-9_./-]*)`")

// paths are the files and folders of the project that are named in code. A name that only an example makes
// (acme) is none.
func paths(text string) []string {
	var out []string
	for _, m := range pathRE.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(m[1], "acme") {
			out = append(out, m[1])
		}
	}
	return out
}

// command is one use of pricegap as a page shows it.
type command struct {
	line  string
	words []string
	flags []string
}

var commandRE = regexp.MustCompile("(?m)(?:^\\s*(?:\\$ )?|`)(?:go run \\./cmd/pricegap|(?:bin/)?pricegap) ([^`\n#|<>]+)")

// shown are the commands in code spans and at the start of lines in code blocks.
func shown(text string) []command {
	var out []command
	for _, m := range commandRE.FindAllStringSubmatch(codeOnly(text), -1) {
		c := command{line: strings.TrimSpace(m[0])}
		for _, f := range strings.Fields(m[1]) {
			switch {
			case strings.HasPrefix(f, "--"):
				name, _, _ := strings.Cut(f, "=")
				c.flags = append(c.flags, name)
			case len(c.flags) == 0:
				c.words = append(c.words, f)
			}
		}
		out = append(out, c)
	}
	return out
}

// codeOnly keeps code blocks and code spans.
func codeOnly(text string) string {
	var out []string
	fenced := false
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
			continue
		}
		if fenced {
			out = append(out, line)
			continue
		}
		for i, part := range strings.Split(line, "`") {
			if i%2 == 1 {
				out = append(out, "`"+part)
			}
		}
	}
	return strings.Join(out, "\n")
}

// check asks the binary for help on the longest run of words that it knows. A command that only an example makes
// (acme) is none.
func (c command) check(bin string, help map[string]string) string {
	words := c.words
	if len(words) > 0 && words[0] == "acme" {
		return ""
	}
	for i, w := range words {
		if !regexp.MustCompile(`^[a-z][a-z-]*$`).MatchString(w) {
			words = words[:i]
			break
		}
	}
	if len(words) == 0 {
		return "" // flags of the root only
	}
	for n := min(len(words), 3); n > 0; n-- {
		key := strings.Join(words[:n], " ")
		text, ok := help[key]
		if !ok {
			out, err := exec.Command(bin, append(slices.Clone(words[:n]), "--help")...).CombinedOutput()
			if err != nil || !strings.Contains(string(out), "pricegap "+key) {
				help[key] = ""
				continue
			}
			text = string(out)
			help[key] = text
		}
		if text == "" {
			continue
		}
		for _, f := range c.flags {
			if !strings.Contains(text, f) {
				return "no flag " + f
			}
		}
		return ""
	}
	return "no such command"
}

const failuresHead = `# Failures

Everything that can go wrong with a page has one code. Runs count them, ` + "`pricegap source doctor`" + ` explains those of the
last run and says what to do. A failure is never an offer, and never "out of stock". The names are kept for good: codes may
be added, and not every one is told apart yet. Made from ` + "`market/failure.go`" + ` by ` + "`go test . -run TestDocs -update`" + `.

Again: *yes*, at most three tries in one run; *wait*, not before the time that belongs to the failure; *no*, not in this
run.

| code | phase | again | meaning |
|---|---|---|---|
`

// TestDocsFailures holds the page of failures to the table in market/failure.go.
func TestDocsFailures(t *testing.T) {
	const page = "docs/reference/failures.md"
	got := failuresHead
	for _, k := range failureKinds(t) {
		i := k.Info()
		if i.Phase == "" || i.Retry == "" || i.Meaning == "" {
			t.Errorf("%s is not in the table", k)
		}
		got += fmt.Sprintf("| `%s` | %s | %s | %s |\n", k, i.Phase, i.Retry, i.Meaning)
	}
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s is out of date; run go test . -run TestDocs -update (-want +got):\n%s", page, d)
	}
}

// failureKinds reads the codes in the order of their source.
func failureKinds(t *testing.T) []market.FailureKind {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "market/failure.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []market.FailureKind
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, "Fail") {
			return true
		}
		if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
			code, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, market.FailureKind(code))
		}
		return true
	})
	if len(out) < 40 {
		t.Fatalf("only %d codes found", len(out))
	}
	return out
}

// TestDocsPackages holds the page of the architecture to the packages that there are.
func TestDocsPackages(t *testing.T) {
	text, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range imports {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("docs/architecture.md does not name the package `%s`", name)
		}
	}
}

var rowRE = regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\|")

// TestDocsColumns holds the page of columns to those that export writes: each once, in their order.
func TestDocsColumns(t *testing.T) {
	text, err := os.ReadFile("docs/reference/export.md")
	if err != nil {
		t.Fatal(err)
	}
	comparison, history, ok := strings.Cut(string(text), "\n## History")
	if !ok {
		t.Fatal("no part called History")
	}
	for _, x := range []struct {
		name, text string
		want       []string
	}{{"comparison", comparison, export.Columns()}, {"history", history, export.HistoryColumns()}} {
		var got []string
		_, table, _ := strings.Cut(x.text, "| column |")
		for _, m := range rowRE.FindAllStringSubmatch(table, -1) {
			got = append(got, m[1])
		}
		if d := cmp.Diff(x.want, got); d != "" {
			t.Errorf("columns of the %s (-want +got):\n%s", x.name, d)
		}
	}
}

// TestDocsWebhook holds what is written for receivers of the webhook against what is sent: every fact is named, and every kind of rule.
func TestDocsWebhook(t *testing.T) {
	for page, words := range map[string][]string{
		"docs/how-to/use-the-webhook.md": slices.Concat(
			fields(reflect.TypeFor[market.Facts]()), fields(reflect.TypeFor[market.Side]()), fields(reflect.TypeFor[market.Advantage]()), fields(reflect.TypeFor[market.Verdict]())),
		"docs/how-to/choose-alert-rules.md": rule.Kinds(),
	} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if !strings.Contains(string(text), "`"+w+"`") {
				t.Errorf("%s does not say what `%s` is", page, w)
			}
		}
	}
}

// fields are the names of a struct's fields in JSON.
func fields(of reflect.Type) (names []string) {
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
