// Package robots reads robots.txt as RFC 9309 and Google's published matcher do: groups of one agent are
// merged, the longest rule wins, and an allow wins over a disallow of the same length. It is pure; the
// crawler fetches the file and keeps it.
package robots

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

const (
	// MaxBytes is how much of a file is read (RFC 9309 §2.5: at least 500 KiB).
	MaxBytes = 512 << 10
	// maxLine is where Google's parser cuts a line: eight times the longest URL of a browser.
	maxLine = 2083 * 8
)

// File is a robots.txt as one agent reads it. The zero File allows everything.
type File struct {
	rules    []rule // longest first, allow before disallow
	delay    time.Duration
	hasDelay bool
	known    bool
}

type rule struct {
	pattern string
	allow   bool
	said    string // the line as it stands in the file
}

// Parse reads the first MaxBytes of body for agent, the product token such as "pricegap". It never fails:
// a line that makes no sense is passed over, as RFC 9309 §2.2 asks, and so is the line that the bound cuts through.
func Parse(body []byte, agent string) *File {
	p := parser{agent: agent, closed: true}
	if len(body) >= MaxBytes {
		body = body[:MaxBytes]
		body = body[:bytes.LastIndexAny(body, "\r\n")+1]
	}
	body = plain(body)
	for len(body) > 0 {
		end := bytes.IndexAny(body, "\r\n")
		line := body
		if end < 0 {
			body = nil
		} else {
			line, body = body[:end], body[end+1:]
		}
		p.line(string(line[:min(len(line), maxLine)]))
	}
	return p.file()
}

// plain removes a byte order mark, and decodes UTF-16, which is known by its mark or by the zeros beside its first
// two letters.
func plain(b []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}), len(b) > 3 && b[0] != 0 && b[1] == 0 && b[2] != 0 && b[3] == 0:
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}), len(b) > 3 && b[0] == 0 && b[1] != 0 && b[2] == 0 && b[3] != 0:
		order = binary.BigEndian
	default:
		for _, c := range []byte("\xEF\xBB\xBF") { // Google's parser takes a part of the mark as well
			if len(b) == 0 || b[0] != c {
				break
			}
			b = b[1:]
		}
		return b
	}
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	return []byte(strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff"))
}

// isHTML reports whether body is a web page and no robots.txt at all.
func isHTML(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(plain(body[:min(len(body), 512)])), []byte("<"))
}

// Allowed reports whether the agent may fetch url, and the line that decides, empty when none does. Only
// path and query of url count; the fragment does not. The escape of a letter is that letter (RFC 9309 §2.2.2) to rules
// that forbid, and stays an escape to those that allow, as it does to Google's matcher.
func (f *File) Allowed(url string) (ok bool, by string) {
	path := pathOf(url)
	decoded := decode(path)
	for _, r := range f.rules {
		if match(r.pattern, path) || !r.allow && decoded != path && match(r.pattern, decoded) {
			return r.allow, r.said
		}
	}
	return true, ""
}

// Delay is the Crawl-delay for the agent and whether the file states a usable one. It is no part of RFC 9309.
func (f *File) Delay() (time.Duration, bool) { return f.delay, f.hasDelay }

// Known reports whether the file has any line that belongs into a robots.txt; an HTML page has none.
func (f *File) Known() bool { return f.known }

// parser follows the groups of a file.
type parser struct {
	agent string
	// specific and global say whether the present group is for the agent, and for everybody; closed that its
	// list of agents has ended, or that there is no group yet.
	specific, global, closed bool
	delay                    float64 // the longest of the present group, in seconds; none below nought
	everSpecific             bool
	sets                     [2]File // 0 for everybody, 1 for the agent
	known                    bool
}

func (p *parser) line(s string) {
	if i := strings.IndexByte(s, '#'); i >= 0 {
		s = s[:i]
	}
	key, value, ok := split(s)
	if !ok {
		return
	}
	switch directive(key) {
	case "user-agent":
		p.userAgent(value)
		p.slow()
	case "allow":
		p.rule(value, true, s)
	case "disallow":
		p.rule(value, false, s)
	case "crawl-delay":
		p.crawlDelay(value)
		p.slow()
	case "sitemap": // is for those who look for pages
	default:
		return
	}
	p.known = true
}

