package config

import (
	"fmt"
	"slices"

	"pricegap/alerts"
	"pricegap/alerts/rule"
	"pricegap/cmd/internal/config/document"
	"pricegap/cmd/internal/config/stanza"
)

// TryRules reads rules to try: those of the file of that name whose text is data, a list of rules or a mapping with one under rules;
// those in force where data is nil. Of them it takes those that only names, where it names any, and sets options, such as "percent=3%",
// in all that it names, or else in each that states them. Beside them stand the rules in force about whole sources, since their alerts
// hold back what is said of products. Errors: *Errors for what is wrong in the file, and what is wrong with only and set.
func (c *Config) TryRules(name string, data []byte, only, set []string, env Env) ([]alerts.Configured, error) {
	report := &document.Report{File: name}
	list := c.root.Get("rules")
	if data == nil {
		report.File = c.Path
	} else {
		if list = document.Read(data, document.Env(env), report); list != nil && list.Kind == document.Mapping {
			list = list.Get("rules")
		}
	}
	if err := report.Err(); err != nil {
		return nil, err
	}
	tried, err := stanza.Trial(list, only, set)
	if err != nil {
		return nil, fmt.Errorf("config: rules: %w", err)
	}
	root := &document.Node{Kind: document.Mapping, Fields: []document.Field{{Name: "rules", Value: tried}}}
	b := &builder{report: report, warnings: &document.Report{}, dec: stanza.NewDecoder(report), env: env, root: root, out: new(Config)}
	var file struct {
		Rules []stanza.Rule `yaml:"rules"`
	}
	b.dec.Decode(root, &file)
	b.file = stanza.File{Rules: file.Rules, Channels: c.file.Channels, Sources: c.file.Sources}
	b.rules()
	if err := report.Err(); err != nil {
		return nil, err
	}
	out := b.out.Rules
	for _, r := range c.Rules {
		if rule.OfSources(r.Kind) && !slices.ContainsFunc(out, func(o alerts.Configured) bool { return o.Name == r.Name }) {
			out = append(out, r)
		}
	}
	return out, nil
}
