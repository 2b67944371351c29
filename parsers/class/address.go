package class

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"pricegap/market/link"
	"pricegap/parsers/class/phrase"
)

// place is an address in the parts that are compared.
type place struct {
	host, query string
	parts       []string // of the path, in small letters, without an index page
}

func placeOf(address string) place {
	c, err := link.Canonical(address)
	if err != nil {
		return place{}
	}
	full, query, _ := strings.Cut(link.PathQuery(c), "?")
	p := place{host: strings.TrimPrefix(link.Host(c), "www."), query: strings.ToLower(query)}
	for s := range strings.SplitSeq(strings.ToLower(full), "/") {
		if s != "" {
			p.parts = append(p.parts, s)
		}
	}
	if n := len(p.parts); n > 0 && slices.Contains([]string{"index", "home", "default"}, strings.TrimSuffix(p.parts[n-1], path.Ext(p.parts[n-1]))) {
		p.parts = p.parts[:n-1]
	}
	return p
}

// codes returns the language or country that an address names, such as "nl", "nl-be" or "de", by where it stands: the
// first part of the path, the first label of the host, its top-level domain; empty where none does.
func (p place) codes() (out [3]string) {
	if len(p.parts) > 0 && isRegion(p.parts[0]) {
		out[0] = strings.ReplaceAll(p.parts[0], "_", "-")
	}
	if label, _, _ := strings.Cut(p.host, "."); isRegion(label) {
		out[1] = label
	}
	if tld := p.host[strings.LastIndexByte(p.host, '.')+1:]; isRegion(tld) {
		out[2] = tld
	}
	return out
}

// rest is the path without a language or country.
func (p place) rest() []string {
	if len(p.parts) > 0 && isRegion(p.parts[0]) {
		return p.parts[1:]
	}
	return p.parts
}

// regions are the languages and countries that shops put into their addresses, by ISO 639-1 and ISO 3166-1.
var regions = set(`nl be de at ch fr lu uk gb ie us ca au nz es pt it dk se no fi pl cz sk hu ro bg hr si gr ee lv lt
	en da sv nb cs el et sl uk tr ru ua jp ja cn zh kr ko in br mx ar cl za ae sa il he`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

func isRegion(s string) bool {
	switch {
	case len(s) == 2:
		return regions[s]
	case len(s) == 5 && (s[2] == '-' || s[2] == '_'):
		return regions[s[:2]] && regions[s[3:]]
	}
	return false
}

// differ reports whether two codes cannot be of one language and country: "nl" and "nl-be" may, "nl-nl" and
// "nl-be" may not.
func differ(a, b string) bool {
	a, b = code(a), code(b)
	if a == "" || b == "" || a == b {
		return false
	}
	if len(a) == 5 && len(b) == 5 {
		return true
	}
	return !slices.Contains(strings.Split(a, "-"), b) && !slices.Contains(strings.Split(b, "-"), a)
}

// code returns language and country of a tag such as "nl_NL", or the language alone, in one form; "" where there is
// none.
func code(s string) string {
	s = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "_", "-")
	s = strings.ReplaceAll(s, "uk", "gb") // as shops call it
	if len(s) == 5 && s[2] == '-' {
		return s
	}
	if len(s) < 2 || s[0] < 'a' || s[0] > 'z' || s[1] < 'a' || s[1] > 'z' {
		return ""
	}
	return s[:2]
}

// foreign says why the page is that of another country or language, "" where it is not. Where the addresses do not
// contradict each other, what the page says of its language has to agree that it is.
func (s subject) foreign() string {
	const moved = "the address was answered by the page for another country or language"
	other := differ(s.lang, s.Language)
	if s.to.host != "" {
		was, is := s.from.codes(), s.to.codes()
		for i := range is {
			if differ(was[i], is[i]) || was[i] == "" && other && differ(s.Language, is[i]) && s.from.host != "" {
				return moved
			}
		}
	}
	if other && code(s.lang)[:2] != code(s.Language)[:2] && s.currency != "" && s.Currency != "" && s.currency != s.Currency {
		return "language and currency of the page are not those of the source"
	}
	return ""
}

// door is what an address leads to by its name.
type door int

const (
	doorNone door = iota
	doorLogin
	doorConsent
	doorSearch
)

