// Package pricegap_test holds the architecture: which package may import which, which library stands
// where, how large a file may grow. docs/architecture.md says why.
package pricegap_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// imports is the table: for each package of ours the packages of ours that it may import. A package that is
// not in the table fails, and so does an import that is not.
var imports = map[string][]string{
	// layer 0: the words
	"market":               {"market/money", "market/link"},
	"market/money":         {"market/money/printed", "market/lexicon"},
	"market/lexicon":       {},
	"market/money/printed": {},
	"market/inert":         {},
	"market/gtin":          {},
	"market/link":          {},
	"market/wording":       {},

	// layer 1: pure judgement
	"parsers":                {"market", "market/money", "market/link", "parsers/class", "parsers/facts", "parsers/pick", "parsers/price", "parsers/schema", "parsers/structured", "parsers/tree", "parsers/visible"},
	"parsers/known":          {"market", "market/money", "parsers"},
	"parsers/visible":        {"market", "market/money", "market/money/printed", "market/link", "parsers/facts", "parsers/lang", "parsers/price", "parsers/schema", "parsers/structured", "parsers/visible/reason", "parsers/visible/view", "parsers/visible/word", "parsers/visible/zone"},
	"parsers/visible/reason": {"parsers/visible/zone"},
	"parsers/visible/view":   {"parsers/tree/lexer", "parsers/visible/word", "parsers/visible/zone"},
	"parsers/visible/word":   {"market/lexicon"},
	"parsers/visible/zone":   {"parsers/visible/word"},
	"parsers/facts":          {"market", "market/lexicon", "market/gtin", "market/link", "parsers/schema"},
	"parsers/class":          {"market", "market/money", "market/link", "parsers/class/phrase", "parsers/tree/lexer"},
	"parsers/class/phrase":   {},
	"parsers/tree":           {"market", "parsers/tree/lexer"},
	"parsers/tree/lexer":     {},
	"parsers/structured":     {},
	"parsers/schema":         {"market", "market/money", "market/gtin", "market/link", "parsers/price", "parsers/structured"},
	"parsers/price":          {"market", "market/money", "market/link", "parsers/structured"},
	"parsers/lang":           {"market", "market/lexicon", "market/money"},
	"parsers/pick":           {"market", "market/money", "market/gtin", "parsers/lang", "parsers/price", "parsers/schema", "parsers/structured"},
	"parsers/sitemap":        {"market", "market/link"},
	"parsers/manners":        {},
	"parsers/feed":           {"market", "market/inert", "market/money", "market/gtin", "market/link", "parsers/feed/sheet"},
	"parsers/feed/sheet":     {},
	"quality":                {"market", "market/money"},
	"match":                  {"market", "market/money", "market/gtin"},
	"compare":                {"market", "market/money", "compare/phrase"},
	"compare/phrase":         {},

	// layer 2: the world outside
	"crawler": {
		"market", "market/money", "market/link", "parsers", "parsers/sitemap", "crawler/fetch", "crawler/guard", "crawler/keep",
		"crawler/queue", "crawler/robots", "crawler/seen", "crawler/usual",
	},
	"crawler/fetch": {
		"market", "market/link", "parsers", "parsers/class", "crawler/browser", "crawler/guard", "crawler/keep", "crawler/pace", "crawler/queue", "crawler/robots", "crawler/seen",
	},
	"crawler/browser":           {"market", "market/link", "crawler/guard"},
	"crawler/golden":            {"market", "parsers", "parsers/known", "parsers/manners", "crawler"},
	"crawler/guard":             {"market"},
	"crawler/keep":              {},
	"crawler/pace":              {"market", "crawler/keep"},
	"crawler/queue":             {"market", "market/link", "parsers", "crawler/keep", "crawler/trap"},
	"crawler/trap":              {},
	"crawler/robots":            {"market", "crawler/keep"},
	"crawler/seen":              {"crawler/keep"},
	"crawler/usual":             {"market", "crawler/keep"},
	"crawler/warc":              {"market", "parsers/manners", "crawler/guard"},
	"crawler/shoptest":          {"market", "market/money", "market/gtin"},
	"crawler/shoptest/trapshop": {},
	"crawler/shoptest/memory":   {},
	"crawler/shoptest/shopd":    {"crawler/shoptest", "crawler/shoptest/hostile"},
	"crawler/shoptest/hostile": {
		"market", "crawler/shoptest/hostile/act", "crawler/shoptest/hostile/cert", "crawler/shoptest/hostile/dns", "crawler/shoptest/hostile/site",
	},
	"crawler/shoptest/hostile/act":  {"market", "crawler/shoptest/hostile/cert", "crawler/shoptest/hostile/dns"},
	"crawler/shoptest/hostile/site": {"market", "crawler/shoptest/hostile/act"},
	"crawler/shoptest/hostile/cert": {},
	"crawler/shoptest/hostile/dns":  {},
	"store":                         {"market", "market/money", "store/former", "store/record", "store/salvage", "store/sealed", "store/sealed/fault", "store/sealed/page", "store/segment", "store/segment/past", "store/shelf"},
	"store/former":                  {"market", "store/record", "store/sealed", "store/segment", "store/segment/past", "store/shelf"},
	"store/record":                  {},
	"store/sealed":                  {"store/fail", "store/record", "store/sealed/beside", "store/sealed/bolt", "store/sealed/fault", "store/sealed/page"},
	"store/sealed/beside":           {},
	"store/sealed/bolt":             {"store/sealed/fault", "store/sealed/page"},
	"store/sealed/fault":            {},
	"store/sealed/page":             {},
	"store/fail":                    {},
	"store/salvage":                 {"market", "store/sealed", "store/segment", "store/segment/block", "store/segment/delta", "store/segment/frame", "store/segment/mark", "store/segment/past", "store/shelf"},
	"store/segment":                 {"market", "store/sealed", "store/shelf", "store/segment/delta", "store/segment/frame", "store/segment/keep", "store/segment/mark", "store/segment/memory", "store/segment/past", "store/segment/write"},
	"store/segment/block":           {"store/record", "store/segment/column", "store/segment/delta"},
	"store/segment/column":          {"store/record", "store/segment/delta", "store/segment/pack"},
	"store/segment/delta":           {"market", "market/money", "store/record"},
	"store/segment/frame":           {"market", "store/record", "store/segment/block", "store/segment/delta", "store/segment/pack"},
	"store/segment/join":            {"store/sealed", "store/segment/frame", "store/segment/past"},
	"store/segment/keep":            {"market", "store/segment/block", "store/segment/delta"},
	"store/segment/mark":            {"market", "market/money", "store/record", "store/segment/delta"},
	"store/segment/memory":          {"market", "store/sealed", "store/segment/mark", "store/segment/past"},
	"store/segment/past": {
		"market", "store/record", "store/sealed", "store/shelf", "store/segment/block", "store/segment/column", "store/segment/delta", "store/segment/frame",
		"store/segment/mark", "store/segment/pack",
	},
	"store/segment/pack": {"store/record"},
	"store/segment/write": {
		"market", "market/money", "store/fail", "store/record", "store/sealed", "store/shelf",
		"store/segment/block", "store/segment/delta", "store/segment/frame", "store/segment/join", "store/segment/keep", "store/segment/mark", "store/segment/memory",
		"store/segment/pack", "store/segment/past",
	},
	"store/shelf":                      {"market", "market/money", "store/sealed"},
	"store/storetest":                  {"market", "market/money", "store", "store/storetest/plain"},
	"store/storetest/plain":            {"market", "store"},
	"compare/policy":                   {"market", "market/money", "market/gtin", "compare"},
	"compare/export":                   {"market", "market/inert", "market/money", "compare"},
	"compare/export/terminal":          {"market", "market/money", "market/wording", "compare"},
	"alerts":                           {"market", "market/money", "compare", "alerts/calm", "alerts/formula"},
	"alerts/formula":                   {"market", "market/money", "compare", "compare/phrase"},
	"alerts/calm":                      {"market", "market/money"},
	"alerts/rule":                      {"market", "market/money", "market/gtin", "compare", "quality", "alerts", "alerts/formula"},
	"alerts/notify":                    {"market", "alerts", "alerts/calm", "alerts/notify/atom", "alerts/notify/blockkit", "alerts/notify/button", "alerts/notify/door", "alerts/notify/inert", "alerts/notify/say"},
	"alerts/notify/atom":               {},
	"alerts/notify/blockkit":           {"alerts/notify/inert", "alerts/notify/say"},
	"alerts/notify/button":             {"alerts/notify/lang"},
	"alerts/notify/door":               {"market", "alerts"},
	"alerts/notify/inert":              {},
	"alerts/notify/lang":               {"market", "market/money"},
	"alerts/notify/say":                {"market", "market/money", "alerts", "alerts/calm", "alerts/notify/lang"},
	"alerts/notify/slacktest":          {"alerts/notify/slacktest/specimen"},
	"alerts/notify/slacktest/specimen": {},

	// layer 3: the product
	"watch": {
		"market", "market/money", "market/gtin", "market/link", "parsers", "quality", "match", "compare", "compare/policy",
		"crawler", "crawler/pace", "store", "alerts", "alerts/calm", "watch/health", "watch/judging", "watch/limits", "watch/lookback", "watch/chronicle", "watch/feedback", "watch/referee", "watch/rehearse", "watch/review", "watch/room", "watch/schedule", "watch/ties", "watch/visit", "watch/visit/stage",
	},
	"watch/health":       {"market", "crawler", "store", "watch/visit"},
	"watch/heartbeat":    {"market"},
	"watch/judging":      {"market", "compare", "store", "alerts", "watch/ahead", "watch/lookback", "watch/ties"},
	"watch/lookback":     {"market", "store", "alerts"},
	"watch/limits":       {"market", "match", "quality"},
	"watch/ahead":        {},
	"watch/chronicle":    {"market", "store"},
	"watch/feedback":     {"market", "market/money", "quality", "compare", "compare/policy", "store", "alerts", "alerts/calm", "watch/referee"},
	"watch/referee":      {"market", "compare", "compare/policy", "store"},
	"watch/rehearse":     {"market", "store", "alerts", "alerts/calm"},
	"watch/room":         {"crawler"},
	"watch/backup":       {"market", "store", "store/sealed/beside", "watch/room"},
	"watch/upkeep":       {"market", "store", "watch/room"},
	"watch/review":       {"market", "market/link", "quality", "store"},
	"watch/schedule":     {"market"},
	"watch/ties":         {"market", "match", "store"},
	"watch/visit":        {"market", "market/link", "parsers", "parsers/manners", "quality", "crawler", "crawler/pace", "store", "watch/visit/sift", "watch/visit/sights", "watch/visit/stage"},
	"watch/visit/sift":   {"market", "store"},
	"watch/visit/sights": {"market"},
	"watch/visit/stage":  {"market", "store"},

	// layer 4: the doors
	"web": {
		"market", "market/money", "market/link", "alerts", "alerts/calm", "compare", "compare/policy", "compare/export", "store", "watch", "watch/referee",
		"web/chart", "web/facts", "web/lang", "web/wire",
	},
	"web/chart": {"market", "market/money", "watch"},
	"web/facts": {"market", "alerts/notify/lang", "compare/policy", "watch", "watch/referee"},
	"web/lang":  {"market", "market/money", "market/wording"},
	"web/slackapp": {
		"market", "market/money", "market/wording", "alerts", "alerts/calm", "alerts/formula", "alerts/notify", "alerts/notify/button", "alerts/notify/door", "alerts/notify/inert", "compare", "compare/policy", "watch", "watch/feedback",
		"watch/referee", "web/facts", "web/lang", "web/slackapp/form", "web/slackapp/socket",
	},
	"web/slackapp/socket": {"alerts"},
	"web/slackapp/form":   {"market", "market/money", "market/wording", "alerts/notify/button", "alerts/notify/inert", "watch/feedback", "web/lang"},
	"web/control":         {"market", "alerts/calm", "store", "watch", "web/wire"},
	"web/wire":            {"market", "alerts", "alerts/calm", "store", "watch", "watch/feedback", "watch/review"},
	"web/client":          {"market", "market/money", "alerts", "alerts/calm", "compare", "compare/policy", "store", "watch", "watch/feedback", "watch/referee", "watch/rehearse", "watch/review", "web/wire"},

	// layer 5: the binary
	"cmd/internal/config/document": {"market"},
	"cmd/internal/config/stanza": {
		"market", "market/money", "parsers", "parsers/feed", "quality", "compare", "compare/policy", "alerts/calm", "alerts/rule", "alerts/notify", "cmd/internal/config/document",
	},
	"cmd/internal/config/starter": {"cmd/internal/config", "cmd/internal/config/stanza"},
	"cmd/internal/config": {
		"cmd/internal/config/document", "cmd/internal/config/stanza",
		"market", "market/money", "market/gtin", "market/link", "parsers", "parsers/feed", "quality", "compare", "compare/policy",
		"crawler", "store", "alerts", "alerts/calm", "alerts/rule", "alerts/notify", "watch/schedule",
	},
	"cmd/pricegap": {
		"market", "market/money", "market/gtin", "market/link", "parsers", "parsers/feed", "parsers/known", "parsers/price", "parsers/sitemap", "parsers/manners", "quality", "compare",
		"compare/policy", "compare/export", "compare/export/terminal", "crawler", "crawler/golden", "crawler/keep", "crawler/shoptest", "crawler/warc", "store", "store/sealed/beside", "alerts", "alerts/calm", "alerts/rule", "alerts/notify", "watch", "watch/ahead", "watch/backup", "watch/feedback", "watch/health", "watch/heartbeat", "watch/referee", "watch/rehearse", "watch/review", "watch/room", "watch/upkeep",
		"web", "web/client", "web/control", "web/facts", "web/slackapp", "cmd/internal/config", "cmd/internal/config/document", "cmd/internal/config/starter",
	},
}

