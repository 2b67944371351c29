package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"pricegap/alerts/calm"
	"pricegap/alerts/notify"
	"pricegap/cmd/internal/config/document"
	"pricegap/cmd/internal/config/stanza"
	"pricegap/compare"
	"pricegap/market"
)

// builder turns the file into the values of a Config, and notes what does not fit together.
type builder struct {
	report, warnings *document.Report
	dec              *document.Decoder
	env              Env
	dir              string // of the file, absolute
	root             *document.Node
	file             stanza.File
	out              *Config
}

func (b *builder) build() {
	b.contact()
	b.out.Formula = market.Formula{
		Name:   b.file.Formula.Name,
		Points: b.points(b.file.Formula.Points, b.root.Get("formula").Get("points")),
	}
	b.staff()
	b.channels()
	b.sources()
	b.catalog()
	b.routes()
	b.rules()
	b.store()
	b.archive()
	b.backup()
	b.retention()
	b.slack()
	b.serve()
	c := b.file.Compare
	b.out.Compare = compare.Options{Basis: c.Basis, TooOld: c.TooOld, Condition: c.Condition, VATBasisPoints: int64(c.VAT)}
	if c.VAT < 0 || c.VAT > 100_00 {
		b.report.Add(b.root.Get("compare").Get("vat"), "", "is out of range; allowed is 0%% to 100%%")
	}
	b.quality()
	b.policy()
}

func (b *builder) contact() {
	n := b.root.Get("crawler").Get("contact")
	c := strings.TrimSpace(b.file.Crawler.Contact)
	switch {
	case c == "":
		b.warnings.Add(n, "write an https or e-mail address at which shops can reach you to crawler.contact", "there is no contact, so nothing will be crawled")
	case !stanza.Contactable(c):
		b.report.Add(n, "", "must be an https address or an e-mail address at which shops can reach you")
	}
	b.out.Contact = c
}

// points turns selling points into ours and checks their words.
func (b *builder) points(ps []stanza.Point, n *document.Node) []market.SellingPoint {
	var out []market.SellingPoint
	for i, p := range ps {
		at := n.At(i)
		point := market.SellingPoint{Kind: p.Kind, Words: p.Words}
		if p.Amount != nil {
			point.Amount = market.CountOf(*p.Amount)
		}
		if len(p.Words) == 0 && at.Get("words") != nil {
			b.report.Add(at.Get("words"), "", "has no words in any language")
		}
		for lang, text := range p.Words {
			var tag stanza.Language
			word := at.Get("words").Get(lang)
			if tag.UnmarshalText([]byte(lang)) != nil {
				b.report.Add(word, "", "key must be a language such as nl or en")
			}
			if strings.TrimSpace(text) == "" {
				b.report.Add(word, "", "is empty")
			}
		}
		out = append(out, point)
	}
	return out
}

func (b *builder) channels() {
	seen := map[string]bool{}
	for i, c := range b.file.Channels {
		n := b.root.Get("channels").At(i)
		b.unique(seen, c.Name, n.Get("name"), "channel")
		if len(c.Off) > 0 {
			b.warnings.Add(n, "", "channel %q is off while $%s has no value", c.Name, strings.Join(c.Off, " or $"))
			continue
		}
		if !n.Sound() {
			continue // which has been said
		}
		decode := stanza.Options(n, new(stanza.ChannelKeys))
		if _, err := notify.New(c.Kind, decode, notify.Env{Out: io.Discard}); err != nil {
			b.refuse(n, c.Kind, err)
		}
		b.out.Channels = append(b.out.Channels, Channel{Name: c.Name, Kind: c.Kind, Language: string(c.Language), Manner: b.manner(c, n.Get("calm")), Decode: decode})
		// A warning marks its node, so it comes after everything that asks whether the node is sound.
		for _, p := range b.out.Formula.Points {
			if len(p.Words) > 0 && p.Words[string(c.Language)] == "" {
				b.warnings.Add(n, "", "channel %q reads %s, and the selling point %s has no words in it", c.Name, c.Language, p.Kind)
			}
		}
	}
}

