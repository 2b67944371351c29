package guard

import (
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"pricegap/market"
)

func TestUTF8(t *testing.T) {
	utf16 := func(s string, bom unicode.BOMPolicy) string {
		out, err := unicode.UTF16(unicode.LittleEndian, bom).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for name, c := range map[string]struct {
		body, contentType, want string
		fails                   bool
	}{
		"utf-8 by header":            {"€ 12,95", "text/html; charset=utf-8", "€ 12,95", false},
		"nothing said":               {"€ 12,95", "text/html", "€ 12,95", false},
		"nothing said, euro late":    {strings.Repeat("x", 3000) + "€", "", strings.Repeat("x", 3000) + "€", false},
		"mark":                       {"\xef\xbb\xbf€ 12,95", "text/html; charset=iso-8859-1", "€ 12,95", false},
		"windows-1252 by header":     {"\x80 12,95", "text/html; charset=windows-1252", "€ 12,95", false},
		"latin-1 means windows-1252": {"\x80 12,95", "text/html; charset=ISO-8859-1", "€ 12,95", false},
		"latin-9":                    {"\xa4 12,95", "text/html; charset=iso-8859-15", "€ 12,95", false},
		"by meta":                    {"<meta charset=windows-1252>\x80 12,95", "text/html", "<meta charset=windows-1252>€ 12,95", false},
		"header lies":                {"\x80 12,95", "text/html; charset=utf-8", "€ 12,95", false},
		"header lies, nothing said":  {"\x80 12,95", "", "€ 12,95", false},
		"broken utf-8":               {"é € 12\xff,95", "text/html; charset=utf-8", "", true},
		"utf-16 with mark":           {utf16("€ 12,95", unicode.UseBOM), "text/html", "€ 12,95", false},
		"utf-16 without mark":        {utf16("€ 12,95", unicode.IgnoreBOM), "text/html", "", true},
		"utf-16le by header":         {utf16("€ 12,95", unicode.IgnoreBOM), "text/html; charset=utf-16le", "€ 12,95", false},
		"unknown name":               {"€ 12,95", "text/html; charset=bogus", "€ 12,95", false},
		"utf-7":                      {"+IKw- 12,95", "text/html; charset=utf-7", "", true},
		"utf-7 by meta":              {`<meta http-equiv="Content-Type" content="text/html; charset=UTF-7">+IKw- 12,95`, "text/html", "", true},
		"utf-7 by meta, header lies": {"<meta charset = 'utf-7'>+IKw- 12,95", "text/html; charset=bogus", "", true},
		"utf-7 in the text":          {"what charset=utf-7 means", "text/html", "what charset=utf-7 means", false},
		"utf-32":                     {"\x00\x00\x20\xac", "text/html; charset=UTF-32BE", "", true},
		"replacement":                {"€", "text/html; charset=iso-2022-kr", "", true},
		"empty":                      {"", "text/html", "", false},
		"not assigned":               {"\xaa 1299", "text/html; charset=windows-1253", "", true},
		"not assigned, by meta":      {"<meta charset=windows-1255>\xd9 1299", "text/html", "", true},
		"not assigned, and utf-8":    {"\xef\xbf\xbd \xaa 1299", "text/html; charset=windows-1253", "", true},
		"broken shift_jis":           {"\xff 1299", "text/html; charset=shift_jis", "", true},
		"broken euc-kr":              {"\xff 1299", "text/html; charset=euc-kr", "", true},
		"broken gbk":                 {"\xff 1299", "text/html; charset=gbk", "", true},
		"broken gb18030":             {"\xff\x84\x31\xa4\x37 1299", "text/html; charset=gb18030", "", true},
		"broken utf-16":              {"\x00\xd8\xfd\xff1\x00", "text/html; charset=utf-16le", "", true},
		"odd utf-16":                 {"1\x002", "text/html; charset=utf-16le", "", true},
		"lost before, utf-8":         {"\ufffd 1299", "text/html; charset=utf-8", "\ufffd 1299", false},
		"lost before, gb18030":       {"\x84\x31\xa4\x37 1299", "text/html; charset=gb18030", "\ufffd 1299", false},
		"lost before, gbk":           {"\x84\x31\xa4\x37 1299", "text/html; charset=gb2312", "\ufffd 1299", false},
		"lost before, utf-16le":      {"\xfd\xff1\x00", "text/html; charset=utf-16le", "\ufffd1", false},
		"lost before, utf-16be":      {"\xff\xfd\x001", "text/html; charset=utf-16", "\ufffd1", false},
		"euro, gbk":                  {"\x80 1299", "text/html; charset=gbk", "€ 1299", false},
		"four bytes, gbk":            {"\x81\x30\x84\x36 1299", "text/html; charset=gbk", "¥ 1299", false},
		"quote of utf-8 in latin-1":  {"\xe2\x80\x9d \x80 1299", "text/html; charset=iso-8859-1", "â€\ufffd € 1299", false},
	} {
		got, err := UTF8([]byte(c.body), c.contentType)
		if c.fails {
			if kindOf(err) != market.FailCharsetError {
				t.Errorf("%s: got %q, %v, want charset_error", name, got, err)
			}
		} else if err != nil || string(got) != c.want {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, c.want)
		}
	}
}

