package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"go.yaml.in/yaml/v4"

	"pricegap/alerts/rule"
	"pricegap/market"
)

const (
	shippedPath = "../../../sources.yaml"
	schemaPath  = "../../../docs/reference/sources.schema.json"
)

// The shipped file is valid on a machine that has no secret, and shows what it promises to show.
func TestShipped(t *testing.T) {
	c := load(t, shippedPath, vars("HOME", "/home/staff"))
	starts := map[market.StartKind]bool{}
	for _, s := range c.Sites {
		starts[s.Source.Starts[0].Kind] = true
		for _, u := range s.Source.Starts[0].URLs {
			if !strings.Contains(u, ".example/") {
				t.Errorf("%s is not fictional", u)
			}
		}
	}
	if len(c.Sites) != 3 || len(starts) != 3 || c.Own != "own" {
		t.Errorf("%d rivals of kinds %v, own %q", len(c.Sites), starts, c.Own)
	}
	kinds := map[string]bool{}
	for _, r := range c.Rules {
		kinds[r.Kind] = true
	}
	if len(kinds) != len(rule.Kinds()) {
		t.Errorf("rules of kinds %v, there are %v", kinds, rule.Kinds())
	}
	if len(c.Channels) != 1 || c.Channels[0].Kind != "console" {
		t.Errorf("channels that are on without secrets: %+v", c.Channels)
	}
	if c.Contact != "" || c.Catalog.Path == "" || len(c.Branches) != 2 || len(c.Staff) != 3 {
		t.Errorf("contact %q, catalog %q, %d stores, %d staff", c.Contact, c.Catalog.Path, len(c.Branches), len(c.Staff))
	}
	full := load(t, shippedPath, vars("HOME", "/home/staff", "PRICEGAP_CONTACT", "bot@shop.example", "SLACK_BOT_TOKEN", "xoxb-not-a-real-token",
		"PRICEGAP_WEBHOOK_URL", "https://erp.example/hook", "PRICEGAP_WEBHOOK_SECRET", "not-a-real-secret-at-all"))
	if len(full.Channels) != 3 || full.Contact != "bot@shop.example" {
		t.Errorf("with secrets: %d channels, contact %q", len(full.Channels), full.Contact)
	}
	data, err := os.ReadFile(shippedPath)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(data), "\n")
	if first != "# yaml-language-server: $schema=docs/reference/sources.schema.json" {
		t.Errorf("first line %q", first)
	}
}

func TestSchemaGolden(t *testing.T) {
	got, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(schemaPath), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, schemaPath, got)
}

// resolved is the schema, ready to validate with.
var resolved = sync.OnceValues(func() (*jsonschema.Resolved, error) {
	raw, err := Schema()
	if err != nil {
		return nil, err
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, err
	}
	return s.Resolve(nil)
})

// schemaErr validates a document by the schema, as an editor does.
func schemaErr(t *testing.T, doc []byte) error {
	t.Helper()
	schema, err := resolved()
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := yaml.Unmarshal(doc, &v); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(v) // numbers as JSON has them
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return schema.Validate(v)
}

// What Load accepts the schema accepts, and it refuses misspelt keys and words.
func TestSchemaAgrees(t *testing.T) {
	docs := map[string][]byte{}
	var err error
	for _, path := range []string{shippedPath, "testdata/full.yaml"} {
		if docs[path], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	for name, doc := range docs {
		if err := schemaErr(t, doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	shipped := string(docs[shippedPath])
	for _, r := range [][2]string{
		{"crawler:", "crawlers:"},
		{"contact:", "contct:"},
		{"kind: undercut", "kind: undercutt"},
		{"clear_amount:", "clear_amuont:"},
		{"vat: included", "vat: maybe"},
		{"currency: EUR", "currency: euro"},
		{"max_pages: 2000", "max_pages: 0"},
		{"kind: slack", "kind: slak"},
		{"token:", "tokn:"},
		{"kind: selectors", "kind: selectrs"},
		{"price: price.amount", "prise: x"},
		{"pause: 2s", "pause: fast"},
		{"percent: 2%", "percent: a lot"},
		{"id: koelhuis", "key: koelhuis"},
	} {
		wrong := strings.Replace(shipped, r[0], r[1], 1)
		if wrong == shipped {
			t.Errorf("%q does not stand in the shipped file", r[0])
		}
		if schemaErr(t, []byte(wrong)) == nil {
			t.Errorf("the schema accepts %q", r[1])
		}
		if _, err := Parse(shippedPath, []byte(wrong), vars("HOME", "/home/staff")); err == nil {
			t.Errorf("Parse accepts %q", r[1])
		}
	}
}

// What Show prints can be read again and means the same; it repeats no secret.
func TestShow(t *testing.T) {
	const token = "xoxb-not-a-real-token"
	for _, path := range []string{"testdata/full.yaml", shippedPath} {
		c := load(t, path, vars("HOME", "/home/staff", "SLACK_BOT_TOKEN", token))
		for _, origin := range []bool{false, true} {
			out, err := c.Show(origin)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(out), token) || !strings.Contains(string(out), "***") {
				t.Errorf("secrets in:\n%s", out)
			}
			if !origin {
				continue
			}
			for _, l := range []string{"# default", "# " + path + ":", "# $SLACK_BOT_TOKEN at " + path} {
				if !strings.Contains(string(out), l) {
					t.Errorf("no %q in:\n%s", l, out)
				}
			}
			again, err := Parse(path, out, vars("HOME", "/home/staff"))
			if err != nil {
				t.Fatalf("what is shown cannot be read again: %v\n%s", err, out)
			}
			if !reflect.DeepEqual(c.Sources, again.Sources) || !reflect.DeepEqual(c.Formula, again.Formula) || c.StoreURL != again.StoreURL ||
				c.Compare != again.Compare || !reflect.DeepEqual(c.Routes, again.Routes) || len(c.Rules) != len(again.Rules) {
				t.Errorf("what is shown means something else:\n%s", out)
			}
		}
	}
}