// unique notes a name that is empty, too long or taken.
func (b *builder) unique(seen map[string]bool, name string, n *document.Node, what string) {
	switch {
	case n == nil: // missing, which has been said
	case strings.TrimSpace(name) != name || name == "" || len(name) > 80 || strings.ContainsAny(name, "\n\t"):
		b.report.Add(n, "", "must be 1 to 80 characters on one line, without spaces around them")
	case seen[name]:
		b.report.Add(n, "", "there are two %ss called %q", what, name)
	}
	seen[name] = true
}

// refer notes names that do not exist, with the nearest that does.
func (b *builder) refer(names []string, n *document.Node, known []string, what string) {
	for i, name := range names {
		if !slices.Contains(known, name) {
			b.report.Add(n.At(i), document.Meant(name, known), "there is no %s %q", what, name)
		}
	}
}

func (b *builder) channelNames() (out []string) {
	for _, c := range b.file.Channels {
		out = append(out, c.Name)
	}
	return out
}

var slackID = regexp.MustCompile(`^[UWS][A-Z0-9]{2,20}$`)

func (b *builder) staff() {
	seen := map[string]bool{}
	var ids []string
	for i, s := range b.file.Stores {
		n := b.root.Get("stores").At(i)
		b.id(seen, s.ID, n.Get("id"), "store")
		ids = append(ids, s.ID)
		if c := n.Get("channel"); c != nil && !slices.Contains(b.channelNames(), s.Channel) {
			b.report.Add(c, document.Meant(s.Channel, b.channelNames()), "there is no channel %q", s.Channel)
		}
		b.out.Branches = append(b.out.Branches, market.Branch(s))
	}
	for i, s := range b.file.Staff {
		n := b.root.Get("staff").At(i)
		if x := n.Get("slack"); x != nil && !slackID.MatchString(s.Slack) {
			b.report.Add(x, "copy it from the profile in Slack; it is not the name", "must be a Slack user id (U…) or user group id (S…)")
		}
		if x := n.Get("store"); x != nil && !slices.Contains(ids, s.Store) {
			b.report.Add(x, document.Meant(s.Store, ids), "there is no store %q", s.Store)
		}
		b.out.Staff = append(b.out.Staff, market.Staff{Slack: s.Slack, Branch: s.Store, Role: string(s.Role)})
	}
}

// id notes a short name that has the wrong form or is taken.
func (b *builder) id(seen map[string]bool, id string, n *document.Node, what string) {
	switch {
	case n == nil:
	case !stanza.ShortName.MatchString(id):
		b.report.Add(n, "", "must be 1 to 40 lower-case letters, digits and hyphens, not %q", cut(id))
	case seen[id]:
		b.report.Add(n, "", "there are two %ss with the id %q", what, id)
	}
	seen[id] = true
}

func cut(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}

func (b *builder) routes() {
	var rules, sources []string
	for _, r := range b.file.Rules {
		rules = append(rules, r.Name)
	}
	for _, s := range b.file.Sources {
		sources = append(sources, s.ID)
	}
	for i, r := range b.file.Routes {
		n := b.root.Get("routes").At(i)
		b.refer(r.Rules, n.Get("rules"), rules, "rule")
		b.refer(r.Sources, n.Get("sources"), sources, "source")
		b.refer(r.Channels, n.Get("channels"), b.channelNames(), "channel")
		b.out.Routes = append(b.out.Routes, calm.Route(r))
	}
}

