package policy

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
)

// files are the templates: policies of the common kinds, each with the cases that show what it decides. They name stand-ins
// for rivals; who uses one names their own.
//
//go:embed template/*.yaml
var files embed.FS

// Templates returns the names of the templates, sorted.
func Templates() []string {
	entries, err := fs.ReadDir(files, "template")
	if err != nil {
		panic("policy: templates: " + err.Error()) // they are part of the program
	}
	var out []string
	for _, e := range entries {
		out = append(out, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	slices.Sort(out)
	return out
}

// Template returns a template as YAML, false where there is none of that name.
func Template(name string) ([]byte, bool) {
	if !slices.Contains(Templates(), name) {
		return nil, false
	}
	b, err := files.ReadFile("template/" + name + ".yaml")
	return b, err == nil
}

// Blank returns a template for somebody else's shops: without its stand-ins for rivals and without its cases.
func (p Policy) Blank() Policy {
	p.Rivals, p.Cases = nil, nil
	return p
}
