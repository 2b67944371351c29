package config

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"pricegap/cmd/internal/config/document"
	"pricegap/cmd/internal/config/stanza"
	"pricegap/compare"
	"pricegap/crawler"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
	"pricegap/watch/schedule"
)

const (
	dayLong = 24 * time.Hour
	// maxList bounds a file with product addresses.
	maxList = 32 << 20
)

func (b *builder) sources() {
	seen := map[string]bool{}
	list := b.root.Get("sources")
	if list != nil && len(b.file.Sources) == 0 && list.Kind == document.List {
		b.report.Add(list, "", "is empty: there is nothing to watch")
	}
	for i := range b.file.Sources {
		p, n := &b.file.Sources[i], list.At(i)
		b.id(seen, p.ID, n.Get("id"), "source")
		s := b.source(p, n)
		if s.Own && b.out.Own != "" {
			b.report.Add(n.Get("own"), "", "there are two sources with own: true, the other is %q", b.out.Own)
		} else if s.Own {
			b.out.Own = s.ID
		}
		b.out.Sources = append(b.out.Sources, s)
		b.out.Shops = append(b.out.Shops, compare.Shop{
			ID: s.ID, Name: s.Name, Own: s.Own, Formula: s.Formula, Shipping: s.Shipping, VAT: s.VAT, Interval: s.Interval,
		})
		if !n.Get("parser").Sound() {
			continue // which has been said
		}
		parser, err := parsers.New(p.Parser.Kind, stanza.Options(n.Get("parser"), new(stanza.ParserKeys)))
		if err != nil {
			at := n.Get("parser")
			if at == nil {
				at = n
			}
			b.refuse(at, p.Parser.Kind, err)
			continue
		}
		if len(s.Starts) > 0 {
			b.out.Sites = append(b.out.Sites, crawler.Site{Source: s, Parser: parser, Reading: reading(s, p.Parser.Kind, n.Get("parser"))})
		}
	}
	if b.out.Own == "" && list != nil {
		b.warnings.Add(list, "give your own shop a stanza with own: true", "no source is our own, so there is nothing to compare with")
	}
}

