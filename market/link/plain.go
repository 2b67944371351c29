package link

import "strings"

// plain reports whether raw is an absolute address that parse would leave as it is, byte by byte: scheme and host
// in small letters, neither port nor user nor fragment, no dot segment, nothing that the URL Standard encodes,
// decodes or removes. path is where its path begins. It may say no to an address that is so; it is there because
// nearly every address of a shop is, and need not be parsed then.
func plain(raw string) (path int, ok bool) {
	if len(raw) > MaxBytes {
		return 0, false
	}
	rest, found := strings.CutPrefix(raw, "https://")
	if !found {
		if rest, found = strings.CutPrefix(raw, "http://"); !found {
			return 0, false
		}
	}
	slash := strings.IndexByte(rest, '/')
	if slash < 0 || !plainHost(rest[:slash]) {
		return 0, false
	}
	in := kept
	for i := slash; i < len(rest); i++ {
		c := rest[i]
		switch {
		case c == '?':
			in = keptInQuery
		case chars[c]&in == 0:
			return 0, false
		case c == '/' && in == kept && dots(rest[i+1:]):
			return 0, false
		}
	}
	return len(raw) - len(rest) + slash, true
}

// dots reports whether a path segment may be a dot segment.
func dots(segment string) bool {
	return strings.HasPrefix(segment, ".") || strings.HasPrefix(segment, "%2")
}

// plainHost reports whether h is a domain name of nothing but letters, digits and single hyphens inside a label,
// which no reading of an internet address or of an international name changes.
func plainHost(h string) bool {
	if len(h) > 253 {
		return false
	}
	last := byte('.')
	label := 0 // where it begins
	for i := range len(h) {
		c := h[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case c == '-' && last != '-' && last != '.':
		case c == '.' && last != '-' && last != '.':
			label = i + 1
		default:
			return false
		}
		if i-label >= 63 {
			return false
		}
		last = c
	}
	// A name whose last label is a number would be an internet address.
	return label < len(h) && last != '-' && h[label] >= 'a' && h[label] <= 'z'
}

// What a byte may be in an address that is left as it is.
const (
	kept        byte = 1 << iota // in a path
	keptInQuery                  // in a query
)

var chars = func() (t [256]byte) {
	for c := range t {
		if unreserved(byte(c)) || strings.IndexByte("%!$&()*+,;=:@/", byte(c)) >= 0 {
			t[c] = kept | keptInQuery
		}
	}
	t['\''] = kept
	t['?'] = keptInQuery
	return t
}()

// canonical reports whether Canonical would leave a plain address as it is.
func canonical(pathQuery string) bool {
	path, query, asked := strings.Cut(pathQuery, "?")
	if strings.Contains(path, "//") || strings.ContainsAny(path, ";(") || !normal(path) {
		return false
	}
	if !asked {
		return true
	}
	if !normal(query) {
		return false
	}
	last := ""
	for part := range strings.SplitSeq(query, "&") {
		name, value, valued := strings.Cut(part, "=")
		if name < last || name == "" || valued && value == "" || passing(name, value) {
			return false
		}
		last = name
	}
	return true
}

// normal reports whether the percent-encoding of s is as encode writes it.
func normal(s string) bool {
	for {
		i := strings.IndexByte(s, '%')
		if i < 0 {
			return true
		}
		if i+2 >= len(s) || !capital(s[i+1]) || !capital(s[i+2]) || unreserved(byte(unhex(s[i+1])<<4|unhex(s[i+2]))) {
			return false
		}
		s = s[i+3:]
	}
}

func capital(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' }