// borders says where a library may stand: import path prefix → the packages (or files) of ours that may import it.
var borders = map[string][]string{
	"github.com/gocolly/colly":        {"crawler/colly.go"},
	"github.com/chromedp":             {"crawler/browser"},
	"github.com/PuerkitoBio/goquery":  {"parsers"},
	"github.com/andybalholm/cascadia": {"parsers"},
	"go.etcd.io/bbolt":                {"store"},
	"github.com/jackc/pgx":            {"store"},
	"github.com/slack-go/slack":       {"alerts/notify/slack.go", "alerts/notify/thread.go", "web/slackapp"},
	"github.com/gorilla/websocket":    {"web/slackapp/socket", "alerts/notify/slacktest"},
	"github.com/nats-io":              {"crawler/queue"},
	"go.yaml.in/yaml":                 {"cmd/internal/config/document"},
	"github.com/spf13/cobra":          {"cmd/pricegap"},
	"github.com/expr-lang/expr":       {"alerts/rule/expression.go"},
	"github.com/parquet-go":           {"compare/export", "parsers/feed/sheet"},
	"github.com/xuri/excelize":        {"compare/export", "parsers/feed/sheet"},
}

// testOnly are libraries that must not reach a production package.
var testOnly = []string{
	"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "pgregory.net/rapid", "go.uber.org/goleak", "testing",
}

