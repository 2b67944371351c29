// Package hostile is a server on loopback that does everything a web page's server may do to a crawler: raw answers
// that are no HTTP, floods, silence, bombs, bad certificates, lying names, endless sites. Cases lists it all, one
// entry a behaviour, each with what must come of it; a case lives at a host of its own, and by path at any host.
package hostile

import (
	"slices"
	"strings"

	"pricegap/crawler/shoptest/hostile/act"
	"pricegap/crawler/shoptest/hostile/site"
)

// Domain is the domain below which every case has its host.
const Domain = act.Domain

// OK stands in Case.Want for a page that comes.
const OK = act.OK

// Case is one behaviour of the server and what must come of it.
type Case = act.Case

// Options shape a Server.
type Options = act.Options

// Cases lists every case, in the order of their numbers.
func Cases() []Case {
	out := make([]Case, 0, len(entries))
	for _, e := range entries {
		if !e.Aside {
			out = append(out, e.Case)
		}
	}
	return out
}

var entries = slices.Concat(
	nameCases, connectionCases, secureCases, headerCases, statusCases, afterCases, redirectCases, leadsCases, bodyCases, packedCases, textCases,
	site.Cases,
)

// find is the case that a host or else a path names; nil for none.
func find(host, path string) *act.Entry {
	label, below, _ := strings.Cut(strings.ToLower(host), ".")
	if below == Domain {
		if id, variant, ok := strings.Cut(label, "-"); ok {
			path = "/" + id + "/" + variant
		}
	}
	parts := strings.SplitN(path, "/", 4)
	if len(parts) < 3 {
		return nil
	}
	i := slices.IndexFunc(entries, func(e act.Entry) bool { return strings.EqualFold(e.ID, parts[1]) && e.Variant == parts[2] })
	if i < 0 {
		return nil
	}
	return &entries[i]
}
