package market

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"pricegap/market/link"
)

// MaxListingBytes is how long a ListingID may be.
const MaxListingBytes = 512

// Identify decides the identity of a listing, on which history, matches and numbers hang: the source with the
// shop's own article number if it has a stable one, else with the canonical address of the thing or, where
// it states none, of its page; then variant, seller and condition where a page sells several. New is what
// things are where nothing is said, so it adds nothing. The result is printable ASCII, such as
// "acme/sku:123|v=red" or "acme/url:https://acme.example/p/1"; it is empty where there is neither number nor
// address.
func Identify(src SourceID, pageURL string, o Offer) ListingID {
	id := thing(pageURL, o)
	if id == "" {
		return ""
	}
	id = printableKey(string(src)) + "/" + id
	for _, p := range []struct{ name, value string }{{"v", o.Variant.Plain()}, {"s", o.Seller.Plain()}} {
		if v := fold(p.value); v != "" {
			id += "|" + p.name + "=" + printableKey(v)
		}
	}
	if o.Condition != ConditionUnknown && o.Condition != ConditionNew {
		id += "|c=" + printableKey(string(o.Condition))
	}
	if len(id) > MaxListingBytes {
		sum := sha256.Sum256([]byte(id))
		source := printableKey(string(src))
		if len(source) > 64 {
			source = source[:64]
		}
		id = source + "/hash:" + hex.EncodeToString(sum[:])
	}
	return ListingID(id)
}

func thing(pageURL string, o Offer) string {
	if StableSKU(o.SKU) {
		return "sku:" + printableKey(strings.TrimSpace(o.SKU))
	}
	for _, raw := range []string{o.URL, pageURL} {
		if raw == "" {
			continue
		}
		if u, err := link.Canonical(raw); err == nil {
			return "url:" + strings.ReplaceAll(u, "|", "%7C")
		}
	}
	return ""
}

// placeholders are what templates print where they have no article number.
var placeholders = map[string]bool{
	"null": true, "undefined": true, "none": true, "nan": true, "n/a": true, "na": true, "nvt": true, "n.v.t.": true, "-": true, "true": true,
	"false": true, "sku": true, "unknown": true, "default": true, "default-sku": true, "tba": true, "tbd": true, "[object object]": true, "nil": true,
}

// StableSKU reports whether an article number can carry a listing's identity: it is there, it is no
// placeholder of a template, no address and no essay.
func StableSKU(sku string) bool {
	s := strings.ToLower(strings.TrimSpace(sku))
	switch {
	case s == "", len(s) > 128, placeholders[s], strings.Trim(s, "0.-_ ") == "":
		return false
	case strings.Contains(s, "://"), strings.ContainsAny(s, "{}<>"):
		return false
	}
	return true
}

// fold makes spellings of one variant or seller equal: case and white space do not count.
func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// printableKey percent-encodes what would not show, or would end a part of a key.
func printableKey(s string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c > ' ' && c <= '~' && c != '%' && c != '|' {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return b.String()
}

// SameThing reports whether two listings differ in nothing but who sells.
func SameThing(a, b ListingID) bool { return a == b || withoutSeller(a) == withoutSeller(b) }

// withoutSeller is a listing without who sells it.
func withoutSeller(id ListingID) string {
	thing, seller, found := strings.Cut(string(id), "|s=")
	if _, rest, more := strings.Cut(seller, "|"); found && more {
		return thing + "|" + rest
	}
	return thing
}