// testPackages are packages whose product is tests.
var testPackages = []string{"store/storetest"}

type pkg struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	Name       string
}

func list(t *testing.T) []pkg {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,Name", "./...")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var ps []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return ps
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			ps = append(ps, p)
		}
	}
}

// short is the path below the module.
func short(path string) string { return strings.TrimPrefix(path, "pricegap/") }

// TestImports holds the layers.
func TestImports(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range list(t) {
		name := short(p.ImportPath)
		seen[name] = true
		allowed, ok := imports[name]
		if !ok {
			t.Errorf("package %s is not in the table of arch_test.go: give it a layer there and say why in docs/architecture.md", name)
			continue
		}
		for _, problem := range forbidden(name, p.Imports, allowed) {
			t.Error(problem)
		}
	}
	for name := range imports {
		if !seen[name] {
			t.Errorf("package %s stands in the table but does not exist", name)
		}
	}
}

func forbidden(name string, imported, allowed []string) []string {
	var out []string
	for _, i := range imported {
		if strings.HasPrefix(i, "pricegap/") && !slices.Contains(allowed, short(i)) {
			out = append(out, fmt.Sprintf("%s imports %s, which its row of the table does not allow", name, short(i)))
		}
		if !slices.Contains(testPackages, name) && slices.ContainsFunc(testOnly, func(l string) bool { return i == l || strings.HasPrefix(i, l+"/") }) {
			out = append(out, fmt.Sprintf("%s imports %s, which is for tests only", name, i))
		}
	}
	return out
}

