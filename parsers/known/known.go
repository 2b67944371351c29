// Package known holds pages against what they are known to say: the test pages of the parsers, the one page of each that
// stands in the binary, and the pages that are kept of a source. Differences are named by field.
package known

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
)

// Setting is what stands in PAGE.in.json: how a test page is to be read, where the defaults of NewSetting do not fit.
type Setting struct {
	URL      string            `json:"url"`
	Role     parsers.Role      `json:"role,omitzero"`
	Language string            `json:"language,omitzero"`
	Currency money.Currency    `json:"currency,omitzero"`
	VAT      money.VAT         `json:"vat,omitzero"`
	Options  json.RawMessage   `json:"options,omitzero"`
	Items    string            `json:"items,omitzero"`
	Fields   map[string]string `json:"fields,omitzero"`
	Next     string            `json:"next,omitzero"`
	Minor    bool              `json:"minor_units,omitzero"`
}

// Said is what stands in PAGE.want.json: what a page says.
type Said struct {
	Failure market.FailureKind `json:"failure,omitzero"`
	Message string             `json:"message,omitzero"`
	Offers  []market.Offer     `json:"offers,omitzero"`
	Others  []market.Offer     `json:"others,omitzero"`
	Links   []parsers.Link     `json:"links,omitzero"`
}

// By returns what a result says.
func By(r parsers.Result) Said { return Said{r.Failure, r.Message, r.Offers, r.Others, r.Links} }

// NewSetting returns the setting of the page called name, without PAGE.in.json: a product page of a Dutch shop.
func NewSetting(name string) Setting {
	return Setting{
		URL: "https://www.shop.example/p/" + name, Role: parsers.RoleProduct,
		Language: "nl-NL", Currency: "EUR", VAT: money.VATIncluded,
	}
}

// Read reads a page by the parser of that name. Its errors are parsers.ErrUnknown and those of the options; a page of
// which nothing can be read says so in Said.Failure.
func (s Setting) Read(parser string, body []byte) (Said, error) {
	p, err := parsers.New(parser, s.decode)
	if err != nil {
		return Said{}, err
	}
	res, err := p.Parse(parsers.NewDoc(s.input(body)))
	if _, unreadable := errors.AsType[*parsers.Error](err); err != nil && !unreadable {
		return Said{}, err
	}
	return By(res), nil
}

func (s Setting) decode(v any) error {
	if s.Options == nil {
		return nil
	}
	return strict(s.Options, v)
}

func (s Setting) input(body []byte) parsers.Input {
	in := parsers.Input{
		Page: market.Page{URL: s.URL, Asked: s.URL, Status: 200, Body: body},
		Role: s.Role, Locale: money.Locale{Language: s.Language, Currency: s.Currency}, VAT: s.VAT,
		JSON: market.JSONPaths{Items: s.Items, Next: s.Next, MinorUnits: s.Minor, Fields: map[market.Field]string{}},
	}
	for f, p := range s.Fields {
		in.JSON.Fields[market.Field(f)] = p
	}
	return in
}

// Case is a test page: testdata/PARSER/PAGE.page.html or .json, perhaps with PAGE.in.json beside it.
type Case struct {
	Parser, Name string
	Setting      Setting
	Body         []byte
	// Want is the path of what it is expected to say.
	Want string
}

// Open reads the test page at a path of fsys, by which its parser and its name are known.
func Open(fsys fs.FS, page string) (Case, error) {
	base, _, _ := strings.Cut(page, ".page.")
	c := Case{Parser: path.Base(path.Dir(page)), Name: path.Base(base), Want: base + ".want.json"}
	c.Setting = NewSetting(c.Name)
	set, err := fs.ReadFile(fsys, base+".in.json")
	if err == nil {
		err = strict(set, &c.Setting)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Case{}, fmt.Errorf("known: %s.in.json: %w", base, err)
	}
	c.Body, err = fs.ReadFile(fsys, page)
	return c, err
}

// Read reads the page of the case.
func (c Case) Read() (Said, error) { return c.Setting.Read(c.Parser, c.Body) }

// Name is how the files of a page are called: the last part of the path of its address without its ending, in lower-case
// letters, digits and hyphens, at most 40 of them, or "page". Two addresses may have one.
func Name(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "page"
	}
	last := strings.ToLower(path.Base(u.Path))
	parts := strings.FieldsFunc(strings.TrimSuffix(last, path.Ext(last)), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	name := strings.Join(parts, "-")
	return cmp.Or(strings.Trim(name[:min(len(name), 40)], "-"), "page")
}

// JSON writes v as it stands in the files beside a page: indented, for people.
func JSON(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return out.Bytes(), err
}

func strict(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}
