package pricegap_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDocs checks what README.md and docs/ claim: links lead somewhere, paths named in code exist, and every
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
		for _, link := range links(string(text)) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), link)); err != nil {
				t.Errorf("%s links to %s, which does not exist", page, link)
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
	out := []string{"README.md"}
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

var linkRE = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)

// links are the relative targets of markdown links.
func links(text string) []string {
	var out []string
	for _, m := range linkRE.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(m[1], "://") && !strings.HasPrefix(m[1], "mailto:") {
			out = append(out, m[1])
		}
	}
	return out
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

// check asks the binary for help on the longest run of words that it knows.
func (c command) check(bin string, help map[string]string) string {
	words := c.words
	for i, w := range words {
		if !regexp.MustCompile(`^[a-z][a-z-]*$`).MatchString(w) {
			words = words[:i]
			break
		}
	}
	if len(words) == 0 {
		return "" // flags of the root only
	}
	for n := min(len(words), 2); n > 0; n-- {
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
