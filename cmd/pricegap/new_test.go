package main

import (
	"bytes"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pricegap/market"
)

// treeOf is a copy of what parsers need of our source tree.
func treeOf(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, part := range []string{"market", "parsers"} {
		if err := os.CopyFS(filepath.Join(root, part), os.DirFS(filepath.Join("../..", part))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		if err := os.WriteFile(filepath.Join(root, file), []byte(read(t, filepath.Join("../..", file))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// command is the command line in this process.
func command(args ...string) (out, errs string, code int) {
	var o, e bytes.Buffer
	code = (&app{in: strings.NewReader(""), out: &o, err: &e, clock: market.WallClock}).run(args)
	return o.String(), e.String(), code
}

// files are the paths below a folder.
func files(t *testing.T, folder string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range found {
		found[i] = filepath.Base(f)
	}
	return found
}

// TestNewParser writes a parser with pages that were fetched and pages that were saved into a copy of our source tree, where
// the tests are green at once. Then its author says more, and says it wrongly.
func TestNewParser(t *testing.T) {
	k, root := newKratwerk(t), treeOf(t)
	t.Chdir(filepath.Join(root, "parsers", "testdata")) // anywhere in the tree
	configuration := filepath.Join(k.dir, "sources.yaml")
	out, errs, code := command("--config", configuration, "new", "parser", "kratwerk", "http://kratwerk.example/p/krat-1", "http://kratwerk.example/p/krat-2")
	if code != exitDone || !strings.Contains(out, filepath.Join(root, "parsers", "kratwerk.go")) {
		t.Fatalf("exit code %d\n%s%s", code, out, errs)
	}
	k.says(errs, "go test ./parsers", "make generate")
	if asked := k.now(func() {}); asked != 2 {
		t.Errorf("%d pages were asked for", asked)
	}
	folder := filepath.Join(root, "parsers", "testdata", "kratwerk")
	if got, want := strings.Join(files(t, folder), " "), "known.in.json known.page.html known.want.json krat-1.in.json krat-1.page.html krat-1.want.json krat-2.in.json krat-2.page.html krat-2.want.json"; got != want {
		t.Errorf("written: %s", got)
	}
	k.says(read(t, filepath.Join(folder, "krat-1.want.json")), `"price": "14.95 EUR"`, `"reader": "json-ld"`)

	saved, dir := filepath.Join(t.TempDir(), "p.html"), filepath.Join(root, "market")
	if err := os.WriteFile(saved, []byte(`<html lang="en"><title>Crate</title><h1>Crate</h1><p>Our crates are made of beech, and last.</p><b class="ask">? 12</b>`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	args := []string{
		"new", "parser", "crates", "https://crates.example/p/known", "https://crates.example/other/known", "--file", saved, "--file", saved,
		"--locale", "en-GB", "--currency", "GBP", "--dir", dir,
	}
	if out, errs, code := command(args...); code != exitDone {
		t.Fatalf("exit code %d\n%s%s", code, out, errs)
	}
	folder = filepath.Join(root, "parsers", "testdata", "crates")
	k.says(read(t, filepath.Join(folder, "known-2.in.json")), `"currency": "GBP"`, `"language": "en-GB"`)
	k.says(read(t, filepath.Join(folder, "known-3.want.json")), `"failure": "price_missing"`)
	k.says(read(t, filepath.Join(folder, "known.want.json")), `"price": "14.95 GBP"`)

	tests := func() (string, error) {
		cmd := exec.CommandContext(t.Context(), "go", "test", "-trimpath", "-run", "TestPages|TestCheck", "./parsers", "./parsers/known")
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := tests(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	source := filepath.Join(root, "parsers", "crates.go")
	code2 := strings.Replace(read(t, source), "}{}\n", "}{{market.FieldBrand, \"h1\"}}\n", 1)
	if err := os.WriteFile(source, []byte(code2), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := tests()
	if err == nil {
		t.Errorf("what is read otherwise is not found:\n%s", out)
	}
	k.says(out, "FAIL: TestPages/crates/known", `"brand": "Klapkrat 32 l"`, "parser_self_test: parser crates: known page: brand moved: kept Kratwerk (json-ld script 1: brand), read Klapkrat 32 l (crates h1)")
}

// TestNewParserRefuses: what cannot be a parser, or is no test of one, leaves nothing behind.
func TestNewParserRefuses(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "parsers", "testdata", "oldshop"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"go.mod": "module pricegap\n\ngo 1.26\n", "parsers/doc.go": "package parsers\n\nimport \"example.org/goquery\"\n\ntype listing struct{}\n\nvar limit, acmeFields = goquery.Max, 1\n\nfunc fail() {}\n",
		"captcha.html": `<html><title>Just a moment...</title><body><div id="challenge-running"></div><script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></body></html>`,
		"page.html":    `<html lang="nl"><title>Krat</title><h1>Krat</h1><p>Een krat van beukenhout, voor in de schuur.</p></html>`,
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	page, captcha := filepath.Join(root, "page.html"), filepath.Join(root, "captcha.html")
	nl := []string{"--locale", "nl-NL", "--currency", "EUR"}
	for _, tt := range []struct {
		dir, name, file string
		more            []string
		code            int
		want            string
	}{
		{t.TempDir(), "krat", page, nl, exitUsage, "no source tree of pricegap"},
		{root, "Krat", page, nl, exitUsage, "lower-case letters"},
		{root, "krat-werk", page, nl, exitUsage, "lower-case letters"},
		{root, "../krat", page, nl, exitUsage, "lower-case letters"},
		{root, "func", page, nl, exitUsage, "taken by Go"},
		{root, "string", page, nl, exitUsage, "taken by Go"},
		{root, "fuzz", page, nl, exitUsage, "taken by"},
		{root, "doc", page, nl, exitUsage, "taken by"},
		{root, "oldshop", page, nl, exitUsage, "taken by"},
		{root, "listing", page, nl, exitUsage, "taken by"},
		{root, "limit", page, nl, exitUsage, "taken by"},
		{root, "fail", page, nl, exitUsage, "taken by"},
		{root, "goquery", page, nl, exitUsage, "taken by"},
		{root, "acme", page, nl, exitUsage, "taken by"},
		{root, "krat", page, nil, exitUsage, "say --locale and --currency"},
		{root, "krat", page, []string{"--file", page}, exitUsage, "1 addresses and 2 times --file"},
		{root, "krat", captcha, nl, exitFailed, "is no product page: blocked_"},
		{root, "krat", filepath.Join(root, "nowhere.html"), nl, exitFailed, "nowhere.html"},
	} {
		args := append([]string{"new", "parser", tt.name, "https://krat.example/p/1", "--dir", tt.dir, "--file", tt.file}, tt.more...)
		if out, errs, code := command(args...); code != tt.code || !strings.Contains(errs, tt.want) {
			t.Errorf("%s %q: exit code %d, want %d and %q\n%s%s", tt.name, tt.more, code, tt.code, tt.want, out, errs)
		}
	}
	if got := strings.Join(files(t, filepath.Join(root, "parsers")), " ") + " " + strings.Join(files(t, filepath.Join(root, "parsers", "testdata")), " "); got != "doc.go testdata oldshop" {
		t.Errorf("left behind: %s", got)
	}
}

// No parser is called what Go calls something of its own.
func TestPredeclared(t *testing.T) {
	if got, want := slices.Sorted(slices.Values(predeclared)), types.Universe.Names(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
