package stanza

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"pricegap/alerts/calm"
	"pricegap/cmd/internal/config/document"
	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/market/money"
)

// words are the values that string types can take.
var words = map[reflect.Type][]string{
	reflect.TypeFor[market.PointKind](): {"delivery", "pickup", "warranty", "returns", "service", "rating"},
	reflect.TypeFor[money.VAT]():        {"included", "excluded"},
	reflect.TypeFor[calm.Group]():       {"category", "brand", "competitor", "store"},
	reflect.TypeFor[market.Render]():    {"browser"},
	reflect.TypeFor[compare.Basis]():    {"shelf", "delivered"},
	reflect.TypeFor[market.Condition](): {"new", "refurbished", "used", "damaged"},
	reflect.TypeFor[market.Stock](): {
		"in_stock", "limited", "preorder", "backorder", "in_store_only", "out_of_stock", "discontinued",
	},
	reflect.TypeFor[policy.Role]():    named(policy.Roles),
	reflect.TypeFor[policy.Proof]():   {"gtin", "model", "person"},
	reflect.TypeFor[policy.Kind]():    named(policy.Kinds),
	reflect.TypeFor[policy.Outcome](): {"MATCH", "REFER", "DECLINE"},
	reflect.TypeFor[policy.Rule]():    named(policy.RuleNames()),
	reflect.TypeFor[market.Field](): {
		"url", "sku", "gtin", "mpn", "brand", "name", "category", "variant", "image", "price", "low_price",
		"high_price", "reference_price", "member_price", "coupon_price", "per_month", "unit_price", "shipping", "vat",
		"availability", "stock_count", "delivery", "pickup", "seller", "condition", "warranty_months", "returns_days",
		"services", "rating", "currency",
	},
}

// named are the texts of words that have a type.
func named[T ~string](list []T) (out []string) {
	for _, w := range list {
		out = append(out, string(w))
	}
	return out
}

// forms say what a type looks like in the file.
var forms = map[reflect.Type]string{
	reflect.TypeFor[money.Amount]():   `an amount with its currency, such as "4.95 EUR"`,
	reflect.TypeFor[Size]():           `a number of bytes with its unit, such as 500B, 256KiB or 1GiB`,
	reflect.TypeFor[market.Percent](): "a percentage with at most two decimals, such as 2.5%",
	reflect.TypeFor[market.Count]():   "a whole number",
	reflect.TypeFor[Pattern]():        "a pattern that begins with / or *",
	reflect.TypeFor[Language]():       "a language such as nl or en",
	reflect.TypeFor[Date]():           "a day such as 2026-03-31",
	reflect.TypeFor[ConnectTo]():      "HOST1:PORT1:HOST2:PORT2, as of curl --connect-to",
	reflect.TypeFor[Network]():        "a private or special network such as 127.0.0.0/8 or 10.1.2.3",
	reflect.TypeFor[calm.Span]():      "days of the week and times such as mon-fri 08:30-18:00",
	reflect.TypeFor[market.Secret]():  "text",
}

// NewDecoder returns a decoder that knows the words and forms of this file.
func NewDecoder(r *document.Report) *document.Decoder {
	return &document.Decoder{Report: r, Words: words, Forms: forms}
}

// errForm is returned by the readers of this file; the decoder says the form that was expected.
var errForm = errors.New("not of the expected form")

// Texts is a list of texts; one alone may stand without the list.
type Texts []string

// UnmarshalNode implements document.Unmarshaler.
func (t *Texts) UnmarshalNode(d *document.Decoder, n *document.Node) {
	if n.Kind == document.Scalar {
		var s string
		d.Value(n, &s)
		*t = Texts{s}
		return
	}
	d.Value(n, (*[]string)(t))
}

// Pattern is a pattern of path and query as in robots.txt.
type Pattern string

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Pattern) UnmarshalText(b []byte) error {
	if len(b) == 0 || len(b) > 2_000 || (b[0] != '/' && b[0] != '*') {
		return errForm
	}
	*p = Pattern(b)
	return nil
}

// Language is a BCP 47 language tag in its canonical form.
type Language string

// UnmarshalText implements encoding.TextUnmarshaler.
func (l *Language) UnmarshalText(b []byte) error {
	tag, err := language.Parse(string(b))
	if err != nil || tag == language.Und {
		return errForm
	}
	*l = Language(tag.String())
	return nil
}

// Date is a day in UTC.
type Date struct{ time.Time }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(b []byte) (err error) {
	d.Time, err = time.Parse(time.DateOnly, string(b))
	return err
}

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.Format(time.DateOnly)), nil }