func FuzzUTF8(f *testing.F) {
	f.Add([]byte("€ 12,95"), "text/html; charset=utf-8")
	f.Add([]byte("<meta charset=windows-1252>\x80"), "text/html")
	f.Add([]byte("\xff\xfe\x01\xd8"), "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		out, err := UTF8(body, contentType)
		if err == nil && !utf8.Valid(out) {
			t.Errorf("not UTF-8: %q", out)
		}
		if err != nil && kindOf(err) != market.FailCharsetError {
			t.Errorf("an error without its kind: %v", err)
		}
	})
}

func TestCheckType(t *testing.T) {
	for name, c := range map[string]struct {
		said, body string
		packed, ok bool
	}{
		"page":               {"text/html; charset=utf-8", "<!doctype html><p>x", false, true},
		"page, type missing": {"", "<!doctype html><p>x", false, true},
		"json":               {"application/json", `{"a":1}`, false, true},
		"json-ld":            {"application/ld+json", `{"a":1}`, false, true},
		"xml":                {"application/xml", `<?xml version="1.0"?><urlset/>`, false, true},
		"feed":               {"application/rss+xml", `<rss/>`, false, true},
		"plain":              {"text/plain", "https://shop.example/p/1", false, true},
		"pdf as page":        {"text/html", "%PDF-1.7", false, false},
		"jpeg as page":       {"text/html", "\xff\xd8\xff\xe0", false, false},
		"zip as page":        {"text/html", "PK\x03\x04", false, false},
		"exe as page":        {"text/html", "MZ\x90\x00\x03\x00", false, false},
		"exe, type missing":  {"", "MZ\x90\x00\x03\x00", false, false},
		"page as bytes":      {"application/octet-stream", "<!doctype html><p>x", false, false},
		"image":              {"image/png", "\x89PNG\r\n\x1a\n", false, false},
		"utf-16":             {"text/html; charset=utf-16le", "<\x00p\x00>\x00", false, true},
		"utf-16 unsaid":      {"text/html", "<\x00!\x00d\x00o\x00c\x00", false, false},
		"gzip":               {"application/gzip", "\x1f\x8b\x08", false, false},
		"gzip sitemap":       {"application/x-gzip", "\x1f\x8b\x08", true, true},
		"gzip sitemap as is": {"application/octet-stream", "\x1f\x8b\x08", true, true},
	} {
		err := CheckType(http.Header{"Content-Type": {c.said}}, []byte(c.body), c.packed)
		want := market.FailUnsupportedType
		if name == "utf-16 unsaid" {
			want = market.FailCharsetError
		}
		if (err == nil) != c.ok || err != nil && kindOf(err) != want {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
