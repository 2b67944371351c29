package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"pricegap/compare"
	"pricegap/compare/export/terminal"
	"pricegap/compare/policy"
	"pricegap/market"
)

// verdictWords are the words of a verdict by language; what has none is told by its name in the contract.
var verdictWords = map[string]map[string]string{
	"price match":   {"en": "price match", "nl": "prijsgarantie"},
	"sell at":       {"en": "you may sell at %s (%s less)", "nl": "je mag verkopen voor %s (%s minder)"},
	"would be":      {"en": "%s decides: it would be %s (%s less)", "nl": "%s beslist: het zou %s worden (%s minder)"},
	"decides":       {"en": "%s decides", "nl": "%s beslist"},
	"not matched":   {"en": "not matched", "nl": "geen match"},
	"fail":          {"en": "no", "nl": "nee"},
	"unknown":       {"en": "not known", "nl": "niet bekend"},
	"staff":         {"en": "staff", "nl": "medewerker"},
	"shift_lead":    {"en": "shift lead", "nl": "teamleider"},
	"manager":       {"en": "manager", "nl": "manager"},
	"buyer":         {"en": "buyer", "nl": "inkoper"},
	"identity":      {"en": "the same article", "nl": "zelfde artikel"},
	"variant":       {"en": "the same variant", "nl": "zelfde variant"},
	"condition":     {"en": "condition", "nl": "staat"},
	"seller":        {"en": "sold by the shop itself", "nl": "door de winkel zelf verkocht"},
	"named":         {"en": "a shop of our list", "nl": "winkel van onze lijst"},
	"distance":      {"en": "near by", "nl": "in de buurt"},
	"stock":         {"en": "in stock there", "nl": "daar op voorraad"},
	"our_price":     {"en": "our price", "nl": "onze prijs"},
	"their_price":   {"en": "their price", "nl": "hun prijs"},
	"age":           {"en": "seen lately", "nl": "kort geleden gezien"},
	"evidence":      {"en": "looks that agree", "nl": "gelijke waarnemingen"},
	"clearance":     {"en": "no clearance", "nl": "geen opruiming"},
	"member":        {"en": "not for members only", "nl": "niet alleen voor leden"},
	"coupon":        {"en": "without a code", "nl": "zonder kortingscode"},
	"flash":         {"en": "no flash sale", "nl": "geen flitsactie"},
	"bundle":        {"en": "no bundle", "nl": "geen bundel"},
	"same_delivery": {"en": "delivered as soon", "nl": "even snel bezorgd"},
	"same_pickup":   {"en": "picked up as soon", "nl": "even snel af te halen"},
	"same_warranty": {"en": "the same warranty", "nl": "zelfde garantie"},
	"same_returns":  {"en": "the same time to return it", "nl": "zelfde bedenktijd"},
	"same_service":  {"en": "the same service", "nl": "zelfde service"},
	"lower":         {"en": "cheaper there", "nl": "daar goedkoper"},
	"cap":           {"en": "within the most we give away", "nl": "binnen het maximum"},
	"floor":         {"en": "within our own limits", "nl": "binnen onze eigen grenzen"},
	"authority":     {"en": "authority", "nl": "bevoegdheid"},
	"held":          {"en": "a newer price is being checked", "nl": "een nieuwere prijs wordt nagekeken"},
	"age of fact":   {"en": "%s old", "nl": "%s oud"},
}

// verdictText says verdicts to people: of each rival the outcome, then each rule that does not pass with what it read, how old
// that is and which reader found it, and the others in one paragraph.
type verdictText struct {
	look terminal.Look
	b    strings.Builder
}

func (t *verdictText) word(key string, args ...any) string {
	w := compare.Words(verdictWords[key], t.look.Language)
	if w == "" {
		w = key
	}
	if len(args) > 0 {
		return fmt.Sprintf(w, args...)
	}
	return w
}

// verdicts writes them below a heading.
func (t *verdictText) verdicts(vs []policy.Verdict) {
	head := t.word("price match")
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
			fmt.Fprintf(&t.b, "  %s %s: %s%s\n", sign, t.word(string(f.Rule)), t.word(string(f.Result)), t.fact(f))
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
		return t.word("sell at", price, less)
	case v.Outcome == policy.Refer && v.Price.Known():
		return t.word("would be", t.word(string(v.To)), price, less)
	case v.Outcome == policy.Refer:
		return t.word("decides", t.word(string(v.To)))
	}
	return t.word("not matched")
}

// found is the fact in words; "" where there is none.
func (t *verdictText) found(f policy.Finding) string {
	if f.Amount.Known() {
		return t.look.Price(f.Amount)
	}
	switch f.Rule {
	case policy.RuleNamed:
		return ""
	case policy.RuleStock, policy.RuleTheirs, policy.RuleCondition:
		return t.word(strings.ReplaceAll(f.Found.Plain(), "_", " ")) // words of ours
	case policy.RuleAuthority, policy.RuleEvidence:
		return t.word(f.Found.Plain())
	}
	return printable(f.Found.Plain())
}

// short is a fact that passes.
func (t *verdictText) short(f policy.Finding) string {
	s := t.word(string(f.Rule))
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
	return t.word("age of fact", strconv.FormatInt(n, 10)+" "+unit)
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
