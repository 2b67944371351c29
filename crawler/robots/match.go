package robots

import (
	"strconv"
	"strings"
)

// match reports whether pattern fits path from its first byte: "*" stands for anything, "$" at the end for
// the end (RFC 9309 §2.2.3). It takes time in proportion to both lengths, whatever the number of stars.
func match(pattern, path string) bool {
	anchored := strings.HasSuffix(pattern, "$")
	if anchored {
		pattern = pattern[:len(pattern)-1]
	}
	first, rest, starred := strings.Cut(pattern, "*")
	if !strings.HasPrefix(path, first) {
		return false
	}
	path = path[len(first):]
	if !starred {
		return !anchored || path == ""
	}
	for {
		part, more, again := strings.Cut(rest, "*")
		if !again {
			if anchored {
				return strings.HasSuffix(path, part)
			}
			return strings.Contains(path, part)
		}
		i := strings.Index(path, part)
		if i < 0 {
			return false
		}
		path, rest = path[i+len(part):], more
	}
}

// pathOf is the path with parameters and query of url, always with a leading slash, as Google's
// GetPathParamsQuery takes it. Hexadecimal digits of escapes are raised, since those of rules are.
func pathOf(url string) string {
	if i := strings.IndexByte(url, '#'); i >= 0 {
		url = url[:i]
	}
	url = strings.TrimPrefix(url, "//")
	start := 0
	if i := strings.Index(url, "://"); i >= 0 && i < anyOf(url, "/?;") {
		start = i + 3
	}
	i := anyOf(url[start:], "/?;")
	if start+i >= len(url) {
		return "/"
	}
	path := raise(url[start+i:])
	if path[0] != '/' {
		path = "/" + path
	}
	return path
}

// anyOf is the index of the first of chars in s, or len(s).
func anyOf(s, chars string) int {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return i
	}
	return len(s)
}

const hexDigits = "0123456789ABCDEF"

// escape writes bytes outside ASCII as escapes, and the digits of escapes in capitals.
func escape(s string) string {
	s = raise(s)
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c >= 0x80 {
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// raise writes the hexadecimal digits of escapes in capitals.
func raise(s string) string {
	i := strings.IndexByte(s, '%')
	if i < 0 {
		return s
	}
	b := []byte(s)
	for ; i+2 < len(b); i++ {
		if b[i] == '%' && isHex(b[i+1]) && isHex(b[i+2]) {
			b[i+1], b[i+2] = upper(b[i+1]), upper(b[i+2])
		}
	}
	return string(b)
}

// decode writes the escapes of letters, digits, "-", ".", "_" and "~" as those (RFC 3986 §2.3). The digits of escapes are
// in capitals.
func decode(s string) string {
	i := strings.IndexByte(s, '%')
	if i < 0 {
		return s
	}
	out := append(make([]byte, 0, len(s)), s[:i]...)
	for ; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil && isUnreserved(byte(v)) {
				c, i = byte(v), i+2
			}
		}
		out = append(out, c)
	}
	return string(out)
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'f' {
		return c - 'a' + 'A'
	}
	return c
}
