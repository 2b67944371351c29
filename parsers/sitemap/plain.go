package sitemap

import (
	"bufio"
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// window is how much of a sitemap is looked at in one piece; an entry that is longer is left to the decoder.
const window = 64 << 10

// plainEntries files the entries that are written as nearly all of them are, "<url><loc>…</loc><lastmod>…</lastmod>…
// </url>", without encoding/xml, which takes ten times as long. It stops before the first entry that is not, or that
// it does not see the end of: the decoder reads that one. br stands between two children of the root.
func (s *scan) plainEntries(br *bufio.Reader) error {
	if s.odd > s.plain+100 {
		return nil // not worth the look
	}
	s.odd++
	for {
		w, _ := br.Peek(br.Buffered())
		at, more := 0, false
		var err error
		for err == nil {
			var e plainEntry
			var n int
			if n, more = e.read(w[at:]); n == 0 {
				break
			}
			at += n
			s.plain++
			err = s.file(e)
		}
		_, _ = br.Discard(at)
		if err != nil || !more || br.Buffered() == br.Size() {
			return err
		}
		if next, _ := br.Peek(br.Buffered() + 1); len(next) == len(w)-at {
			return nil // nothing more comes; the decoder meets the reason
		}
	}
}

func (s *scan) file(e plainEntry) error {
	loc := string(e.loc)
	if e.amps {
		loc = strings.ReplaceAll(loc, "&amp;", "&")
	}
	if e.sitemap {
		return s.c.sitemap(loc)
	}
	return s.c.page(loc, string(e.lastmod))
}

// plainEntry is an entry as its bytes stand in the window.
type plainEntry struct {
	loc, lastmod []byte
	sitemap      bool
	amps         bool // "&amp;" stands in loc
}

// read reads the entry at the start of w and returns its length; 0 where it is not plain, and with more where its
// end is not seen.
func (e *plainEntry) read(w []byte) (n int, more bool) {
	rest := bytes.TrimLeft(w, " \t\r\n")
	end := []byte("</url>")
	var ok bool
	if rest, ok = bytes.CutPrefix(rest, []byte("<url>")); !ok {
		if rest, ok = bytes.CutPrefix(rest, []byte("<sitemap>")); !ok {
			return 0, len(rest) < len("<sitemap>")
		}
		e.sitemap, end = true, []byte("</sitemap>")
	}
	i := bytes.Index(rest, end)
	if i < 0 {
		return 0, true
	}
	for in := rest[:i]; ; {
		if in = bytes.TrimLeft(in, " \t\r\n"); len(in) == 0 {
			return len(w) - len(rest) + i + len(end), false
		}
		k := e.child(in)
		if k == 0 {
			return 0, false
		}
		in = in[k:]
	}
}

// child reads the child of the entry at the start of in and returns its length, 0 where it is not plain.
func (e *plainEntry) child(in []byte) int {
	end := bytes.IndexByte(in, '>')
	if end < 2 || in[0] != '<' {
		return 0
	}
	tag := in[1:end]
	if tag[len(tag)-1] == '/' {
		if !quoted(tag) || bytes.IndexByte(tag, ':') < 0 {
			return 0
		}
		return end + 1 // <xhtml:link … /> and the like say nothing to us
	}
	text := in[end+1:]
	next := bytes.IndexByte(text, '<')
	if next < 0 {
		return 0
	}
	var into *[]byte
	switch string(tag) {
	case "loc":
		into = &e.loc
	case "lastmod":
		into = &e.lastmod
	case "changefreq", "priority":
	default:
		return extension(in, tag, end+1)
	}
	closing := text[next:]
	if len(closing) < len(tag)+3 || closing[1] != '/' || !bytes.HasPrefix(closing[2:], tag) || closing[2+len(tag)] != '>' {
		return 0
	}
	if into != nil {
		if *into != nil {
			return 0
		}
		if *into = bytes.TrimSpace(text[:next]); !e.text(*into, into == &e.loc) {
			return 0
		}
	}
	return end + 1 + next + len(tag) + 3
}

// text reports whether t is text as it is meant; "&amp;" may stand in an address.
func (e *plainEntry) text(t []byte, address bool) bool {
	if t == nil {
		return false
	}
	ascii := true
	for _, c := range t {
		if c < ' ' || c == '>' {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	if !ascii && (!utf8.Valid(t) || bytes.Contains(t, []byte("\xef\xbf"))) { // U+FFFE and U+FFFF are no XML
		return false
	}
	if amps := bytes.Count(t, []byte("&")); amps > 0 {
		e.amps = address && amps == bytes.Count(t, []byte("&amp;"))
		return e.amps
	}
	return true
}

// extension passes over an element of another vocabulary, such as <image:image>…</image:image>, whose descendants
// are of the same. n is where its start tag ends.
func extension(in, tag []byte, n int) int {
	name, _, _ := bytes.Cut(tag, []byte(" "))
	prefix := name[:bytes.IndexByte(name, ':')+1]
	if !quoted(tag) || !slices.Contains([]string{"image:", "video:", "news:"}, string(prefix)) {
		return 0
	}
	end := slices.Concat([]byte("</"), name, []byte(">"))
	i := bytes.Index(in[n:], end)
	if i < 0 {
		return 0
	}
	for inner := in[n : n+i]; ; {
		k := bytes.IndexByte(inner, '<')
		if k < 0 {
			return n + i + len(end)
		}
		inner = bytes.TrimPrefix(inner[k+1:], []byte("/"))
		if !bytes.HasPrefix(inner, prefix) || bytes.HasPrefix(inner, name) {
			return 0
		}
	}
}

// quoted reports whether a start tag that ends at its first ">" ends there: no quote is open.
func quoted(tag []byte) bool {
	double, single := bytes.Count(tag, []byte(`"`)), bytes.Count(tag, []byte("'"))
	return double%2 == 0 && single%2 == 0 && (double == 0 || single == 0) && bytes.IndexByte(tag, '<') < 0
}
