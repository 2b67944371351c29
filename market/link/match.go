package link

import "strings"

// Match reports whether pattern fits pathQuery, as in robots.txt: from the first byte, "*" stands for any
// bytes, "$" at the end for the end; an empty pattern fits nothing. Both are compared with percent-encoding
// normalised, so "/bücher" fits "/b%C3%BCcher". The time is linear in both. Source: RFC 9309 §2.2.2 and
// §2.2.3.
func Match(pattern, pathQuery string) bool {
	if pattern == "" {
		return false
	}
	pattern, end := strings.CutSuffix(pattern, "$")
	pattern, path := encode(pattern, reserved), encode(pathQuery, reserved)
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(path, parts[0])
	if !ok {
		return false
	}
	if len(parts) == 1 {
		return !end || rest == ""
	}
	last := len(parts) - 1
	for _, p := range parts[1:last] {
		i := strings.Index(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	if end {
		return strings.HasSuffix(rest, parts[last])
	}
	return strings.Contains(rest, parts[last])
}

// reserved are the bytes that keep their meaning in a pattern and in an address.
const reserved = "/?#[]@!$&'()*+,;=:{}|^`\"<>\\ "
