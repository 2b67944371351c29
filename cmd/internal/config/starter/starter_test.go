package starter

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pricegap/cmd/internal/config"
)

func TestWrite(t *testing.T) {
	a := Answers{
		Name: `Jansen "& Zn" #1: ${HOME} $$`, Contact: "https://shop.example/bot", Language: "nl", Currency: "EUR", Zone: "Europe/Amsterdam",
		Catalog: "mijn catalogus.csv", SlackChannel: "C0123ABCD",
		Rivals: []string{"https://www.koelhuis.example/sitemap.xml", "https://www.koelhuis.example/koelkasten", "https://127.0.0.1:8443/x"},
	}
	out, err := Write(a)
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse("sources.yaml", out, func(string) (string, bool) { return "xoxb-not-a-real-token", true })
	if err != nil {
		t.Fatal(err)
	}
	if c.Formula.Name != a.Name || c.Contact != a.Contact || filepath.Base(c.Catalog.Path) != a.Catalog || len(c.Channels) != 2 {
		t.Errorf("name %q, contact %q, catalog %q, %d channels", c.Formula.Name, c.Contact, c.Catalog.Path, len(c.Channels))
	}
	var got []string
	for _, s := range c.Sites {
		got = append(got, string(s.Source.ID)+" "+string(s.Source.Starts[0].Kind))
	}
	if d := cmp.Diff([]string{"koelhuis sitemap", "koelhuis-2 category", "127-0-0-1 category"}, got); d != "" {
		t.Errorf("rivals (-want +got):\n%s", d)
	}
	a.Currency, a.Rivals = "euro\nstore: x", []string{"no address"}
	if _, err := Write(a); err == nil {
		t.Error("bad answers were accepted")
	}
}
