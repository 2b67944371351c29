package link

import "strings"

// Names reports whether a number, or a word, stands in an address between other signs than ASCII letters and digits,
// whatever its case: "/p/AB-123.html" names "ab-123" and "123", not "12". An empty one is never named.
func Names(address, number string) bool {
	address, number = strings.ToLower(address), strings.ToLower(number)
	for at := 0; number != ""; {
		i := strings.Index(address[at:], number)
		if i < 0 {
			return false
		}
		i += at
		if at = i + len(number); !alnum(address, i-1) && !alnum(address, at) {
			return true
		}
	}
	return false
}

func alnum(s string, i int) bool {
	return i >= 0 && i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'z')
}
