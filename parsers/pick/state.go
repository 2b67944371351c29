package pick

import (
	"errors"
	"fmt"
	"strings"

	"github.com/andybalholm/cascadia"
	"github.com/tidwall/gjson"
	"golang.org/x/net/html"
)

// State says where in a script of the page a JSON object with the product stands: the whole script
// (script#__NEXT_DATA__) or what is assigned to a variable (window.__STATE__ = {…}).
type State struct {
	Script     string            `yaml:"script" json:"script,omitzero" jsonschema:"CSS selector of the script; every script if empty"`
	Var        string            `yaml:"var" json:"var,omitzero" jsonschema:"name to which the script assigns the object, such as window.__STATE__; the first object of the script if empty"`
	Item       string            `yaml:"item" json:"item,omitzero" jsonschema:"path of the product within the object"`
	Fields     map[string]string `yaml:"fields" json:"fields" jsonschema:"path of each field, below item where that is given"`
	MinorUnits bool              `yaml:"minor_units" json:"minor_units,omitzero" jsonschema:"prices are whole cents"`
}

// PageState is a compiled State.
type PageState struct {
	script cascadia.Selector
	name   string
	item   string
	paths  Paths
}

var allScripts = cascadia.MustCompile("script")

// CompileState compiles a State.
func CompileState(o State) (*PageState, error) {
	if o.Script == "" && o.Var == "" {
		return nil, errors.New("parsers: state: needs script or var")
	}
	if len(o.Fields) == 0 {
		return nil, errors.New("parsers: state: needs fields")
	}
	s := &PageState{script: allScripts, name: o.Var, item: o.Item}
	if o.Script != "" {
		css, err := cascadia.Compile(o.Script)
		if err != nil {
			return nil, fmt.Errorf("parsers: state.script: %w", err)
		}
		s.script = css
	}
	p, err := CompilePaths("state.fields", o.Fields, o.MinorUnits)
	s.paths = p
	return s, err
}

// Read fills an offer from the state of the page; the offer stays empty where there is none.
func (s *PageState) Read(root *html.Node, w *Writer) {
	doc, ok := s.find(root)
	if !ok {
		return
	}
	v, at := gjson.Parse(doc), ""
	if s.item != "" {
		v, at = v.Get(s.item), s.item+"."
	}
	s.paths.Read(v, at, w)
}

// find returns the object.
func (s *PageState) find(root *html.Node) (string, bool) {
	for _, n := range s.script.MatchAll(root) {
		if n.FirstChild == nil {
			continue
		}
		text := n.FirstChild.Data
		if s.name == "" {
			return Object(text)
		}
		for rest := text; ; {
			i := strings.Index(rest, s.name)
			if i < 0 {
				break
			}
			before := rest[:i]
			rest = rest[i+len(s.name):]
			value, assigned := strings.CutPrefix(strings.TrimLeft(rest, " \t\r\n"), "=")
			value = strings.TrimLeft(value, " \t\r\n")
			if assigned && !continues(before) && value != "" && (value[0] == '{' || value[0] == '[') {
				return Object(value)
			}
		}
	}
	return "", false
}

// continues reports whether a name that follows s would be the end of a longer one.
func continues(s string) bool {
	if s == "" {
		return false
	}
	c := s[len(s)-1]
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
