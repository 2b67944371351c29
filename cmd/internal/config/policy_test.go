package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pricegap/cmd/internal/config/document"
	"pricegap/cmd/internal/config/stanza"
	"pricegap/compare/policy"
)

// TestTemplates: each template decides its own cases as it says, and all of them together show each kind of rule.
func TestTemplates(t *testing.T) {
	missed := map[policy.Rule]bool{}
	for _, name := range policy.Templates() {
		data, ok := policy.Template(name)
		if !ok {
			t.Fatalf("%s is not there", name)
		}
		report := &document.Report{File: name}
		p, _ := stanza.ReadPolicy(data, nil, report)
		if err := report.Err(); err != nil {
			t.Fatal(err)
		}
		if faults := p.Check(); len(faults) > 0 || p.Name == "" || len(p.Cases) < 5 {
			t.Errorf("%s: %d cases, %v", name, len(p.Cases), faults)
		}
		for _, c := range p.Cases {
			if said := p.Try(c); said != "" {
				t.Errorf("%s: %s: %s", name, c.Name, said)
			}
			for _, r := range c.Missed {
				missed[r] = true
			}
		}
	}
	for _, r := range policy.RuleNames() {
		elsewhere := []policy.Rule{policy.RuleOurs, "same_pickup", "same_returns", "same_service"} // in compare/policy
		if !missed[r] && !slices.Contains(elsewhere, r) {
			t.Errorf("no case shows the rule %s", r)
		}
	}
	if data, ok := policy.Template("../sources"); ok {
		t.Errorf("a template outside: %s", data)
	}
}

const around = `
formula: {name: X, points: [{kind: warranty, amount: 24, words: {en: two years}}]}
stores: [{id: utrecht, name: Utrecht}]
sources:
  - {id: own, own: true, currency: EUR, locale: en, start: [{products: "https://own.example/"}]}
  - {id: rival, currency: EUR, locale: en, start: [{products: "https://a.example/"}]}
`

// TestPolicyStanza: what stands beside a template takes the place of what it says, and a file is as good as a stanza.
func TestPolicyStanza(t *testing.T) {
	dir := t.TempDir()
	parse := func(text string) *policy.Policy {
		t.Helper()
		c, err := Parse(filepath.Join(dir, "sources.yaml"), []byte(around+text), vars())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Show(true); err != nil {
			t.Error(err)
		}
		return c.Policy
	}
	if p := parse(""); p != nil {
		t.Errorf("a policy out of nothing: %+v", p)
	}
	const own = "template: named-sellers\nrivals: [{source: rival, only_seller: true, distance_km: {utrecht: 3}}]\ncap: {percent: 12%}\n"
	p := parse("policy: {" + strings.ReplaceAll(strings.TrimSpace(own), "\n", ", ") + "}\n")
	if p.Cap.Percent != 12_00 || !p.FirstParty || len(p.Tiers) != 4 || len(p.Cases) != 0 || len(p.Rivals) != 1 || p.Rivals[0].DistanceKM["utrecht"] != 3 {
		t.Errorf("%+v", p)
	}
	if err := os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(p.Print(), parse("policy: {file: policy.yaml}\n").Print()); d != "" {
		t.Errorf("out of a file (-stanza +file):\n%s", d)
	}
	if p.Print() == parse("policy: {template: named-sellers, rivals: [{source: rival}]}").Print() {
		t.Error("two policies have one fingerprint")
	}
}

// TestPolicyFile: what is wrong in the file of a policy is told with its own line.
func TestPolicyFile(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{
		"tiers:\n  - {role: staf}\n":                 "policy.yaml:2:12: tiers[0].role: \"staf\" is not one of staff, shift_lead, manager, buyer (did you mean staff?)",
		"tiers: [{role: staff}]\nnamd_only: true\n":  "policy.yaml:2:1: namd_only: unknown key (did you mean named_only?)",
		"file: other.yaml\ntiers: [{role: staff}]\n": "policy.yaml:1:7: file: names another file",
		"tiers: [": "policy.yaml",
		"tiers: [{role: staff}]\nrivals:\n  - source: revel\n": "policy.yaml:3:13: rivals[0].source: there is no rival \"revel\"",
	} {
		if err := os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Parse(filepath.Join(dir, "sources.yaml"), []byte(around+"policy: {file: policy.yaml}\n"), vars())
		var e *Errors
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
	if _, err := Parse(filepath.Join(dir, "sources.yaml"), []byte(around+"policy: {file: none.yaml}\n"), vars()); err == nil || !strings.Contains(err.Error(), "policy.file: cannot be read") {
		t.Errorf("a file that is not there: %v", err)
	}
}

// FuzzPolicy: whatever a policy says, it is refused with a place, or it judges; no match goes below the floor.
func FuzzPolicy(f *testing.F) {
	for _, name := range policy.Templates() {
		data, _ := policy.Template(name)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		report := &document.Report{File: "policy.yaml"}
		p, n := stanza.ReadPolicy(data, vars(), report)
		if (n == nil || !n.Sound()) != (report.Len() > 0) {
			t.Fatalf("sound, and yet %v", report.Problems())
		}
		if report.Len() > 0 || len(p.Check()) > 0 {
			return
		}
		for _, c := range p.Cases {
			if v := p.Try(policy.Case{Ours: c.Ours, Theirs: c.Theirs, Floor: c.Ours.Price, Expects: policy.Match}); v == "" {
				t.Fatalf("%s: below the floor", c.Name)
			}
			p.Try(c)
		}
	})
}