// doors are parts of addresses, in the languages of the phrases.
var doors = func() map[string]door {
	m := map[string]door{}
	for d, names := range map[door]string{
		doorLogin: `login signin sign-in log-in inloggen aanmelden anmelden einloggen connexion se-connecter identification
			sso logon account-login`,
		doorConsent: `consent privacy-gate privacygate cookiewall cookie-wall cookie-consent toestemming agegate age-gate age-check
			agecheck age-verification leeftijdscontrole leeftijdscheck altersabfrage alterspruefung verification-age`,
		doorSearch: `search zoeken zoek zoekresultaten zoekresultaat suche suchen suchergebnis suchergebnisse recherche
			rechercher catalogsearch searchresults search-results`,
	} {
		for name := range set(names) {
			m[name] = d
		}
	}
	return m
}()

// leads returns the door that an address is.
func (p place) leads() door {
	label, _, _ := strings.Cut(p.host, ".")
	for _, s := range append([]string{label}, p.parts...) {
		if d := doors[strings.TrimSuffix(s, path.Ext(s))]; d != doorNone {
			return d
		}
	}
	for _, key := range []string{"q=", "query=", "search=", "searchterm=", "zoekterm=", "suchbegriff="} {
		if strings.HasPrefix(p.query, key) || strings.Contains(p.query, "&"+key) {
			return doorSearch
		}
	}
	return doorNone
}

// door returns what the address that answered leads to, where the one that was asked for does not.
func (s subject) door() door {
	if d := s.to.leads(); d != s.from.leads() {
		return d
	}
	return doorNone
}

// misled says why the address that answered cannot be that of the product that was asked for, "" where it may be.
func (s subject) misled() string {
	asked, got := s.from.rest(), s.to.rest()
	switch {
	case s.from.host == "" || s.to.host == "" || len(asked) == 0:
	case s.door() == doorLogin || s.door() == doorConsent: // perhaps the front page of a host of its own; see gated
	case len(got) == 0 && (s.to.query == "" || s.from.query != s.to.query):
		return "the address was answered by the front page of the shop"
	case len(got) < len(asked) && slices.Equal(got, asked[:len(got)]):
		return "the address was answered by a page above it, such as its category"
	case s.door() == doorSearch:
		return "the address was answered by a search page"
	}
	return ""
}

// replaced says why a page without a price of its own is about other products, "" where it may not be: the address
// changed, has nothing left of what was asked for, and several products or prices stand on it.
func (s subject) replaced() string {
	asked, got := slug(s.from), slug(s.to)
	if len(s.Others) < 2 && s.prices() < 3 || len(asked) == 0 || s.name != "" {
		return ""
	}
	for _, w := range asked {
		if slices.Contains(got, w) {
			return ""
		}
	}
	return "the address was answered by a page of other products"
}

// prices is how many signs of money stand in the visible text.
func (s subject) prices() (n int) {
	for _, sign := range []string{"€", "$", "£", "EUR"} {
		n = max(n, bytes.Count(s.text, []byte(sign)))
	}
	return n
}

// proved reports whether what was read of the page's own product is that of the address that was asked for: its
// address or its number, or at least 0.6 of its name.
func (s subject) proved() bool {
	if s.from.host == "" {
		return false
	}
	if s.at != "" {
		at := placeOf(s.at)
		if at.host == s.from.host && slices.Equal(at.parts, s.from.parts) && at.query == s.from.query {
			return true
		}
	}
	asked := phrase.Fold(strings.Join(s.from.parts, " ") + " " + s.from.query)
	for _, number := range []string{s.sku, s.gtin} {
		if n := phrase.Fold(number); len(n) >= 3 && phrase.Holds(asked, n) {
			return true
		}
	}
	if similar(strings.Join(slug(s.from), " "), s.name) {
		return true
	}
	n := len(s.to.parts)
	return n > 0 && slices.Contains(s.from.parts, s.to.parts[n-1]) && similar(strings.Join(slug(s.to), " "), s.name)
}

// slug returns the words of the last part of a path that has any, without the shop's numbers.
func slug(p place) []string {
	for i := len(p.parts) - 1; i >= 0; i-- {
		var out []string
		part := strings.TrimSuffix(p.parts[i], path.Ext(p.parts[i]))
		for _, w := range strings.Fields(phrase.Fold(part)) {
			if len(w) < 5 || strings.Trim(w, "0123456789") != "" {
				out = append(out, w)
			}
		}
		if text := strings.Join(out, ""); len(out) > 1 || len(text) > 2 && strings.Trim(text, "0123456789") != "" {
			return out
		}
	}
	return nil
}

// similar reports whether two folded names may be of one product: at least 0.6 of the words of the shorter one stand
// in the longer, at least two, and all of those with a digit.
func similar(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	n := 0
	for _, w := range x {
		switch {
		case slices.Contains(y, w):
			n++
		case strings.ContainsAny(w, "0123456789"):
			return false
		}
	}
	return n >= min(2, len(y)) && n > 0 && 10*n >= 6*len(x)
}
