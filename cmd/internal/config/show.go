package config

import (
	"fmt"

	"pricegap/cmd/internal/config/document"
	"pricegap/cmd/internal/config/stanza"
)

// Show returns the configuration in force as YAML, defaults included, with secrets as ***. With origin, each
// value says where it comes from: a line of the file, a variable, or a default.
func (c *Config) Show(origin bool) ([]byte, error) {
	var p document.Printer
	if origin {
		p.File = c.Path
	}
	out, err := p.Print(c.file, c.root)
	if err != nil {
		return nil, fmt.Errorf("config: show: %w", err)
	}
	return out, nil
}

// Schema returns the JSON Schema of sources.yaml, with the options of every plug-in.
func Schema() ([]byte, error) { return stanza.Schema() }