// TestTableRefuses shows that the table can fail.
func TestTableRefuses(t *testing.T) {
	if got := forbidden("market", []string{"pricegap/store", "fmt"}, imports["market"]); len(got) != 1 {
		t.Errorf("market importing store gave %v", got)
	}
	if got := forbidden("alerts", []string{"testing"}, imports["alerts"]); len(got) != 1 {
		t.Errorf("alerts importing testing gave %v", got)
	}
	for name, allowed := range imports {
		for _, a := range allowed {
			if _, ok := imports[a]; !ok {
				t.Errorf("%s may import %s, which is not in the table", name, a)
			}
			if slices.Contains(imports[a], name) {
				t.Errorf("%s and %s may import each other", name, a)
			}
		}
	}
}

// TestBorders holds each library where it belongs.
func TestBorders(t *testing.T) {
	for _, p := range list(t) {
		for _, f := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, f), nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			where := short(p.ImportPath) + "/" + f
			for _, spec := range file.Imports {
				path := strings.Trim(spec.Path.Value, `"`)
				for lib, places := range borders {
					if strings.HasPrefix(path, lib) && !slices.ContainsFunc(places, func(pl string) bool { return where == pl || strings.HasPrefix(where, pl+"/") }) {
						t.Errorf("%s imports %s, which stands in %v only", where, path, places)
					}
				}
			}
		}
	}
}

