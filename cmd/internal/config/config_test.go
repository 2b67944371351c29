package config

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/alerts/notify"
	"pricegap/cmd/internal/config/stanza"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/quality"
	"pricegap/store"
)

var update = flag.Bool("update", false, "rewrite golden files")

// vars is an environment.
func vars(kv ...string) Env {
	m := map[string]string{}
	for i := 0; i < len(kv); i += 2 {
		m[kv[i]] = kv[i+1]
	}
	return func(name string) (string, bool) {
		v, ok := m[name]
		return v, ok
	}
}

func load(t *testing.T, path string, env Env) *Config {
	t.Helper()
	c, err := Load(path, env)
	if err != nil {
		t.Fatalf("Load(%s):\n%v", path, err)
	}
	return c
}

func amount(s string) money.Amount {
	a, err := money.FromDecimal(s, "EUR")
	if err != nil {
		panic(err)
	}
	return a
}

// usual are the bounds of a source that states none.
var usual = market.Limits{
	ConnectTimeout: 10 * time.Second, HeaderTimeout: 20 * time.Second, SlowestRate: 1 << 10, SlowWindow: 20 * time.Second,
	HeaderBytes: 256 << 10, WireBytes: 8 << 20, BodyBytes: 16 << 20, RunTime: 4 * time.Hour, RunBytes: 1 << 30,
}

