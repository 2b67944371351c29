package link

import (
	"fmt"
	"slices"
	"strings"
)

// Canonical returns the form under which a listing is filed: without user, password, fragment, tracking and
// session parameters, dot segments and doubled slashes; percent-encoding normalised as in RFC 3986 §6.2.2;
// parameters sorted by name. Two addresses with one canonical form are the same listing, but the form is
// not meant to be fetched. Error: ErrAddress.
func Canonical(raw string) (string, error) {
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
	// What was percent-encoded may now spell dot segments; the second pass takes them out.
	u, err = parse("", out)
	if err != nil {
		return "", err
	}
	return bounded(u.Scheme() + "://" + u.Host() + canonicalPath(u.Pathname()) + u.Search())
}

func canonicalPath(p string) string {
	p = dropSession(p)
	for strings.Contains(p, "//") {
		p = strings.ReplaceAll(p, "//", "/")
	}
	if p == "" {
		p = "/"
	}
	return encode(p, "/!$&'()*+,;=:@")
}

// dropSession takes the session number of Java servers out of a path: "/p/1;jsessionid=A1B2".
func dropSession(p string) string {
	i := strings.Index(strings.ToLower(p), ";jsessionid=")
	if i < 0 {
		return p
	}
	end := strings.IndexAny(p[i+1:], ";/")
	if end < 0 {
		return p[:i]
	}
	return p[:i] + p[i+1+end:]
}

func canonicalQuery(q string) string {
	var kept []string
	for part := range strings.SplitSeq(q, "&") {
		name, value, _ := strings.Cut(part, "=")
		if name == "" || tracking(name) {
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

// trackers are parameters that tell where a visitor came from or who he is, never which thing is shown.
var trackers = map[string]bool{
	"gclid": true, "gclsrc": true, "dclid": true, "gbraid": true, "wbraid": true, "gad_source": true, "gad_campaignid": true,
	"srsltid": true, "fbclid": true, "msclkid": true, "yclid": true, "ysclid": true, "twclid": true, "ttclid": true, "li_fat_id": true,
	"igshid": true, "igsh": true, "epik": true, "rdt_cid": true, "sccid": true, "irclickid": true, "irgwc": true, "awc": true,
	"cjevent": true, "ranmid": true, "raneaid": true, "ransiteid": true, "tduid": true, "bltgh": true,
	"mc_cid": true, "mc_eid": true, "mkt_tok": true, "_hsenc": true, "_hsmi": true, "hsctatracking": true, "__hstc": true, "__hssc": true, "__hsfp": true,
	"_ga": true, "_gl": true, "_gac": true, "_ke": true, "_kx": true, "s_kwcid": true, "ef_id": true, "s_cid": true, "elqtrackid": true, "elqtrack": true,
	"vero_id": true, "vero_conv": true, "oly_anon_id": true, "oly_enc_id": true, "wickedid": true, "trk_contact": true, "trk_msg": true,
	"dm_i": true, "wt_mc": true, "wt_zmc": true, "spm": true, "scm": true, "pvid": true, "algo_pvid": true, "algo_exp_id": true,
	"phpsessid": true, "jsessionid": true, "sessionid": true, "session_id": true, "zenid": true, "oscsid": true, "cfid": true, "cftoken": true,
}

var trackerPrefixes = []string{"utm_", "pk_", "mtm_", "matomo_", "piwik_", "hsa_", "aspsessionid", "at_campaign", "at_medium"}

func tracking(name string) bool {
	n := strings.ToLower(encode(name, ""))
	if trackers[n] {
		return true
	}
	return slices.ContainsFunc(trackerPrefixes, func(p string) bool { return strings.HasPrefix(n, p) })
}
