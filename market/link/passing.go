package link

import (
	"slices"
	"strings"
)

// passing reports whether a parameter belongs to a visit and not to the thing that is shown: where the visitor came
// from, who he is, which visit of his it is.
func passing(name, value string) bool {
	n := name
	if strings.Contains(n, "%") {
		n = encode(n, "")
	}
	n = strings.ToLower(n)
	return trackers[n] || visits[n] || doubtful[n] && random(value) ||
		slices.ContainsFunc(passingPrefixes, func(p string) bool { return strings.HasPrefix(n, p) })
}

// trackers tell where a visitor came from or who he is.
var trackers = set(
	"gclid", "gclsrc", "dclid", "gbraid", "wbraid", "gad_source", "gad_campaignid",
	"srsltid", "fbclid", "msclkid", "yclid", "ysclid", "twclid", "ttclid", "li_fat_id",
	"igshid", "igsh", "epik", "rdt_cid", "sccid", "irclickid", "irgwc", "awc",
	"cjevent", "ranmid", "raneaid", "ransiteid", "tduid", "bltgh",
	"mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "hsctatracking", "__hstc", "__hssc", "__hsfp",
	"_ga", "_gl", "_gac", "_ke", "_kx", "s_kwcid", "ef_id", "s_cid", "elqtrackid", "elqtrack",
	"vero_id", "vero_conv", "oly_anon_id", "oly_enc_id", "wickedid", "trk_contact", "trk_msg",
	"dm_i", "wt_mc", "wt_zmc", "spm", "scm", "pvid", "algo_pvid", "algo_exp_id",
)

// visits number a visit; doubtful do so in some shops and name a thing in others, so their value decides.
var (
	visits = set(
		"phpsessid", "jsessionid", "sessionid", "session_id", "sessid", "zenid", "oscsid", "xtcsid", "cfid", "cftoken",
		"asp.net_sessionid", "visitid", "visit_id", "visitorid", "visitor_id",
	)
	doubtful = set("sid", "ssid", "session", "sess", "visit", "visitor")
)

var passingPrefixes = []string{"utm_", "pk_", "mtm_", "matomo_", "piwik_", "hsa_", "aspsessionid", "at_campaign", "at_medium"}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// random reports whether s looks drawn by lot: 16 or more letters and digits in one piece, of both.
func random(s string) bool {
	letters, digits := 0, 0
	for i := range len(s) {
		switch c := s[i] | 0x20; {
		case c >= 'a' && c <= 'z':
			letters++
		case s[i] >= '0' && s[i] <= '9':
			digits++
		default:
			return false
		}
	}
	return letters+digits >= 16 && letters > 0 && digits > 1
}

// dropVisit takes the number of a visit out of a path, as servers write it that work without cookies: the
// parameter of "/p/1;jsessionid=A1B2", and the whole segment of "/(S(lit3py55t21z5v55vlm25s55))/p/1" (ASP.NET,
// where A stands for the visitor and F for his rights).
func dropVisit(path string) string {
	if !strings.ContainsAny(path, ";(") {
		return path
	}
	kept := make([]string, 0, 8)
	for segment := range strings.SplitSeq(path, "/") {
		if !cookieless(segment) {
			kept = append(kept, dropParameters(segment))
		}
	}
	return strings.Join(kept, "/")
}

// dropParameters takes what belongs to a visit out of the parameters of a path segment.
func dropParameters(segment string) string {
	if !strings.Contains(segment, ";") {
		return segment
	}
	parts := strings.Split(segment, ";")
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool {
		name, value, valued := strings.Cut(p, "=")
		return valued && passing(name, value)
	}), ";")
}

// cookieless reports whether a path segment is "(S(…))", or several such letters with their brackets in one.
func cookieless(segment string) bool {
	if len(segment) < 2 || segment[0] != '(' || segment[len(segment)-1] != ')' {
		return false
	}
	s := segment[1 : len(segment)-1]
	if s == "" {
		return false
	}
	for s != "" {
		if len(s) < 3 || s[1] != '(' || strings.IndexByte("ASFX", s[0]) < 0 {
			return false
		}
		end := strings.IndexByte(s, ')')
		if end < 0 {
			return false
		}
		s = s[end+1:]
	}
	return true
}
