package warc

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

// record is a record as it is written, in parts.
type record [][]byte

type digest [sha256.Size]byte

// String is the form of a WARC-Payload-Digest: the algorithm, and the digest in hexadecimal.
func (d digest) String() string { return "sha256:" + hex.EncodeToString(d[:]) }

func sumOf(parts ...[]byte) digest {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return digest(h.Sum(nil))
}

// uuid is the random name of a record (RFC 9562 §5.4).
type uuid [16]byte

func newUUID() (n uuid) {
	_, _ = rand.Read(n[:]) // it never fails
	n[6], n[8] = n[6]&0x0f|0x40, n[8]&0x3f|0x80
	return n
}

// String is the form of a WARC-Record-ID.
func (n uuid) String() string {
	return fmt.Sprintf("<urn:uuid:%x-%x-%x-%x-%x>", n[:4], n[4:6], n[6:8], n[8:10], n[10:])
}

// seal puts the header before a block. fields are names and values by turns; an empty value is left out.
func seal(kind string, id uuid, at time.Time, block [][]byte, fields ...string) record {
	length := 0
	for _, p := range block {
		length += len(p)
	}
	var b bytes.Buffer
	b.WriteString("WARC/1.1\r\n")
	field := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	field("WARC-Type", kind)
	field("WARC-Record-ID", id.String())
	field("WARC-Date", at.UTC().Format(time.RFC3339))
	for i := 0; i+1 < len(fields); i += 2 {
		field(fields[i], fields[i+1])
	}
	field("WARC-Block-Digest", sumOf(block...).String())
	field("Content-Length", strconv.Itoa(length))
	b.WriteString("\r\n")
	return append(append(record{b.Bytes()}, block...), []byte("\r\n\r\n"))
}

// info is the warcinfo record of a file.
func info(id uuid, file string, at time.Time, source, software string) record {
	var b bytes.Buffer
	for _, f := range [][2]string{
		{"software", software},
		{"format", "WARC File Format 1.1"},
		{"conformsTo", "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"},
		{"isPartOf", source},
		{"robots", "obey"},
		{"description", "bodies are stored without content and transfer encoding; cookies are left out"},
	} {
		if f[1] != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", f[0], f[1])
		}
	}
	return seal(typeInfo, id, at, [][]byte{b.Bytes()}, "WARC-Filename", file, "Content-Type", mediaFields)
}

// answer is one answer with what its records need.
type answer struct {
	res  *http.Response
	body []byte
	from netip.Addr
	at   time.Time
	info uuid   // of the file's warcinfo record
	id   uuid   // of the response
	sum  digest // of the body
	same *original
}

// response is the record of the answer itself: a revisit where it says that nothing changed.
func (a *answer) response() record {
	fields := []string{"WARC-Warcinfo-ID", a.info.String(), "WARC-Target-URI", address(a.res.Request.URL)}
	if a.from.IsValid() {
		fields = append(fields, "WARC-IP-Address", a.from.String())
	}
	head := responseHead(a.res, len(a.body))
	switch {
	case a.same != nil:
		// No block: what it would hold beside the body is of no use, and nothing need be called truncated.
		return seal(typeRevisit, a.id, a.at, nil, append(fields,
			"WARC-Profile", profileSame, "WARC-Payload-Digest", a.sum.String(), "WARC-Refers-To", a.same.id.String(),
			"WARC-Refers-To-Target-URI", address(a.res.Request.URL), "WARC-Refers-To-Date", time.Unix(a.same.at, 0).UTC().Format(time.RFC3339))...)
	case a.res.StatusCode == http.StatusNotModified:
		return seal(typeRevisit, a.id, a.at, [][]byte{head}, append(fields,
			"WARC-Profile", profileNotModified, "Content-Type", mediaResponse)...)
	}
	return seal(typeResponse, a.id, a.at, [][]byte{head, a.body}, append(fields,
		"WARC-Payload-Digest", a.sum.String(), "Content-Type", mediaResponse)...)
}

// request is the record of what was asked. The encodings that the guard offers are not among its headers, since the
// body is not in one.
func (a *answer) request() record {
	req := a.res.Request
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", req.Method, req.URL.RequestURI(), req.URL.Host)
	writeHeaders(&b, req.Header, secret)
	return seal(typeRequest, newUUID(), a.at, [][]byte{b.Bytes()},
		"WARC-Warcinfo-ID", a.info.String(), "WARC-Target-URI", address(req.URL), "WARC-Concurrent-To", a.id.String(),
		"Content-Type", mediaRequest)
}

// responseHead is the status line and the headers, with the length of the body as it is kept.
func responseHead(res *http.Response, length int) []byte {
	var b bytes.Buffer
	text := res.Status
	if text == "" {
		text = fmt.Sprintf("%d %s", res.StatusCode, http.StatusText(res.StatusCode))
	}
	proto := res.Proto
	if proto == "" {
		proto = "HTTP/1.1"
	}
	b.WriteString(escapedLine(proto + " " + text))
	b.WriteString("\r\n")
	if res.StatusCode != http.StatusNotModified {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", length)
	}
	writeHeaders(&b, res.Header, dropped)
	return b.Bytes()
}

// writeHeaders writes headers by name, each on one line, and the empty line after them.
func writeHeaders(b *bytes.Buffer, h http.Header, without map[string]bool) {
	_ = h.WriteSubset(b, without) // a buffer never fails
	_, _ = io.WriteString(b, "\r\n")
}

// escapedLine is s without line breaks.
func escapedLine(s string) string {
	out := []byte(s)
	for i, c := range out {
		if c == '\r' || c == '\n' {
			out[i] = ' '
		}
	}
	return string(out)
}