// refuse notes why a plug-in refuses its options, unless the decoder has said it better. Where the cause names
// a key, the problem stands there.
func (b *builder) refuse(n *document.Node, kind string, err error) {
	if errors.Is(err, stanza.ErrOptions) {
		return
	}
	text := err.Error()
	for _, name := range []string{"rule", "notify", "parsers", kind} {
		text = strings.TrimPrefix(text, name+": ")
	}
	at := n
	if key, rest, ok := strings.Cut(text, ": "); ok && n.Find(key) != nil {
		at, text = n.Find(key), rest
	}
	if _, rest, ok := strings.Cut(text, `"`); ok { // a key that the plug-in quotes
		quoted, _, _ := strings.Cut(rest, `"`)
		if l := at.Label(quoted); l != nil {
			at = l
		}
	}
	b.report.Add(at, "", "%s", text)
}

func (b *builder) store() {
	n := b.root.Get("store")
	u := b.file.Store
	if n == nil {
		u = "bolt:" + filepath.Join(b.dataDir(), "prices.db")
	}
	path, ok := strings.CutPrefix(u, "bolt:")
	switch {
	case !ok:
		b.report.Add(n, "write bolt:prices.db", "must begin with bolt:")
	case path == "" || strings.ContainsAny(path, "\n\t?#"):
		b.report.Add(n, "write bolt:prices.db", "does not name a file")
	}
	b.out.StoreURL = "bolt:" + b.path(path)
	b.file.Store = b.out.StoreURL
}

// dataDir is where data goes when nothing is said: systemd's StateDirectory, else the data folder of the user,
// else beside the file.
func (b *builder) dataDir() string {
	if v, _ := b.env("STATE_DIRECTORY"); v != "" {
		first, _, _ := strings.Cut(v, ":")
		return first
	}
	if dir := userDir(b.env, "XDG_DATA_HOME", filepath.Join(".local", "share")); dir != "" {
		return filepath.Join(dir, "pricegap")
	}
	return b.dir
}

// path makes p absolute; relative ones start at the file's folder.
func (b *builder) path(p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(b.dir, p)
}

// unstableFor is the keep_firing of a rule of the kind unstable that names none: it is told once a day at most.
const unstableFor = 24 * time.Hour

// maxSocket is the longest path of a unix socket that every system takes. Source: sun_path in unix(7) and
// its BSD kin (104 bytes with the final nought).
const maxSocket = 103

func (b *builder) serve() {
	s, n := &b.file.Serve, b.root.Get("serve")
	host, p, err := net.SplitHostPort(s.Listen)
	number, bad := strconv.ParseUint(p, 10, 16)
	switch {
	case err != nil || bad != nil || strconv.FormatUint(number, 10) != p:
		b.report.Add(n.Get("listen"), "", "must be a host and a port, such as 127.0.0.1:8080")
	case !loopback(host):
		b.report.Add(n.Get("listen"), "listen on 127.0.0.1 and let a proxy with sign-in stand before it", "must be an address of this machine only: the web pages have no sign-in")
	}
	socket := strings.TrimPrefix(b.out.StoreURL, "bolt:") + ".sock"
	if n.Get("socket") != nil {
		socket = b.path(s.Socket)
		if s.Socket == "" || len(socket) > maxSocket {
			b.report.Add(n.Get("socket"), "", "must be a path of 1 to %d bytes", maxSocket)
		}
	} else if len(socket) > maxSocket {
		socket = filepath.Join(os.TempDir(), fmt.Sprintf("pricegap-%x.sock", sha256.Sum256([]byte(socket)))[:30]+".sock")
	}
	s.Socket = socket
	s.URL = strings.TrimSuffix(s.URL, "/")
	if u := n.Get("url"); u != nil && stanza.Address(s.URL) != "" {
		b.report.Add(u, "", "%s", stanza.Address(s.URL))
	}
	b.out.Serve = Serve{s.Listen, socket, s.URL, s.Heartbeat}
}

func (b *builder) slack() {
	s, n := b.file.Slack, b.root.Get("slack")
	if u := n.Get("api"); u != nil && stanza.Address(s.API) != "" {
		b.report.Add(u, "", "%s", stanza.Address(s.API))
	}
	b.out.Slack = Slack{s.SigningSecret, s.AppToken, s.BotToken, string(s.Language), s.API}
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && a.IsLoopback())
}
