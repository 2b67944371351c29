// Package atom keeps a feed of messages in a file, as feed readers take it. Source: RFC 4287.
package atom

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	// most is how many entries a feed keeps.
	most = 100
	// maxBytes bounds the file that is read.
	maxBytes = 32 << 20
)

// ErrForeign is wrapped by errors about a file that holds something else than a feed of ours; it is left as it is.
var ErrForeign = errors.New("the file holds something else than a feed of ours")

// generator marks a feed as ours.
const generator = "pricegap"

// Feed is a document. Its entries are newest first.
type Feed struct {
	XMLName   xml.Name  `xml:"http://www.w3.org/2005/Atom feed"`
	Language  string    `xml:"http://www.w3.org/XML/1998/namespace lang,attr,omitempty"`
	ID        string    `xml:"id"`
	Title     string    `xml:"title"`
	Author    string    `xml:"author>name"`
	Generator string    `xml:"generator"`
	UpdatedAt time.Time `xml:"updated"`
	Links     []Link    `xml:"link"`
	Entries   []Entry   `xml:"entry"`
}

// Link is the address of a page with the same.
type Link struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

// Entry is one message.
type Entry struct {
	ID          string    `xml:"id"`
	Title       string    `xml:"title"`
	PublishedAt time.Time `xml:"published"`
	UpdatedAt   time.Time `xml:"updated"`
	Links       []Link    `xml:"link"`
	Content     Content   `xml:"content"`
}

// Content is what an entry says, as HTML.
type Content struct {
	Type string `xml:"type,attr"`
	HTML string `xml:",chardata"`
}

// ID makes an identifier that is for ever, a UUID of version 8 (RFC 9562 §5.8), of what is named.
func ID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p + "\x00"))
	}
	b := h.Sum(nil)
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// Has reports whether the feed still keeps an entry.
func (f *Feed) Has(id string) bool { return f.find(id) >= 0 }

func (f *Feed) find(id string) int {
	return slices.IndexFunc(f.Entries, func(e Entry) bool { return e.ID == id })
}

// Put enters an entry as the newest, or in the place of the one with its id, which keeps when it was published. The oldest
// beyond a hundred go.
func (f *Feed) Put(e Entry) {
	e.Content.Type = "html"
	e.PublishedAt, e.UpdatedAt = e.PublishedAt.UTC(), e.UpdatedAt.UTC()
	if i := f.find(e.ID); i >= 0 {
		e.PublishedAt = f.Entries[i].PublishedAt
		f.Entries[i] = e
	} else {
		f.Entries = slices.Insert(f.Entries, 0, e)
	}
	f.Entries = f.Entries[:min(len(f.Entries), most)]
	if e.UpdatedAt.After(f.UpdatedAt) {
		f.UpdatedAt = e.UpdatedAt
	}
}

// Edit lets change rewrite the feed in a file, which need not be there yet; readers see the file as it was or as it is then.
// There must be one writer. Errors: ErrForeign, those of the file system, and that of change, after which nothing is written.
func Edit(file string, change func(*Feed) error) error {
	f, err := read(file)
	if err != nil {
		return err
	}
	if err := change(&f); err != nil {
		return err
	}
	f.XMLName, f.Generator = xml.Name{}, generator
	doc, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	return replace(file, append([]byte(xml.Header), append(doc, '\n')...))
}

// read reads the feed in a file; one that is not there is an empty feed.
func read(file string) (Feed, error) {
	var f Feed
	r, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	defer func() { _ = r.Close() }()
	doc, err := io.ReadAll(io.LimitReader(r, maxBytes))
	if err != nil {
		return f, err
	}
	if err := xml.NewDecoder(bytes.NewReader(doc)).Decode(&f); err != nil || f.Generator != generator {
		return f, ErrForeign
	}
	return f, nil
}

// replace gives a file that content at once; whoever runs a web server may read it.
func replace(file string, content []byte) error {
	w, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(w.Name()) }() // where it still has that name
	_, err = w.Write(content)
	if err == nil {
		err = w.Chmod(0o644)
	}
	if err == nil {
		err = w.Sync()
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	return os.Rename(w.Name(), file)
}