// reading is the fingerprint of everything that decides what a page is read as: the parser, its options, the
// language, currency and tax of the source, and the paths of its JSON endpoints.
func reading(s market.Source, kind string, at *document.Node) string {
	options := parsers.Options(kind)
	if options != nil {
		_ = stanza.Options(at, new(stanza.ParserKeys))(options) // parsers.New has refused what cannot be decoded
	}
	h := sha256.New()
	enc := json.NewEncoder(h)
	var paths []market.JSONPaths
	for _, st := range s.Starts {
		paths = append(paths, st.JSON)
	}
	for _, part := range []any{kind, options, s.Locale, s.VAT, paths} {
		_ = enc.Encode(part) // a hash takes everything, and the parts are plain data
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// source turns one stanza into a source.
func (b *builder) source(p *stanza.Source, n *document.Node) market.Source {
	if p.Name == "" {
		p.Name = p.ID
	}
	s := market.Source{
		ID: market.SourceID(p.ID), Name: p.Name, Own: p.Own, VAT: p.VAT, Parser: p.Parser.Kind,
		Locale:   money.Locale{Language: p.Locale, Currency: p.Currency},
		Shipping: market.Shipping(p.Shipping),
		Formula:  market.Formula{Name: p.Name, Points: b.points(p.Formula, n.Get("formula"))},
		Scope: market.Scope{
			Hosts: p.Scope.Hosts, Include: plain(p.Scope.Include), Exclude: plain(p.Scope.Exclude),
			Products: plain(p.Scope.Products), Lists: plain(p.Scope.Lists), MaxPages: p.Limits.MaxPages,
		},
		Pace: market.Pace(p.Pace), Limits: limitsOf(p.Limits), Render: p.Render,
		RobotsOverride: market.RobotsOverride{Reason: p.Override.Reason, Who: p.Override.Who, Date: p.Override.Date.Time},
		TermsReviewed:  market.TermsReviewed{URL: p.Terms.URL, Date: p.Terms.Date.Time},
	}
	if p.Own {
		s.Formula = b.out.Formula
		if f := n.Get("formula"); f != nil {
			b.report.Add(f, "move it to formula at the top of the file", "our own formula does not stand here")
		}
	}
	if c := n.Get("currency"); c != nil && !p.Currency.Valid() {
		b.report.Add(c, "", "must be an ISO 4217 code in capitals, such as EUR")
	}
	b.shipping(p, n.Get("shipping"))
	s.Starts = b.starts(p, n)
	if len(s.Starts) == 0 && n.Get("start") == nil && (!p.Own || b.file.Catalog.File == "") {
		b.report.Add(n, "add a sitemap, a category, products or json", "key start is missing")
	}
	b.scope(p, n.Get("scope"), s.Starts)
	b.pace(p, n)
	b.agreed(p, n)
	for _, c := range p.ConnectTo {
		s.Network.ConnectTo = append(s.Network.ConnectTo, c.ConnectTo)
	}
	for _, a := range p.AllowNetworks {
		s.Network.Allow = append(s.Network.Allow, a.Prefix)
	}
	s.Schedule, s.Interval = b.schedule(p, n)
	p.Interval = s.Interval
	return s
}

func plain(ps []stanza.Pattern) []string {
	var out []string
	for _, p := range ps {
		out = append(out, string(p))
	}
	return out
}

func (b *builder) shipping(p *stanza.Source, n *document.Node) {
	for key, a := range map[string]money.Amount{"fee": p.Shipping.Fee, "free_from": p.Shipping.FreeFrom} {
		switch {
		case !a.Known():
		case a.Sign() < 0:
			b.report.Add(n.Get(key), "", "must not be negative")
		case a.Currency() != p.Currency && p.Currency.Valid():
			b.report.Add(n.Get(key), "", "must be in %s, the currency of this source", p.Currency)
		}
	}
}

// starts turns the starting points of a stanza into ours.
func (b *builder) starts(p *stanza.Source, n *document.Node) []market.Start {
	var out []market.Start
	for i, s := range p.Start {
		at := n.Get("start").At(i)
		start := market.Start{Include: plain(s.Include), Exclude: plain(s.Exclude)}
		var kinds []string
		for _, k := range []struct {
			key  string
			kind market.StartKind
			urls []string
		}{
			{"sitemap", market.StartSitemap, s.Sitemap},
			{"category", market.StartCategory, s.Category},
			{"products", market.StartProducts, s.Products},
			{"json", market.StartJSON, s.JSON},
		} {
			if at.Get(k.key) == nil {
				continue
			}
			kinds = append(kinds, k.key)
			start.Kind, start.URLs = k.kind, k.urls
			b.addresses(k.urls, at.Get(k.key))
		}
		if f := at.Get("products_file"); f != nil {
			kinds = append(kinds, "products_file")
			start.Kind, start.URLs = market.StartProducts, b.list(s.ProductsFile, f)
		}
		if len(kinds) != 1 {
			b.report.Add(at, "", "must have exactly one of sitemap, category, products, products_file and json")
			continue
		}
		b.special(s, at, &start)
		out = append(out, start)
	}
	return out
}

// special takes the keys that belong to one kind of starting point only.
func (b *builder) special(s stanza.Start, at *document.Node, start *market.Start) {
	if x := at.Get("trust_lastmod"); x != nil && start.Kind != market.StartSitemap {
		b.report.Add(x, "", "belongs to a sitemap starting point")
	}
	start.TrustLastmod = s.TrustLastmod
	if start.Kind != market.StartJSON {
		for _, key := range []string{"items", "fields", "next", "minor_units"} {
			if x := at.Get(key); x != nil {
				b.report.Add(x, "", "belongs to a json starting point")
			}
		}
		return
	}
	start.JSON = market.JSONPaths{Items: s.Items, Fields: s.Fields, Next: s.Next, MinorUnits: s.MinorUnits}
	if s.Fields[market.FieldPrice] == "" || (s.Fields[market.FieldURL] == "" && s.Fields[market.FieldSKU] == "") {
		b.report.Add(at, "", "needs fields with the paths of price and of url or sku")
	}
}

// addresses notes what cannot be fetched; n is one scalar or a list.
func (b *builder) addresses(urls []string, n *document.Node) {
	if len(urls) == 0 && n.Kind == document.List {
		b.report.Add(n, "", "is empty")
	}
	for i, u := range urls {
		at := n.At(i)
		if at == nil {
			at = n
		}
		if why := stanza.Address(u); why != "" {
			b.report.Add(at, "", "%s", why)
		}
	}
}

// list reads a file with one address a line; empty lines and those that begin with # are passed over.
func (b *builder) list(name string, n *document.Node) []string {
	path := b.path(name)
	info, err := os.Stat(path)
	if err != nil {
		b.report.Add(n, "", "cannot be read: %s", errors.Unwrap(err))
		return nil
	}
	if !info.Mode().IsRegular() || info.Size() > maxList { // a pipe would wait for ever
		b.report.Add(n, "", "must be a file of at most 32 MiB")
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		b.report.Add(n, "", "cannot be read: %s", errors.Unwrap(err))
		return nil
	}
	var out []string
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	for i := 1; lines.Scan(); i++ {
		u := strings.TrimSpace(lines.Text())
		if u == "" || strings.HasPrefix(u, "#") {
			continue
		}
		if why := stanza.Address(u); why != "" {
			b.report.Add(n, "", "line %d of %s %s", i, name, why)
		}
		out = append(out, u)
	}
	if lines.Err() != nil || len(out) == 0 {
		b.report.Add(n, "", "%s holds no addresses, or a line of more than 64 KiB", name)
	}
	return out
}

func (b *builder) scope(p *stanza.Source, n *document.Node, starts []market.Start) {
	for i, h := range p.Scope.Hosts {
		p.Scope.Hosts[i] = strings.ToLower(h)
		if !stanza.Hostname(h) {
			b.report.Add(n.Get("hosts").At(i), "", "must be the name of a host, without scheme, port and path")
		}
	}
	if len(p.Scope.Hosts) == 0 {
		return
	}
	for _, s := range starts {
		for _, raw := range s.URLs {
			if u, err := url.Parse(raw); err == nil && !slices.Contains(p.Scope.Hosts, strings.ToLower(u.Hostname())) {
				b.report.Add(n.Get("hosts"), "", "lacks %s, where a starting point stands", cut(u.Hostname()))
				return
			}
		}
	}
}

// schedule returns when a source is crawled, and how often a good look at it is expected: as stated, else the
// longest pause of its schedule, else a day.
func (b *builder) schedule(p *stanza.Source, n *document.Node) (market.Schedule, time.Duration) {
	interval, at := p.Interval, n.Get("schedule")
	if at == nil {
		if interval == 0 {
			interval = dayLong
		}
		return market.Schedule{}, interval
	}
	s := market.Schedule{Expr: p.Schedule.Cron, Jitter: p.Schedule.Jitter, Zone: b.zone(p.Schedule.Zone, at.Get("zone"))}
	longest, shortest, err := gaps(s)
	switch expr := at.Get("cron"); {
	case expr == nil:
	case strings.Contains(s.Expr, "TZ="):
		b.report.Add(expr, "write zone: beside it", "must not name a time zone")
	case s.Expr == "":
		b.report.Add(expr, "", "must be a cron expression of five fields, or a word such as @daily")
	case err != nil:
		b.report.Add(expr, "five fields: minute, hour, day of month, month, day of week; or a word such as @daily", "%s", expression(err))
	case shortest < time.Minute:
		b.report.Add(expr, "", "comes more often than once a minute")
	case s.Jitter > shortest:
		b.report.Add(at.Get("jitter"), "", "is longer than the pause between two runs, %s", document.FormatDuration(shortest))
	}
	if interval == 0 {
		interval = max(longest, time.Minute)
	}
	return s, interval
}

// expression is why a cron expression cannot be read, without the expression itself.
func expression(err error) string {
	for u := errors.Unwrap(err); u != nil; u = errors.Unwrap(u) {
		err = u
	}
	return "cannot be read: " + err.Error()
}

// gaps returns the longest and shortest time between two of the next runs of s.
func gaps(s market.Schedule) (longest, shortest time.Duration, err error) {
	last, err := schedule.Due(s, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		return 0, 0, err
	}
	shortest = time.Duration(1<<63 - 1)
	for range 60 {
		next, err := schedule.Due(s, last)
		if err != nil {
			return 0, 0, err
		}
		if next.IsZero() || last.IsZero() {
			return 0, 0, fmt.Errorf("config: schedule: %w", errNever)
		}
		d := next.Sub(last)
		longest, shortest, last = max(longest, d), min(shortest, d), next
	}
	return longest, shortest, nil
}

var errNever = errors.New("it never comes")

// catalog resolves where our own articles come from.
func (b *builder) catalog() {
	c, n := &b.file.Catalog, b.root.Get("catalog")
	if own, ok := b.out.Source(b.out.Own); ok { // what the catalogue does not say of itself, our shop does
		c.Currency = cmp.Or(c.Currency, own.Locale.Currency)
		c.Locale = cmp.Or(c.Locale, own.Locale.Language)
		c.VAT = cmp.Or(c.VAT, own.VAT)
	}
	if x := n.Get("currency"); x != nil && !c.Currency.Valid() {
		b.report.Add(x, "", "must be an ISO 4217 code in capitals, such as EUR")
	}
	b.out.Catalog.Options = c.Options
	b.out.Catalog.Options.Branches = b.out.Branches
	if c.File == "" {
		if f := n.Get("file"); f != nil {
			b.report.Add(f, "", "does not name a file")
		}
		return
	}
	b.out.Catalog.Path = b.path(c.File)
	if b.out.Own == "" {
		b.report.Add(n.Get("file"), "give your own shop a stanza under sources with own: true", "there is no source to file the catalogue under")
	}
	if _, err := os.Stat(b.out.Catalog.Path); err != nil {
		b.warnings.Add(n.Get("file"), "", "%s is not there yet", cut(c.File))
	}
}
