// Package starter writes the first sources.yaml of a user.
package starter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"text/template"

	"pricegap/cmd/internal/config"
	"pricegap/cmd/internal/config/stanza"
)

// Answers are what a first sources.yaml is made of. All of them are checked by loading the result.
type Answers struct {
	// Name is the chain's name, Contact what stands in the user agent; an empty contact leaves a variable.
	Name, Contact string
	// Language, Currency and Zone are those of our own shop and its rivals.
	Language, Currency, Zone string
	// Catalog is the path of the catalogue file.
	Catalog string
	// Rivals are addresses of sitemaps or category pages.
	Rivals []string
	// SlackChannel is the id of a staff channel, empty for none.
	SlackChannel string
}

// first is the first file of a user. quote makes any text a YAML scalar.
var first = template.Must(template.New("sources.yaml").Funcs(template.FuncMap{"quote": quote}).Parse(
	`# What pricegap watches, and whom it tells. Errors in this file come with line and column: pricegap check --offline
# For completion in an editor: pricegap config schema > sources.schema.json, and as the first line here:
# yaml-language-server: $schema=sources.schema.json

crawler:
  # An https or e-mail address at which shops can reach you; nothing is crawled without it.
  contact: {{if .Contact}}{{quote .Contact}}{{else}}${PRICEGAP_CONTACT:-}{{end}}

formula:
  name: {{quote .Name}}
  # What sets you apart, as staff tell it. amount: days of delivery or returns, hours to pick-up, months of warranty.
  points:
    - kind: delivery
      amount: 1
      words: { {{quote .Language}}: {{quote .Delivery}} }
  #  - kind: warranty
  #    amount: 60
  #    words: { nl: "vijf jaar garantie", en: "five years of warranty" }

# Your own articles: number, GTIN (EAN), brand, MPN, title, price, stock … Columns are found by their names; see
# the full example for the mapping. Read it with: pricegap import catalog
catalog:
  file: {{quote .Catalog}}

sources:
  - id: own
    name: {{quote .Name}}
    own: true
    currency: {{.Currency}}
    locale: {{quote .Language}}
    vat: included
{{range .Shops}}
  - id: {{quote .ID}}
    start:
      - {{.Kind}}: {{quote .URL}}
    parser: auto
    currency: {{$.Currency}}
    locale: {{quote $.Language}}
    vat: included
    schedule: { cron: "0 6 * * *", zone: {{quote $.Zone}}, jitter: 15m }
{{end}}
channels:
  - name: screen
    kind: console
    language: {{quote .Language}}
{{- if .SlackChannel}}
  # Off while $SLACK_BOT_TOKEN is not set.
  - name: staff
    kind: slack
    language: {{quote .Language}}
    token: ${SLACK_BOT_TOKEN:-}
    channel: {{quote .SlackChannel}}
{{- end}}

rules:
  - name: cheaper elsewhere
    kind: undercut
    amount: {{quote .Threshold}}
    percent: 2
    for: 10m
    tell_resolved: true
  - name: blind
    kind: source_blind
  - name: changed
    kind: shop_changed
  - name: our prices are old
    kind: own_stale
  - name: only we have it
    kind: stock
    when: rival_out
    for: 30m
  - name: another article?
    kind: match_doubtful

store: bolt:prices.db
`))

// shop is a rival's stanza in the starter.
type shop struct{ ID, Kind, URL string }

// Write returns a small, commented sources.yaml. Errors: *config.Errors when the answers make a file that Load would refuse.
func Write(a Answers) ([]byte, error) {
	data := struct {
		Answers
		Shops               []shop
		Delivery, Threshold string
	}{Answers: a, Delivery: "delivered the next day", Threshold: "5.00 " + a.Currency}
	if strings.HasPrefix(a.Language, "nl") {
		data.Delivery = "de volgende dag in huis"
	}
	taken := map[string]bool{"own": true}
	for _, u := range a.Rivals {
		s := shop{ID: name(u), Kind: "category", URL: u}
		for i, base := 2, s.ID; taken[s.ID]; i++ {
			s.ID = fmt.Sprintf("%s-%d", base, i)
		}
		taken[s.ID] = true
		if path := strings.ToLower(u); strings.Contains(path, "sitemap") || strings.HasSuffix(path, ".xml") || strings.HasSuffix(path, ".xml.gz") {
			s.Kind = "sitemap"
		}
		data.Shops = append(data.Shops, s)
	}
	var out bytes.Buffer
	if err := first.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("starter: %w", err)
	}
	if _, err := config.Parse("sources.yaml", out.Bytes(), nil); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// name makes a source's id of an address: "koelhuis" of https://www.koelhuis.example/sitemap.xml.
func name(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "rival"
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if _, bad := netip.ParseAddr(host); bad != nil {
		if i := strings.LastIndexByte(host, '.'); i > 0 {
			host = host[:i]
		}
	}
	id := strings.Trim(strings.Map(func(r rune) rune {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
			return r
		}
		return '-'
	}, host), "-")
	if !stanza.ShortName.MatchString(id) {
		return "rival"
	}
	return id
}

// quote writes s as a YAML scalar in double quotes (JSON is YAML), with no variable in it.
func quote(s string) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(strings.NewReplacer("$$", "$$$$", "${", "$${").Replace(s)); err != nil {
		return "", err
	}
	return strings.TrimSpace(b.String()), nil
}
