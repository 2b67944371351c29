package warc

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// token is the name by which rules may address us.
const token = "pricegap"

// headBytes is how much of a page is searched for its robots meta.
const headBytes = 64 << 10

var agentRE = regexp.MustCompile(`^\s*([a-zA-Z0-9_-]+)\s*:(.*)$`)

// forbidden reports whether the owner of a page asks everybody, or us, to keep no copy: noarchive in X-Robots-Tag or in
// a robots meta.
func forbidden(h http.Header, body []byte) bool {
	for _, v := range h.Values("X-Robots-Tag") {
		if m := agentRE.FindStringSubmatch(v); m != nil && !strings.EqualFold(m[1], "unavailable_after") {
			if !strings.EqualFold(m[1], token) {
				continue // a rule for somebody else
			}
			v = m[2]
		}
		if noarchive(v) {
			return true
		}
	}
	media := strings.ToLower(h.Get("Content-Type"))
	return (media == "" || strings.Contains(media, "html")) && forbiddenByMeta(body[:min(len(body), headBytes)])
}

// noarchive reports whether a list of rules has it.
func noarchive(rules string) bool {
	for r := range strings.SplitSeq(rules, ",") {
		if strings.EqualFold(strings.TrimSpace(r), "noarchive") {
			return true
		}
	}
	return false
}

// forbiddenByMeta looks for a robots meta in the head of a page.
func forbiddenByMeta(head []byte) bool {
	if !bytes.Contains(bytes.ToLower(head), []byte("noarchive")) {
		return false
	}
	z := html.NewTokenizer(bytes.NewReader(head))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return false
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.Data == "body" {
				return false
			}
			if t.Data == "meta" && robotsMeta(t.Attr) {
				return true
			}
		}
	}
}

// robotsMeta reports whether a meta element says noarchive to everybody or to us.
func robotsMeta(attrs []html.Attribute) bool {
	name, content := "", ""
	for _, a := range attrs {
		switch a.Key {
		case "name":
			name = strings.TrimSpace(a.Val)
		case "content":
			content = a.Val
		}
	}
	return (strings.EqualFold(name, "robots") || strings.EqualFold(name, token)) && noarchive(content)
}
