package main

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	gotoken "go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"pricegap/crawler"
	"pricegap/market/link"
	"pricegap/market/money"
	"pricegap/parsers"
	"pricegap/parsers/known"
	"pricegap/parsers/price"
)

func init() { register(newNew) }

//go:embed template
var templates embed.FS

// module is the first line of the go.mod of our source tree.
const module = "module pricegap"

type newParserFlags struct {
	dir, locale, currency string
	files                 []string
}

func newNew(a *app) *cobra.Command {
	c := &cobra.Command{Use: "new", Short: "Write new parts into the source tree of pricegap", Example: "  pricegap new parser acme https://www.acme.example/p/1"}
	var f newParserFlags
	p := &cobra.Command{
		Use:   "parser NAME URL…",
		Short: "Write a site parser with its test pages into the source tree of pricegap",
		Long: `Write the parser of one shop into the source tree of pricegap that holds the working directory: parsers/NAME.go, which
reads what auto reads until you say more, and in parsers/testdata/NAME the product pages, what auto reads on each for you to
correct, and a small page that goes into the binary. ` + "`go test ./parsers`" + ` is green at once. Nothing is ever overwritten.

` + fetching,
		Example: `  pricegap new parser acme https://www.acme.example/p/1 https://www.acme.example/p/2
  pricegap new parser acme https://www.acme.example/p/1 --file saved.html.gz --locale nl-NL --currency EUR`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if n := len(f.files); n > 0 && n != len(args)-1 {
				return usage(fmt.Errorf("there are %d addresses and %d times --file: give a saved page for each address, in their order, or none", len(args)-1, n))
			}
			return a.newParser(cmd.Context(), args[0], args[1:], f)
		},
	}
	p.Flags().StringVar(&f.dir, "dir", ".", "a folder of the source tree, instead of the working directory")
	p.Flags().StringArrayVar(&f.files, "file", nil, "a saved copy of the page, perhaps .gz, instead of fetching it; once for each address")
	p.Flags().StringVar(&f.locale, "locale", "", "language of the pages, such as nl-NL (default: of the source, or of the host's country)")
	p.Flags().StringVar(&f.currency, "currency", "", "currency of the shop, such as EUR (default: of the source, or of the host's country)")
	c.AddCommand(p)
	return c
}

func (a *app) newParser(ctx context.Context, name string, urls []string, f newParserFlags) error {
	root, err := sourceTree(f.dir)
	if err != nil {
		return usage(err)
	}
	if err := freeName(filepath.Join(root, "parsers"), name); err != nil {
		return usage(err)
	}
	made := map[string][]byte{}
	v := &visits{a: a}
	var last known.Setting
	for i, u := range urls {
		q := pageQuestion{URL: u, Locale: f.locale, Currency: f.currency}
		if len(f.files) > 0 {
			q.File = f.files[i]
		}
		in, err := v.testPage(ctx, q)
		if err != nil {
			return err
		}
		last = known.Setting{
			URL: in.Page.URL, Role: in.Role, Language: in.Locale.Language, Currency: in.Locale.Currency, VAT: cmp.Or(in.VAT, money.VATIncluded),
		}
		page := known.Name(u)
		for n := 2; page == "known" || made[page+".in.json"] != nil; n++ {
			page = fmt.Sprintf("%s-%d", known.Name(u), n)
		}
		if err := addPage(made, page, last, in.Page.Body); err != nil {
			return err
		}
	}
	code, err := a.parserFiles(made, name, last)
	if err != nil {
		return err
	}
	return a.writeParser(root, name, code, made)
}

// parserFiles adds the page that goes into the binary, and returns the code of the parser.
func (a *app) parserFiles(made map[string][]byte, name string, set known.Setting) ([]byte, error) {
	t, err := template.ParseFS(templates, "template/*")
	if err != nil {
		return nil, err
	}
	var page, code bytes.Buffer
	host := link.Host(set.URL)
	err = errors.Join(t.ExecuteTemplate(&page, "known.page.html.tmpl", set),
		t.ExecuteTemplate(&code, "parser.go.tmpl", map[string]string{"Name": name, "Host": host}))
	if err != nil {
		return nil, err
	}
	set.URL = "https://" + name + ".example/p/klapkrat"
	if err := addPage(made, "known", set, page.Bytes()); err != nil {
		return nil, err
	}
	return format.Source(code.Bytes())
}

