package link

import (
	"slices"
	"strings"
	"unicode"
)

const redacted = "***"

// Redact returns an address that is safe to show and to log: without user, password and fragment, with "***"
// in place of query values and path segments that look like secrets, in ASCII and bounded. Of what is no web
// address it keeps scheme and host at most.
func Redact(raw string) string {
	if raw == "" {
		return ""
	}
	u, err := parse("", raw)
	if err != nil {
		return redactForeign(raw)
	}
	segments := strings.Split(u.Pathname(), "/")
	for i, s := range segments {
		if secretValue(s) {
			segments[i] = redacted
		}
	}
	out := u.Scheme() + "://" + u.Host() + strings.Join(segments, "/")
	if q := strings.TrimPrefix(u.Search(), "?"); q != "" {
		parts := strings.Split(q, "&")
		for i, p := range parts {
			name, value, found := strings.Cut(p, "=")
			if found && value != "" && (secretName(name) || secretValue(value)) {
				parts[i] = name + "=" + redacted
			} else if !found && secretValue(name) {
				parts[i] = redacted
			}
		}
		out += "?" + strings.Join(parts, "&")
	}
	if len(out) > MaxBytes {
		out = out[:MaxBytes]
	}
	return out
}

// redactForeign keeps "scheme://host" of what cannot be parsed, or says that it is no address.
func redactForeign(raw string) string {
	const none = "(not an address)"
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok || len(scheme) > 20 || !onlyASCII(scheme) {
		return none
	}
	if i := strings.IndexAny(rest, "/?#\\"); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	if len(rest) > 255 || !onlyASCII(rest) {
		return none
	}
	return scheme + "://" + rest
}

func onlyASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// secretNames are parts of parameter names whose value is nobody's business.
var secretNames = []string{
	"token", "secret", "passw", "pwd", "auth", "signature", "credential", "apikey", "api_key", "api-key", "access_key",
	"accesskey", "private", "session", "sessid", "sid", "jwt", "sig", "key", "code", "hash", "nonce", "otp", "pin", "email", "e-mail",
}

// wholeNames are the short ones among them, which count only as a whole name.
var wholeNames = []string{"sid", "sig", "key", "code", "hash", "nonce", "otp", "pin", "pwd", "private"}

func secretName(name string) bool {
	n := strings.ToLower(encode(name, ""))
	return slices.ContainsFunc(secretNames, func(s string) bool {
		if slices.Contains(wholeNames, s) {
			return n == s || strings.HasSuffix(n, "_"+s) || strings.HasSuffix(n, "-"+s)
		}
		return strings.Contains(n, s)
	})
}

// secretValue reports whether s looks like a random token: 20 or more characters without a break, with capitals,
// small letters and digits; or 32 or more hexadecimal digits; or a JSON web token.
func secretValue(s string) bool {
	if strings.HasPrefix(s, "eyJ") && strings.Contains(s, ".") {
		return true
	}
	run := 0
	var upper, lower, digit, hex bool
	hex = true
	for _, r := range s + "-" {
		switch {
		case unicode.IsUpper(r):
			upper = true
		case unicode.IsLower(r):
			lower = true
		case unicode.IsDigit(r):
			digit = true
		default:
			if run >= 20 && upper && lower && digit || run >= 32 && hex && digit && (upper || lower) {
				return true
			}
			run, upper, lower, digit, hex = 0, false, false, false, true
			continue
		}
		hex = hex && r < 128 && unhex(byte(r)) >= 0
		run++
	}
	return false
}
