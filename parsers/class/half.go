package class

import "bytes"

// half says why a page stops half-way, "" where it may be whole. HTML lets the last end tags out (WHATWG HTML §13.1.2.4), and many
// shops do; so that alone says nothing.
func (s subject) half() string {
	b := s.Body
	if len(b) == 0 || count(b[max(0, len(b)-tailBytes):], "</html") > 0 || count(b, "</html") > 0 {
		return ""
	}
	switch {
	case inside(b):
		return "the page ends within a tag, a comment or a script"
	case s.Usual > 0 && len(b) < s.Usual*2/5 && count(b, "</body") == 0:
		return "the page has no end and is less than 0.4 as long as usual"
	case !s.priced && count(b, "<body") > 0 && count(b, "</body") == 0 && count(b, "<div")-count(b, "</div") >= maxOpen:
		return "the page has no end and many elements are left open"
	}
	return ""
}

// maxOpen is how many <div> a page of a careless shop may leave open.
const maxOpen = 3

// inside reports whether a page ends within a tag, a comment, a script or a style.
func inside(b []byte) bool {
	for {
		i := bytes.IndexByte(b, '<')
		if i < 0 {
			return false
		}
		b = b[i:]
		name, closes, end := tag(b)
		if end == len(b) && name != "" && b[len(b)-1] != '>' {
			return true
		}
		b = b[end:]
		switch name {
		case "script", "style", "title", "textarea":
			if closes {
				continue
			}
			n := len(until(b, name))
			if n == len(b) {
				return true
			}
			b = b[n:]
		}
	}
}

// count returns how often a tag stands in b, all in small or all in capital letters.
func count(b []byte, tag string) int {
	return bytes.Count(b, []byte(tag)) + bytes.Count(b, bytes.ToUpper([]byte(tag)))
}