func TestLoadFull(t *testing.T) {
	c := load(t, "testdata/full.yaml", vars("SLACK_BOT_TOKEN", "xoxb-not-a-real-token"))
	dir, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	if c.Contact != "https://www.example.org/bot" || c.Own != "own" || c.StoreURL != "bolt:"+filepath.Join(dir, "prices.db") {
		t.Errorf("contact %q, own %q, store %q", c.Contact, c.Own, c.StoreURL)
	}
	ping := stanza.Heartbeat{URL: market.NewSecret("https://ping.example/uuid"), Every: 2 * time.Minute}
	if want := (Serve{Listen: "127.0.0.1:0", Socket: filepath.Join(dir, "run.sock"), URL: "https://prices.example", Heartbeat: ping}); c.Serve != want {
		t.Errorf("Serve = %+v, want %+v", c.Serve, want)
	}
	if want := (Archive{Folder: filepath.Join(dir, "pages"), Keep: 14 * 24 * time.Hour, MaxFileBytes: 250e6}); c.Archive != want {
		t.Errorf("Archive = %+v, want %+v", c.Archive, want)
	}
	const day = 24 * time.Hour
	all := store.Retention{Daily: 30 * day, Weekly: 180 * day, Forget: 1095 * day}
	if want := (map[market.SourceID]store.Retention{"own": all, "koelhuis": {Forget: 365 * day}}); !reflect.DeepEqual(c.Retention, want) {
		t.Errorf("Retention = %+v, want %+v", c.Retention, want)
	}
	if want := (compare.Options{Basis: compare.Delivered, TooOld: 72 * time.Hour, Condition: market.ConditionNew, VATBasisPoints: 2100}); c.Compare != want {
		t.Errorf("Compare = %+v, want %+v", c.Compare, want)
	}
	limits := []quality.Limit{{Products: []market.ProductID{"WM-7"}, Categories: []string{"Koelen"}, Lowest: amount("99"), Highest: amount("2500")}}
	if want := (quality.Policy{Jump: 2500, ConfirmAfter: 5 * time.Minute, Limits: limits}); !reflect.DeepEqual(c.Quality, want) {
		t.Errorf("Quality = %+v, want %+v", c.Quality, want)
	}
	if want := filepath.Join(dir, "catalog.csv"); c.Catalog.Path != want {
		t.Errorf("Catalog.Path = %q, want %q", c.Catalog.Path, want)
	}
	if o := c.Catalog.Options; o.Currency != "EUR" || o.Locale != "nl" || o.VAT != money.VATIncluded || len(o.Branches) != 1 {
		t.Errorf("Catalog.Options = %+v, want those of our own shop", o)
	}
	amsterdam, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	pace := market.Pace{Pause: 2 * time.Second, Parallel: 1, Timeout: time.Minute}
	want := []market.Source{
		{
			ID: "own", Name: "Voorbeeld", Own: true, Locale: money.Locale{Language: "nl", Currency: "EUR"}, VAT: money.VATIncluded,
			Formula: c.Formula, Parser: "auto", Scope: market.Scope{MaxPages: 5000}, Limits: usual, Pace: pace, Interval: 24 * time.Hour,
		},
		{
			ID: "koelhuis", Name: "Koelhuis", Locale: money.Locale{Language: "nl-NL", Currency: "EUR"}, VAT: money.VATIncluded,
			Shipping: market.Shipping{Fee: amount("4.95"), FreeFrom: amount("50")},
			Formula: market.Formula{Name: "Koelhuis", Points: []market.SellingPoint{
				{Kind: market.PointReturns, Amount: market.CountOf(30), Words: map[string]string{"nl": "30 dagen", "en": "30 days"}},
			}},
			Parser: "auto", Limits: usual, Pace: pace, Scope: market.Scope{MaxPages: 300, Lists: []string{"/c/*"}},
			Starts:   []market.Start{{Kind: market.StartSitemap, URLs: []string{"https://www.koelhuis.example/sitemap.xml"}, Include: []string{"/p/*"}}},
			Schedule: market.Schedule{Expr: "0 6 * * 1-5", Zone: amsterdam, Jitter: 10 * time.Minute},
			Interval: 72 * time.Hour, // over the weekend
		},
		{
			ID: "loopback", Name: "loopback", Locale: money.Locale{Language: "en", Currency: "EUR"}, Parser: "auto",
			Formula: market.Formula{Name: "loopback"}, Scope: market.Scope{MaxPages: 5000}, Interval: 2 * time.Hour,
			Limits: usual, Pace: market.Pace{Parallel: 4, Timeout: 5 * time.Second},
			Starts: []market.Start{{Kind: market.StartJSON, URLs: []string{"http://127.0.0.1:8099/api"}, JSON: market.JSONPaths{
				Items: "products", Fields: map[market.Field]string{"sku": "id", "price": "price.cents"}, MinorUnits: true,
			}}},
			Network: market.Network{
				ConnectTo: []market.ConnectTo{{Host: "shop.example", Port: "443", ToHost: "127.0.0.1", ToPort: "8443"}, {Host: "::1", Port: "80"}},
				Allow:     []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
			},
		},
	}
	exact := cmp.Options{
		cmp.AllowUnexported(market.Count{}), cmpopts.EquateComparable(money.Amount{}, netip.Prefix{}),
		cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() }),
	}
	if d := cmp.Diff(want, c.Sources, exact); d != "" {
		t.Errorf("Sources (-want +got):\n%s", d)
	}
	var crawled []market.SourceID
	for _, s := range c.Sites {
		crawled = append(crawled, s.Source.ID)
		if s.Parser == nil {
			t.Errorf("site %s has no parser", s.Source.ID)
		}
	}
	if d := cmp.Diff([]market.SourceID{"koelhuis", "loopback"}, crawled); d != "" {
		t.Errorf("Sites (-want +got):\n%s", d)
	}
	if len(c.Shops) != 3 || c.Shops[1].Shipping.Fee != amount("4.95") || c.Shops[1].Interval != 72*time.Hour {
		t.Errorf("Shops = %+v", c.Shops)
	}
}

