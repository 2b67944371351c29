package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"pricegap/cmd/internal/config/document"
	"pricegap/cmd/internal/config/stanza"
	"pricegap/compare/policy"
)

// policy reads the price-match policy, out of a file of its own where one is named.
func (b *builder) policy() {
	p, at, report := &b.file.Policy, b.root.Get("policy"), b.report
	if at == nil {
		return
	}
	if p.File != "" {
		if len(at.Fields) > 1 {
			b.report.Add(at, "", "names a file: nothing else stands beside it")
			return
		}
		name := p.File
		report = &document.Report{File: b.path(name)}
		defer func() { b.report.Include(report) }()
		data, err := readFile(b.path(name))
		if err != nil {
			b.report.Add(at.Get("file"), "", "cannot be read: %s", err)
			return
		}
		*p, at = policyFile(data, b.env, report)
		p.File = name
	}
	b.out.fit(p.Policy, at, report)
	b.out.Policy = &p.Policy
}

// policyFile reads a file that is a policy.
func policyFile(data []byte, env Env, report *document.Report) (stanza.Policy, *document.Node) {
	p, at := stanza.ReadPolicy(data, document.Env(env), report)
	if nested := at.Get("file"); nested != nil {
		report.Add(nested, "", "names another file")
	}
	return p, at
}

// LoadPolicy reads a price-match policy in a file of its own, which must fit c. Errors: *Errors for what is wrong in it, else
// what the system says.
func (c *Config) LoadPolicy(path string, env Env) (*policy.Policy, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	report := &document.Report{File: path}
	p, at := policyFile(data, env, report)
	c.fit(p.Policy, at, report)
	if err := report.Err(); err != nil {
		return nil, err
	}
	return &p.Policy, nil
}

// fit notes what does not fit together in p, which was read from at, or does not fit c.
func (c *Config) fit(p policy.Policy, at *document.Node, report *document.Report) {
	if at == nil || !at.Sound() {
		return // which has been said
	}
	for _, f := range p.Check() {
		report.Add(place(at, f.Key), "", "%s", f.Message)
	}
	var sources, stores []string
	for _, s := range c.Shops {
		if !s.Own {
			sources = append(sources, string(s.ID))
		}
	}
	for _, s := range c.Branches {
		stores = append(stores, s.ID)
	}
	for i, r := range p.Rivals {
		rival := place(at, fmt.Sprintf("rivals[%d]", i))
		if id := string(r.Source); !slices.Contains(sources, id) {
			report.Add(rival.Get("source"), document.Meant(id, sources), "there is no rival %q", id)
		}
		for _, id := range slices.Sorted(maps.Keys(r.DistanceKM)) {
			if !slices.Contains(stores, id) {
				report.Add(rival.Get("distance_km").Label(id), document.Meant(id, stores), "there is no store %q", id)
			}
		}
	}
	if lacks := p.Needs(c.Formula); len(lacks) > 0 {
		report.Add(place(at, "same"), "write it to formula.points, or leave it out", "asks for %v, of which our formula says nothing", lacks)
	}
}

// ParseDuration reads a duration as the file has it, such as 30d or 36h.
func ParseDuration(s string) (time.Duration, error) { return document.ParseDuration(s) }

// place returns the node at a path such as "tiers[1].amount" below n, or the nearest above it that there is.
func place(n *document.Node, path string) *document.Node {
	for _, part := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		next := n.Get(part)
		if i, err := strconv.Atoi(part); err == nil {
			next = n.At(i)
		}
		if next == nil {
			break
		}
		n = next
	}
	return n
}