// split parts a line into key and value. A colon parts them; white space does where there is none and
// exactly two words stand there.
func split(s string) (key, value string, ok bool) {
	s = strings.Trim(s, " \t\x00\v\f")
	if k, v, found := strings.Cut(s, ":"); found {
		key, value = strings.TrimSpace(k), strings.TrimSpace(v)
		return key, value, key != ""
	}
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' })
	if len(words) != 2 {
		return "", "", false
	}
	return words[0], words[1], true
}

// directive names what a key means, with the misspellings that Google's parser takes.
func directive(key string) string {
	key = strings.ToLower(key)
	for _, d := range []struct {
		name     string
		prefixes []string
	}{
		{"user-agent", []string{"user-agent", "useragent", "user agent"}},
		{"allow", []string{"allow"}},
		{"disallow", []string{"disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"}},
		{"sitemap", []string{"sitemap", "site-map"}},
		{"crawl-delay", []string{"crawl-delay", "crawldelay"}},
	} {
		if slices.ContainsFunc(d.prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
			return d.name
		}
	}
	return ""
}

func (p *parser) userAgent(value string) {
	if p.closed {
		p.specific, p.global, p.closed, p.delay = false, false, false, -1
	}
	if value == "*" || strings.HasPrefix(value, "* ") || strings.HasPrefix(value, "*\t") {
		p.global = true
		return
	}
	if strings.EqualFold(product(value), p.agent) {
		p.specific, p.everSpecific = true, true
	}
}

// product is the product token at the start of s: letters, "_" and "-" (RFC 9309 §2.2.1).
func product(s string) string {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return s[:i]
		}
	}
	return s
}

// set is where a rule of the present group belongs; nil when the group is for others.
func (p *parser) set() *File {
	switch {
	case p.specific:
		return &p.sets[1]
	case p.global:
		return &p.sets[0]
	}
	return nil
}

func (p *parser) rule(value string, allow bool, said string) {
	set := p.set()
	// A group that is for others ends its list of agents by its first rule too.
	p.closed = true
	if set == nil || value == "" {
		return
	}
	said = strings.TrimSpace(said)
	pattern := escape(value)
	set.rules = append(set.rules, rule{pattern, allow, said})
	if decoded := decode(pattern); !allow && decoded != pattern {
		set.rules = append(set.rules, rule{decoded, false, said})
	}
	// Google: who allows /index.html allows the folder as well.
	if i := strings.LastIndexByte(value, '/'); allow && i >= 0 && strings.HasPrefix(value[i:], "/index.htm") {
		set.rules = append(set.rules, rule{escape(value[:i+1]) + "$", true, said})
	}
}

// crawlDelay takes the longest delay stated for the present group. It does not end the list of agents: no record of
// another kind may (RFC 9309 §2.2.4).
func (p *parser) crawlDelay(value string) {
	if s, err := strconv.ParseFloat(value, 64); err == nil && !math.IsInf(s, 0) && s > p.delay {
		p.delay = s
	}
}

// slow holds whom the present group is for to its delay.
func (p *parser) slow() {
	if set := p.set(); set != nil && p.delay >= 0 {
		d := time.Duration(min(p.delay, 1e9) * float64(time.Second))
		set.delay, set.hasDelay = max(set.delay, d), true
	}
}

func (p *parser) file() *File {
	f := p.sets[0]
	if p.everSpecific {
		f = p.sets[1]
	}
	f.known = p.known
	slices.SortStableFunc(f.rules, func(a, b rule) int {
		switch {
		case len(a.pattern) != len(b.pattern):
			return len(b.pattern) - len(a.pattern)
		case a.allow == b.allow:
			return 0
		case a.allow:
			return -1
		}
		return 1
	})
	return &f
}