func TestLoadAlerting(t *testing.T) {
	c := load(t, "testdata/full.yaml", vars("SLACK_BOT_TOKEN", "xoxb-not-a-real-token"))
	var rules []alerts.Configured
	for _, r := range c.Rules {
		if r.Rule == nil {
			t.Errorf("rule %s was not made", r.Name)
		}
		r.Rule = nil
		rules = append(rules, r)
	}
	want := []alerts.Configured{
		{
			Name: "cheaper", Kind: "undercut", Timing: alerts.Timing{For: 10 * time.Minute, KeepFiring: 30 * time.Minute, Damp: 24 * time.Hour},
			Channels: []string{"screen"}, TellResolved: true, Since: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		},
		{Name: "blind", Kind: "source_blind", Timing: alerts.Timing{Damp: 24 * time.Hour}},
	}
	if d := cmp.Diff(want, rules); d != "" {
		t.Errorf("Rules (-want +got):\n%s", d)
	}
	routes := []calm.Route{{Categories: []string{"Koelen"}, Sources: []string{"koelhuis"}, Rules: []string{"cheaper"}, Channels: []string{"floor"}, GoOn: true}}
	if d := cmp.Diff(routes, c.Routes); d != "" {
		t.Errorf("Routes (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]market.Branch{{ID: "utrecht", Name: "Utrecht", Hours: "ma-za 9-18", Channel: "floor", StockColumn: "voorraad_utrecht"}}, c.Branches); d != "" {
		t.Errorf("Branches (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]market.Staff{{Slack: "U0123ABCD", Branch: "utrecht", Role: "manager"}}, c.Staff); d != "" {
		t.Errorf("Staff (-want +got):\n%s", d)
	}
	var channels []string
	for _, ch := range c.Channels {
		channels = append(channels, ch.Name+" "+ch.Kind+" "+ch.Language)
		if _, err := notify.New(ch.Kind, ch.Decode, notify.Env{Out: io.Discard}); err != nil {
			t.Errorf("channel %s: %v", ch.Name, err)
		}
	}
	if d := cmp.Diff([]string{"floor slack nl", "screen console en"}, channels); d != "" {
		t.Errorf("Channels (-want +got):\n%s", d)
	}
	m := c.Channels[1].Manner
	if b, err := m.Hours.Spans[1].MarshalText(); err != nil || string(b) != "sat 10:00-17:00" || m.Hours.Zone.String() != "Europe/Amsterdam" || m.Digest.Zone != m.Hours.Zone {
		t.Errorf("hours %s in %s, %v", b, m.Hours.Zone, err)
	}
	m.Hours.Spans, m.Hours.Zone, m.Digest.Zone = nil, nil, nil
	manner := calm.Manner{
		Hours: calm.Hours{Holidays: []string{"2026-12-25"}}, Digest: market.Schedule{Expr: "0 9 * * mon-fri"}, Budget: 12, GroupBy: calm.Grouping{By: calm.ByStore, Stores: map[string]string{"floor": "Utrecht"}}, Spell: 10,
		Escalate: calm.Escalation{After: 2 * time.Hour, To: []string{"floor"}},
	}
	if d := cmp.Diff(manner, m); d != "" {
		t.Errorf("Manner (-want +got):\n%s", d)
	}
}

// A channel whose secret is not there is off; everything else stays as it is.
func TestChannelOff(t *testing.T) {
	const head = "formula: {name: X}\nsources: [{id: a, own: true, currency: EUR, locale: en, start: [{products: 'https://a.example/'}]}]\n"
	const doc = head + "channels:\n  - {name: floor, kind: slack, token: '${TOKEN:-}', channel: C0123ABCD}\n  - {name: screen, kind: console}\nrules: [{name: blind, kind: source_blind, channels: [floor]}]\n"
	for _, tt := range []struct {
		name string
		env  Env
		on   []string
		warn string
	}{
		{"not set", vars(), []string{"screen"}, `channel "floor" is off while $TOKEN has no value`},
		{"empty", vars("TOKEN", ""), []string{"screen"}, `channel "floor" is off while $TOKEN has no value`},
		{"set", vars("TOKEN", "xoxb-not-a-real-token"), []string{"floor", "screen"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse("sources.yaml", []byte(doc), tt.env)
			if err != nil {
				t.Fatal(err)
			}
			var on []string
			for _, ch := range c.Channels {
				on = append(on, ch.Name)
			}
			if d := cmp.Diff(tt.on, on); d != "" {
				t.Errorf("channels (-want +got):\n%s", d)
			}
			said := ""
			for _, w := range c.Warnings {
				if strings.HasPrefix(w.Message, "channel") {
					said = w.Message
				}
			}
			if said != tt.warn {
				t.Errorf("warning %q, want %q", said, tt.warn)
			}
			if d := cmp.Diff([]string{"floor"}, c.Rules[0].Channels); d != "" {
				t.Errorf("the rule's channels (-want +got):\n%s", d)
			}
		})
	}
	// A typo in a channel that is off is a typo all the same.
	_, err := Parse("sources.yaml", []byte(strings.Replace(doc, "channel: C", "chanel: C", 1)), vars())
	if err == nil || !strings.Contains(err.Error(), "did you mean channel?") {
		t.Errorf("err = %v", err)
	}
}

// Every wrong file in testdata has its errors beside it, word by word.
func TestInvalid(t *testing.T) {
	files, err := filepath.Glob("testdata/invalid-*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			_, err := Load(path, vars("HOME", "/home/staff", "LEAKY", "hunter2-hunter2"))
			var e *Errors
			if !errors.As(err, &e) {
				t.Fatalf("err = %v, want *Errors", err)
			}
			for _, p := range e.Problems {
				if p.Message == "" || p.File != path || (p.Line > 0) != (p.Column > 0) {
					t.Errorf("problem %+v", p)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("a value of the environment is shown:\n%v", err)
			}
			golden(t, strings.TrimSuffix(path, ".yaml")+".txt", []byte(err.Error()+"\n"))
		})
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got), run with -update to accept:\n%s", path, d)
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	home := filepath.Join(dir, "home")
	xdg := filepath.Join(dir, "xdg")
	put := func(path string) string {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x: 1\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	env := map[string]string{"HOME": home}
	find := func(flag, want string) {
		t.Helper()
		got, err := Find(flag, func(n string) (string, bool) { v, ok := env[n]; return v, ok })
		if err != nil || got != want {
			t.Errorf("Find(%q) with %v = %q, %v, want %q", flag, slices.Sorted(maps.Keys(env)), got, err, want)
		}
	}
	if _, err := Find("", vars("HOME", home)); !errors.Is(err, ErrNotFound) && err == nil {
		t.Errorf("nothing there: %v", err)
	}
	find2 := put(filepath.Join(home, ".config", "pricegap", "sources.yaml"))
	find("", find2)
	env["XDG_CONFIG_HOME"] = xdg
	find1 := put(filepath.Join(xdg, "pricegap", "sources.yaml"))
	find("", find1)
	put("sources.yaml")
	find("", "sources.yaml")
	env["PRICEGAP_CONFIG"] = put("other.yaml")
	find("", "other.yaml")
	find(put("flag.yaml"), "flag.yaml")
	for _, bad := range []string{"absent.yaml", home} {
		if _, err := Find(bad, vars()); err == nil {
			t.Errorf("Find(%q) found it", bad)
		}
	}
}

func TestStorePlace(t *testing.T) {
	const doc = "formula: {name: X}\nsources: [{id: a, own: true, currency: EUR, locale: en, start: [{products: 'https://a.example/'}]}]\n"
	for _, tt := range []struct {
		name, store string
		env         Env
		want        string
	}{
		{"stated", "store: bolt:/srv/p.db\n", vars("XDG_DATA_HOME", "/data"), "bolt:/srv/p.db"},
		{"relative", "store: bolt:../p.db\n", vars(), "bolt:/etc/p.db"},
		{"state directory", "", vars("STATE_DIRECTORY", "/var/lib/pricegap:/other", "XDG_DATA_HOME", "/data"), "bolt:/var/lib/pricegap/prices.db"},
		{"data home", "", vars("XDG_DATA_HOME", "/data", "HOME", "/home/staff"), "bolt:/data/pricegap/prices.db"},
		{"home", "", vars("HOME", "/home/staff"), "bolt:/home/staff/.local/share/pricegap/prices.db"},
		{"nowhere", "", vars(), "bolt:/etc/pricegap/prices.db"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse("/etc/pricegap/sources.yaml", []byte(doc+tt.store), tt.env)
			if err != nil {
				t.Fatal(err)
			}
			if c.StoreURL != tt.want {
				t.Errorf("StoreURL = %s, want %s", c.StoreURL, tt.want)
			}
			if want := strings.TrimPrefix(tt.want, "bolt:") + ".sock"; c.Serve.Socket != want {
				t.Errorf("Socket = %s, want %s", c.Serve.Socket, want)
			}
		})
	}
	deep := "bolt:/" + strings.Repeat("deep/", 30) + "p.db"
	c, err := Parse("sources.yaml", []byte(doc+"store: "+deep+"\n"), vars())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Serve.Socket) > maxSocket || !strings.HasSuffix(c.Serve.Socket, ".sock") {
		t.Errorf("Socket = %s", c.Serve.Socket)
	}
}

func TestProductsFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "urls.txt"), []byte("\ufeff# ours\r\nhttps://a.example/1\r\n\nhttps://a.example/2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	doc := "formula: {name: X}\nsources: [{id: a, currency: EUR, locale: en, start: [{products_file: %s}]}]\n"
	c, err := Parse(filepath.Join(dir, "sources.yaml"), fmt.Appendf(nil, doc, "urls.txt"), vars())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"https://a.example/1", "https://a.example/2"}, c.Sources[0].Starts[0].URLs); d != "" {
		t.Errorf("URLs (-want +got):\n%s", d)
	}
	if _, err := Parse(filepath.Join(dir, "sources.yaml"), fmt.Appendf(nil, doc, "absent.txt"), vars()); err == nil {
		t.Error("a file that is not there was accepted")
	}
}

// Warnings stop nothing, and say what is worth knowing before a run.
func TestWarnings(t *testing.T) {
	const doc = "formula: {name: X, points: [{kind: delivery, words: {en: x}}]}\nsources: [{id: a, currency: EUR, locale: en, start: [{products: 'https://a.example/'}]}]\n" +
		"channels: [{name: c, kind: console, language: nl}]\n"
	c, err := Parse("sources.yaml", []byte(doc), vars())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range c.Warnings {
		got = append(got, w.Message)
	}
	want := []string{
		"there is no contact, so nothing will be crawled",
		"no source is our own, so there is nothing to compare with",
		`channel "c" reads nl, and the selling point delivery has no words in it`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if len(c.Channels) != 1 {
		t.Error("a warning switched the channel off")
	}
	if _, err := Parse("sources.yaml", []byte(doc+"serve: {listen: '0.0.0.0:8080'}\n"), vars()); err == nil || !strings.Contains(err.Error(), "sign-in") {
		t.Errorf("an address of other machines: %v", err)
	}
}

// A file that exceeds the bound is refused before it is parsed, and so is one that is not there.
func TestUnreadable(t *testing.T) {
	big := append([]byte("# "), bytes.Repeat([]byte("x"), 1<<20)...)
	if _, err := Parse("sources.yaml", big, vars()); err == nil || err.Error() != "sources.yaml: larger than 1 MiB" {
		t.Errorf("1 MiB and a bit: %v", err)
	}
	if _, err := Load("testdata/absent.yaml", vars()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	if _, err := Load("testdata", vars()); err == nil {
		t.Error("a folder was read")
	}
}

func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse(filepath.Join(t.TempDir(), "sources.yaml"), data, vars("HOME", "/home/staff", "SLACK_BOT_TOKEN", "xoxb-1"))
		if (c == nil) == (err == nil) {
			t.Fatalf("c = %v, err = %v", c, err)
		}
		var e *Errors
		if err != nil && (!errors.As(err, &e) || len(e.Problems) == 0) {
			t.Fatalf("err = %v", err)
		}
		if c != nil {
			if _, err := c.Show(true); err != nil {
				t.Fatal(err)
			}
		}
	})
}