// ConnectTo is one redirected connection.
type ConnectTo struct{ market.ConnectTo }

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *ConnectTo) UnmarshalText(b []byte) error {
	var parts []string
	for rest := string(b); ; {
		part, after, more := strings.Cut(rest, ":")
		if strings.HasPrefix(rest, "[") {
			in, tail, ok := strings.Cut(rest[1:], "]")
			if _, err := netip.ParseAddr(in); !ok || err != nil || (tail != "" && tail[0] != ':') {
				return errForm
			}
			part, after, more = in, strings.TrimPrefix(tail, ":"), tail != ""
		}
		parts = append(parts, part)
		if !more {
			break
		}
		rest = after
	}
	if len(parts) != 4 || !port(parts[1]) || !port(parts[3]) || strings.ContainsAny(parts[0]+parts[2], "/@ []") {
		return errForm
	}
	c.ConnectTo = market.ConnectTo{Host: strings.ToLower(parts[0]), Port: parts[1], ToHost: parts[2], ToPort: parts[3]}
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (c ConnectTo) MarshalText() ([]byte, error) {
	wrap := func(s string) string {
		if strings.Contains(s, ":") {
			return "[" + s + "]"
		}
		return s
	}
	return []byte(wrap(c.Host) + ":" + c.Port + ":" + wrap(c.ToHost) + ":" + c.ToPort), nil
}

func port(s string) bool {
	if s == "" {
		return true
	}
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

// Network is a special-purpose network.
type Network struct{ netip.Prefix }

// special lists the networks that allow_networks may name: nobody's public shop stands there. Source: the
// IANA special-purpose address registries (RFC 6890).
var special = func() (out []netip.Prefix) {
	for _, s := range []string{
		"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16",
		"192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"::1/128", "fc00::/7", "fe80::/10", "2001:db8::/32",
	} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}()

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Network) UnmarshalText(b []byte) error {
	got, err := netip.ParsePrefix(string(b))
	if addr, bad := netip.ParseAddr(string(b)); bad == nil && addr.Zone() == "" {
		got, err = netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	if err != nil {
		return errForm
	}
	for _, s := range special {
		if s.Bits() <= got.Bits() && s.Contains(got.Addr()) {
			p.Prefix = got.Masked()
			return nil
		}
	}
	return errForm
}

// ShortName is the form of an id.
var ShortName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)

// Address says why s is not an absolute http(s) address that may be fetched; "" when it is one.
func Address(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "":
		return "must be an absolute http or https address"
	case u.User != nil:
		return "must not hold a user name or password"
	case len(s) > 2_083:
		return "is longer than 2083 bytes"
	case strings.ContainsAny(s, " \t\r\n"):
		return "must not hold white space"
	case !port(u.Port()):
		return "has a port out of range"
	}
	return ""
}

// Contactable reports whether s is an https address or an e-mail address.
func Contactable(s string) bool {
	if strings.HasPrefix(s, "https://") {
		return Address(s) == ""
	}
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s && strings.Contains(s, ".")
}

// Hostname reports whether s is the name or address of a host, without a port.
func Hostname(s string) bool {
	if net.ParseIP(s) != nil {
		return true
	}
	u, err := url.Parse("https://" + s + "/")
	return err == nil && s != "" && u.Host == s && !strings.ContainsAny(s, ":@*/ ")
}

// Size is a number of bytes, written with a unit: 500B, 16KiB, 8MiB, 1GiB; KB, MB and GB are thousands.
type Size int64

var units = []struct {
	name  string
	bytes int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}}

// UnmarshalText implements encoding.TextUnmarshaler. A size is at least 1 byte and at most 1 TiB.
func (s *Size) UnmarshalText(b []byte) error {
	for _, u := range units {
		digits, ok := strings.CutSuffix(string(b), u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n < 1 || n > 1<<40/u.bytes {
			return errForm
		}
		*s = Size(n * u.bytes)
		return nil
	}
	return errForm
}

// String is the size with the largest unit that divides it.
func (s Size) String() string {
	b, _ := s.MarshalText()
	return string(b)
}

// MarshalText implements encoding.TextMarshaler.
func (s Size) MarshalText() ([]byte, error) {
	best := units[len(units)-1]
	for _, u := range units[:3] {
		if int64(s)%u.bytes == 0 && s != 0 {
			best = u
		}
	}
	return fmt.Appendf(nil, "%d%s", int64(s)/best.bytes, best.name), nil
}
