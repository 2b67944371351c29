// Package manners reads what a page asks of programs that read it: X-Robots-Tag headers, robots meta elements, and the
// reservation of text and data mining. It is pure. Sources: developers.google.com/search/docs/crawling-indexing/
// robots-meta-tag; W3C TDM Reservation Protocol, final community group report of 2024-05-10.
package manners

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// headBytes is how much of a page is searched for meta elements; they belong into its head.
const headBytes = 64 << 10

// The names of the reservation of text and data mining, in headers and meta elements alike.
const (
	Reservation = "tdm-reservation"
	Policy      = "tdm-policy"
)

// words are what may be asked for, with what "none" stands for; permissions such as "all" are no requests.
var words = map[string][]string{
	"noindex": {"noindex"}, "nofollow": {"nofollow"}, "none": {"noindex", "nofollow"},
	"noarchive": {"noarchive"}, "nocache": {"noarchive"}, "nosnippet": {"nosnippet"}, "noimageindex": {"noimageindex"},
	"notranslate": {"notranslate"}, "noai": {"noai"}, "noimageai": {"noimageai"}, "unavailable_after": {"unavailable_after"},
}

// valued are the words after which a colon begins a value; after any other name it ends the name of an agent.
var valued = []string{"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}

// Asked returns what a page asks of agent, a product token such as "pricegap", or of everybody: the words of robots
// directives, Reservation and Policy, each once, in alphabetical order. body is UTF-8; only its first 64 KiB are
// read.
func Asked(h http.Header, body []byte, agent string) []string {
	a := asked{agent: agent}
	for _, v := range h.Values("X-Robots-Tag") {
		a.directives(v)
	}
	a.reserved(h.Get(Reservation), h.Get(Policy))
	var reservation, policy string
	eachMeta(body[:min(len(body), headBytes)], agent, func(name, content string) {
		switch {
		case strings.EqualFold(name, "robots"), strings.EqualFold(name, agent):
			a.directives(content)
		case strings.EqualFold(name, Reservation):
			reservation = content
		case strings.EqualFold(name, Policy):
			policy = content
		}
	})
	a.reserved(reservation, policy)
	slices.Sort(a.words)
	return slices.Compact(a.words)
}

type asked struct {
	agent string
	words []string
}

// directives takes a list such as "noarchive, otherbot: noindex, nofollow": what follows the name of an agent is for
// that agent, up to the next name.
func (a *asked) directives(list string) {
	ours := true
	for word := range strings.FieldsFuncSeq(strings.ToLower(list), func(r rune) bool { return r == ',' || r <= ' ' }) {
		name, rest, colon := strings.Cut(word, ":")
		switch {
		case !colon:
		case slices.Contains(valued, name):
			word = name
		case isAgent(name):
			ours = name == "*" || name == strings.ToLower(a.agent)
			word = rest
		}
		if ours {
			a.words = append(a.words, words[word]...)
		}
	}
}

// isAgent tells the name of an agent from a piece of a date.
func isAgent(s string) bool {
	return s == "*" || s != "" && (s[0] >= 'a' && s[0] <= 'z' || s[0] == '_')
}

// reserved takes the two values of the TDM Reservation Protocol; only 1 reserves, and a policy alone says nothing.
func (a *asked) reserved(reservation, policy string) {
	if strings.TrimSpace(reservation) != "1" {
		return
	}
	a.words = append(a.words, Reservation)
	if strings.TrimSpace(policy) != "" {
		a.words = append(a.words, Policy)
	}
}

// eachMeta yields name and content of the meta elements that may be about us, up to the end of the head.
func eachMeta(b []byte, agent string, yield func(name, content string)) {
	for {
		i := bytes.IndexByte(b, '<')
		if i < 0 {
			return
		}
		b = b[i:]
		switch {
		case bytes.HasPrefix(b, []byte("<!--")):
			end := bytes.Index(b, []byte("-->"))
			if end < 0 {
				return
			}
			b = b[end:]
		case opens(b, "<meta"):
			if about(b, agent) {
				meta(b, yield)
			}
		case opens(b, "<script"), opens(b, "<style"), opens(b, "<title"):
			b = text(b)
		case opens(b, "<body"), opens(b, "</head"):
			return
		}
		b = b[min(1, len(b)):]
	}
}

// opens reports whether b begins with that tag.
func opens(b []byte, tag string) bool {
	return len(b) > len(tag) && strings.EqualFold(string(b[:len(tag)]), tag) && strings.IndexByte(" \t\r\n\f/>", b[len(tag)]) >= 0
}

// text returns what follows the text of an element in which "<" begins no tag: b from its end tag on.
func text(b []byte) []byte {
	end := bytes.IndexAny(b, " \t\r\n\f/>")
	closing := "</" + string(b[1:end])
	for rest := b[end:]; ; rest = rest[1:] {
		i := bytes.IndexByte(rest, '<')
		if i < 0 {
			return nil
		}
		if rest = rest[i:]; opens(rest, closing) {
			return rest
		}
	}
}

// about reports whether a meta element may be one of ours; few are.
func about(b []byte, agent string) bool {
	tag := b[:min(len(b), 1024)]
	if end := bytes.IndexByte(tag, '>'); end >= 0 {
		tag = tag[:end]
	}
	tag = bytes.ToLower(tag)
	return bytes.Contains(tag, []byte("robots")) || bytes.Contains(tag, []byte("tdm-")) || bytes.Contains(tag, []byte(strings.ToLower(agent)))
}

func meta(b []byte, yield func(name, content string)) {
	z := html.NewTokenizer(bytes.NewReader(b[:min(len(b), 4096)]))
	if t := z.Next(); t != html.StartTagToken && t != html.SelfClosingTagToken {
		return
	}
	var name, content string
	for more := true; more; {
		var k, v []byte
		switch k, v, more = z.TagAttr(); string(k) {
		case "name":
			name = strings.TrimSpace(string(v))
		case "content":
			content = string(v)
		}
	}
	yield(name, content)
}