// testPage brings a product page. The error says why it is none: what is wrong with it as a whole, rather than with the
// reading of its price, would be no test of a parser.
func (v *visits) testPage(ctx context.Context, q pageQuestion) (parsers.Input, error) {
	in, _, err := v.inputOf(ctx, q)
	if fe, ok := errors.AsType[*crawler.FetchError](err); ok {
		err = fmt.Errorf("new parser: %w", fe)
	}
	if err != nil {
		return in, err
	}
	if in.Locale.Language == "" || in.Locale.Currency == price.Unnamed {
		return in, usage(fmt.Errorf("new parser: language or currency of %s are not known: say --locale and --currency", link.Redact(in.Page.URL)))
	}
	auto, err := parsers.New("auto", nil)
	if err != nil {
		return in, err
	}
	res, err := parsers.Read(auto, parsers.NewDoc(in))
	if err != nil {
		return in, fmt.Errorf("new parser: %s: %w", link.Redact(in.Page.URL), err)
	}
	if res.Failure != "" && res.Failure.Info().Phase != "read" {
		return in, fmt.Errorf("new parser: %s is no product page: %s: %s", link.Redact(in.Page.URL), res.Failure, res.Message)
	}
	return in, nil
}

// addPage adds a test page with what auto reads on it.
func addPage(made map[string][]byte, page string, set known.Setting, body []byte) error {
	said, err := set.Read("auto", body)
	if err != nil {
		return err
	}
	in, err := known.JSON(set)
	if err != nil {
		return err
	}
	want, err := known.JSON(said)
	made[page+".page.html"], made[page+".in.json"], made[page+".want.json"] = body, in, want
	return err
}

// writeParser writes the files; where one cannot be written, none stays.
func (a *app) writeParser(root, name string, code []byte, made map[string][]byte) (err error) {
	file, folder := filepath.Join(root, "parsers", name+".go"), filepath.Join(root, "parsers", "testdata", name)
	if err := os.Mkdir(folder, 0o755); err != nil {
		return fmt.Errorf("new parser: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("new parser: %w", errors.Join(err, os.RemoveAll(folder), os.Remove(file)))
		}
	}()
	for _, page := range slices.Sorted(maps.Keys(made)) {
		if err := os.WriteFile(filepath.Join(folder, page), made[page], 0o644); err != nil {
			return err
		}
		fmt.Fprintln(a.out, filepath.Join(folder, page))
	}
	if err := os.WriteFile(file, code, 0o644); err != nil {
		return err
	}
	fmt.Fprintln(a.out, file)
	fmt.Fprintf(a.err, "next, in %s: correct the .want.json, mend %sFields until `go test ./parsers` agrees, then `make generate`; docs/how-to/add-a-parser.md\n", root, name)
	return nil
}

// sourceTree is the folder at dir or above it that holds the source tree of pricegap.
func sourceTree(dir string) (string, error) {
	at, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		mod, err := os.ReadFile(filepath.Join(at, "go.mod"))
		if line, _, _ := strings.Cut(string(mod), "\n"); err == nil && strings.TrimSpace(line) == module {
			return at, nil
		}
		up := filepath.Dir(at)
		if up == at {
			return "", fmt.Errorf("new parser: no source tree of pricegap holds %s: run it in one, or name one with --dir", dir)
		}
		at = up
	}
}

// predeclared are the names that Go declares itself, by its specification; a test holds them to go/types, which is too
// large to be in the binary for them alone.
var predeclared = strings.Fields(`any append bool byte cap clear close comparable complex complex128 complex64 copy delete error
	false float32 float64 imag int int16 int32 int64 int8 iota len make max min new nil panic print println real recover rune
	string true uint uint16 uint32 uint64 uint8 uintptr`)

var parserName = regexp.MustCompile(`^[a-z][a-z0-9]{1,30}$`)

// freeName reports why a parser in the package at dir cannot be called name, which becomes a type, a file and a folder.
func freeName(dir, name string) error {
	taken := func(by string) error { return fmt.Errorf("new parser: the name %q is taken by %s", name, by) }
	switch {
	case !parserName.MatchString(name):
		return fmt.Errorf("new parser: the name %q is not made of 2 to 31 lower-case letters and digits", name)
	case gotoken.IsKeyword(name), slices.Contains(predeclared, name), name == "fuzz":
		return taken("Go")
	}
	for _, path := range []string{filepath.Join(dir, name+".go"), filepath.Join(dir, "testdata", name)} {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return taken(path)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		return errors.Join(fmt.Errorf("new parser: there is no package in %s", dir), err)
	}
	for _, path := range files {
		f, err := parser.ParseFile(gotoken.NewFileSet(), path, nil, 0)
		if err != nil {
			return fmt.Errorf("new parser: %w", err)
		}
		if slices.Contains(namesOf(f), name) || slices.Contains(namesOf(f), name+"Fields") {
			return taken(path)
		}
	}
	return nil
}

// namesOf are the names that a file declares or imports at its top.
func namesOf(f *ast.File) []string {
	var out []string
	for _, i := range f.Imports {
		path := strings.Trim(i.Path.Value, `"`)
		out = append(out, path[strings.LastIndexByte(path, '/')+1:])
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				out = append(out, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					out = append(out, s.Name.Name)
				case *ast.ValueSpec:
					for _, n := range s.Names {
						out = append(out, n.Name)
					}
				}
			}
		}
	}
	return out
}
