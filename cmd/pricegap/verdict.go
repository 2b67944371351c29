package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"pricegap/compare/export/terminal"
	"pricegap/compare/policy"
	"pricegap/market"
)

// verdictText says verdicts to people: of each rival the outcome, then each rule that does not pass with what it read, how old
// that is and which reader found it, and the others in one paragraph.
type verdictText struct {
	look terminal.Look
	b    strings.Builder
}

// verdicts writes them below a heading.
func (t *verdictText) verdicts(vs []policy.Verdict) {
	head := t.look.Word("price match")
	if vs[0].Policy != "" {
		head += " (" + printable(vs[0].Policy) + ")"
	}
	fmt.Fprintf(&t.b, "\n%s\n", head)
	for _, v := range vs {
		fmt.Fprintf(&t.b, "%s  %s  %s\n", printable(v.Name), v.Outcome, t.outcome(v))
		var passed []string
		for _, f := range v.Findings {
			if f.Result == policy.Pass {
				passed = append(passed, t.short(f))
				continue
			}
			if f.Rule == policy.RuleAuthority && f.Found.Known() {
				continue // who may stands in the heading, where nothing else is missed
			}
			sign := map[policy.Result]string{policy.Fail: "✗", policy.Unknown: "?"}[f.Result]
			fmt.Fprintf(&t.b, "  %s %s: %s%s\n", sign, t.look.Word(string(f.Rule)), t.look.Word(string(f.Result)), t.fact(f))
		}
		if len(passed) > 0 {
			t.paragraph("  ✓ ", "    ", passed)
		}
	}
}

func (t *verdictText) outcome(v policy.Verdict) string {
	price, less := t.look.Price(v.Price), t.look.Price(v.Discount)
	switch {
	case v.Outcome == policy.Match:
		return t.look.Word("sell at", price, less)
	case v.Outcome == policy.Refer && v.Price.Known():
		return t.look.Word("would be", t.look.Word(string(v.To)), price, less)
	case v.Outcome == policy.Refer:
		return t.look.Word("decides", t.look.Word(string(v.To)))
	}
	return t.look.Word("not matched")
}

// found is the fact in words; "" where there is none.
func (t *verdictText) found(f policy.Finding) string {
	if f.Amount.Known() {
		return t.look.Price(f.Amount)
	}
	switch f.Rule {
	case policy.RuleNamed:
		return ""
	case policy.RuleStock:
		return t.look.StockWord(market.Stock(f.Found.Plain()))
	case policy.RuleTheirs, policy.RuleCondition:
		return printable(t.look.Word(strings.ReplaceAll(f.Found.Plain(), "_", " ")))
	case policy.RuleAuthority, policy.RuleEvidence:
		return t.look.Word(f.Found.Plain())
	}
	return printable(f.Found.Plain())
}

// short is a fact that passes.
func (t *verdictText) short(f policy.Finding) string {
	s := t.look.Word(string(f.Rule))
	if found := t.found(f); found != "" {
		s += " (" + found + ")"
	} else if f.Rule == policy.RuleAge {
		s += " (" + t.age(f.Age) + ")"
	}
	return s
}

// fact is what a rule read that does not pass, with its age and who read it.
func (t *verdictText) fact(f policy.Finding) string {
	var parts []string
	if found := t.found(f); found != "" {
		parts = append(parts, found)
	}
	if f.Age > 0 {
		parts = append(parts, t.age(f.Age))
	}
	if f.Evidence.Reader != "" {
		parts = append(parts, printable(f.Evidence.Reader))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// age is how old a fact is, in its largest unit.
func (t *verdictText) age(d time.Duration) string {
	n, unit := int64(d/time.Minute), "min"
	switch {
	case d >= 48*time.Hour:
		n, unit = int64(d/(24*time.Hour)), "d"
	case d >= 2*time.Hour:
		n, unit = int64(d/time.Hour), "h"
	}
	return t.look.Word("age of fact", strconv.FormatInt(n, 10)+" "+unit)
}

// paragraph writes parts with dots between, on lines that fit.
func (t *verdictText) paragraph(first, next string, parts []string) {
	line := first
	for i, p := range parts {
		switch {
		case i == 0:
			line += p
		case t.look.Width > 0 && utf8.RuneCountInString(line+" · "+p) > t.look.Width:
			t.b.WriteString(line + "\n")
			line = next + p
		default:
			line += " · " + p
		}
	}
	t.b.WriteString(line + "\n")
}

// printVerdicts writes what the price-match policy says below a card.
func (a *app) printVerdicts(vs []policy.Verdict, l terminal.Look) error {
	if len(vs) == 0 {
		return nil
	}
	t := verdictText{look: l}
	t.verdicts(vs)
	_, err := fmt.Fprint(a.out, t.b.String())
	return err
}

// checkStore refuses the id of a store that sources.yaml does not name.
func checkStore(id string, stores []market.Branch) error {
	var ids []string
	for _, s := range stores {
		if s.ID == id {
			return nil
		}
		ids = append(ids, s.ID)
	}
	if id == "" {
		return nil
	}
	return usage(fmt.Errorf("--store %s: there is no such store; there are %s", printable(id), strings.Join(ids, ", ")))
}