// The limits of size, in lines.
const (
	maxFile     = 400
	maxPackage  = 1500
	maxFunction = 60
	maxMethods  = 7
)

// oversize are the exceptions by name, each with its reason.
var oversize = map[string]string{
	"cmd/pricegap": "one file a command, none of which another needs; a package a command would spread the wiring over all of them",
}

// TestSize holds files, packages, functions and interfaces small, and asks every package for its comment.
func TestSize(t *testing.T) {
	for _, p := range list(t) {
		total, documented := 0, false
		fset, files := token.NewFileSet(), make([]*ast.File, len(p.GoFiles))
		for i, f := range p.GoFiles {
			var err error
			if files[i], err = parser.ParseFile(fset, filepath.Join(p.Dir, f), nil, parser.ParseComments); err != nil {
				t.Fatal(err)
			}
		}
		for i, file := range files {
			n := fset.File(file.Pos()).LineCount() - 1 // the last line is what follows the last line feed
			if !alone(file, files) {
				total += n
			}
			where := short(p.ImportPath) + "/" + p.GoFiles[i]
			tooLarge(t, where, "lines", n, maxFile)
			documented = documented || file.Doc != nil
			declarations(t, fset, file, where)
		}
		tooLarge(t, short(p.ImportPath), "lines in all", total, maxPackage)
		if !documented {
			t.Errorf("package %s has no package comment", short(p.ImportPath))
		}
	}
}

// alone reports whether a file of a package is a plug-in by itself: it registers itself, exports nothing, and no other file
// knows its names. Such files do not count towards the size of the package: nobody has to read them together.
func alone(file *ast.File, files []*ast.File) bool {
	names, registers := map[string]bool{}, false
	var receivers []string
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			switch {
			case d.Recv != nil:
				receivers = append(receivers, receiver(d))
			case d.Name.Name == "init":
				registers = true
			default:
				names[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, n := range s.Names {
						names[n.Name] = true
					}
				}
			}
		}
	}
	for n := range names {
		registers = registers && !ast.IsExported(n)
	}
	for _, r := range receivers {
		registers = registers && names[r]
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && f != file && names[id.Name] {
				registers = false
			}
			return registers
		})
	}
	return registers
}

// receiver is the name of the type that a method is of.
func receiver(d *ast.FuncDecl) string {
	x := d.Recv.List[0].Type
	if p, ok := x.(*ast.StarExpr); ok {
		x = p.X
	}
	if g, ok := x.(*ast.IndexExpr); ok {
		x = g.X
	}
	if id, ok := x.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// TestAlone shows which files do not count towards the size of their package.
func TestAlone(t *testing.T) {
	for src, want := range map[string]bool{
		`func init() { register(acme{}) }; type acme struct{}; func (acme) Parse() {}; var acmeRows = 1`: true,
		`type acme struct{}; func (acme) Parse() {}`:                                                     false, // it registers nothing
		`func init() { register(Acme{}) }; type Acme struct{}`:                                           false, // others may use it
		`func init() { register(shared{}) }; type shared struct{}`:                                       false, // the other file uses it
		`func init() { register(acme{}) }; type acme struct{}; func (*Doc) links() {}`:                   false, // a method of what all use
	} {
		var files []*ast.File
		for _, text := range []string{src, `var x shared; type Doc struct{}`} {
			f, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x; "+text, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		if got := alone(files[0], files); got != want {
			t.Errorf("alone is %v for %s", got, src)
		}
	}
}

func declarations(t *testing.T, fset *token.FileSet, file *ast.File, where string) {
	t.Helper()
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			lines := fset.Position(d.End()).Line - fset.Position(d.Pos()).Line + 1
			tooLarge(t, where+":"+d.Name.Name, "lines", lines, maxFunction)
			if d.Name.IsExported() && d.Doc == nil && d.Recv == nil {
				t.Errorf("%s: %s has no doc comment", where, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				ts, ok := s.(*ast.TypeSpec)
				if !ok {
					continue
				}
				if ts.Name.IsExported() && d.Doc == nil && ts.Doc == nil {
					t.Errorf("%s: %s has no doc comment", where, ts.Name.Name)
				}
				if it, ok := ts.Type.(*ast.InterfaceType); ok {
					tooLarge(t, where+":"+ts.Name.Name, "methods", it.Methods.NumFields(), maxMethods)
				}
			}
		}
	}
}

func tooLarge(t *testing.T, what, unit string, n, limit int) {
	t.Helper()
	if _, ok := oversize[what]; n > limit && !ok {
		t.Errorf("%s has %d %s, at most %d are allowed", what, n, unit, limit)
	}
}
