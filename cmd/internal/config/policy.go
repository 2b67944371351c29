package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"pricegap/cmd/internal/config/document"
	"pricegap/cmd/internal/config/stanza"
)

// policy reads the price-match policy, out of a file of its own where one is named, and checks that it fits the rest.
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
		*p, at = stanza.ReadPolicy(data, document.Env(b.env), report)
		if nested := at.Get("file"); nested != nil {
			report.Add(nested, "", "names another file")
		}
		p.File = name
	}
	if at == nil || !at.Sound() {
		return // which has been said
	}
	for _, f := range p.Check() {
		report.Add(place(at, f.Key), "", "%s", f.Message)
	}
	var sources, stores []string
	for _, s := range b.file.Sources {
		if !s.Own {
			sources = append(sources, s.ID)
		}
	}
	for _, s := range b.file.Stores {
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
	if lacks := p.Needs(b.out.Formula); len(lacks) > 0 {
		report.Add(place(at, "same"), "write it to formula.points, or leave it out", "asks for %v, of which our formula says nothing", lacks)
	}
	b.out.Policy = &p.Policy
}

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
