package link

import (
	"fmt"
	"slices"
	"strings"
)

// Canonical returns the form under which a listing is filed: without user, password, fragment, dot segments, doubled
// slashes, and what belongs to a visit in path or query; percent-encoding normalised as in RFC 3986 §6.2.2;
// parameters sorted by name. Two addresses with one canonical form are the same listing, but the form is
// not meant to be fetched. Error: ErrAddress.
func Canonical(raw string) (string, error) {
	if path, ok := plain(raw); ok && canonical(raw[path:]) {
		return raw, nil
	}
	return byParsing(raw)
}

func byParsing(raw string) (string, error) {
	u, err := parse("", raw)
	if err != nil {
		return "", err
	}
	host := strings.TrimRight(u.Hostname(), ".")
	if host == "" {
		return "", fmt.Errorf("%w: it has no host", ErrAddress)
	}
	if p := u.Port(); p != "" {
		host += ":" + p
	}
	out := u.Scheme() + "://" + host + canonicalPath(u.Pathname()) + canonicalQuery(u.Query())
	if path, ok := plain(out); ok && canonical(out[path:]) {
		return out, nil
	}
	// What was percent-encoded may now spell dot segments; the second pass takes them out.
	u, err = parse("", out)
	if err != nil {
		return "", err
	}
	return bounded(u.Scheme() + "://" + u.Host() + canonicalPath(u.Pathname()) + u.Search())
}

func canonicalPath(p string) string {
	p = dropVisit(p)
	for strings.Contains(p, "//") {
		p = strings.ReplaceAll(p, "//", "/")
	}
	if p == "" {
		p = "/"
	}
	return encode(p, "/!$&'()*+,;=:@")
}

func canonicalQuery(q string) string {
	var kept []string
	for part := range strings.SplitSeq(q, "&") {
		name, value, _ := strings.Cut(part, "=")
		if name == "" || passing(name, value) {
			continue
		}
		const plain = "!$'()*+,;:@/?"
		name = encode(name, plain)
		if value != "" {
			name += "=" + encode(value, plain+"=")
		}
		kept = append(kept, name)
	}
	if len(kept) == 0 {
		return ""
	}
	slices.SortStableFunc(kept, func(a, b string) int {
		a, _, _ = strings.Cut(a, "=")
		b, _, _ = strings.Cut(b, "=")
		return strings.Compare(a, b)
	})
	return "?" + strings.Join(kept, "&")
}

// encode decodes what need not be percent-encoded, encodes the rest except the bytes in plain, and writes
// hexadecimal digits as capitals.
func encode(s, plain string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if hi, lo := unhex(s[i+1]), unhex(s[i+2]); hi >= 0 && lo >= 0 {
				if v := byte(hi<<4 | lo); unreserved(v) {
					b.WriteByte(v)
				} else {
					b.WriteByte('%')
					b.WriteByte(hexDigits[hi])
					b.WriteByte(hexDigits[lo])
				}
				i += 2
				continue
			}
		}
		if unreserved(c) || strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	return b.String()
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
