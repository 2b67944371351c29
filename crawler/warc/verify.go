package warc

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // other tools write it; it guards against damage here, not against forgery
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"strings"
)

// Verify compares the block with its digest, and the payload of an answer with its own, where the record has them in an
// algorithm that is known: sha256 or sha1, in hexadecimal or base32. Errors: ErrDigest.
func (r Record) Verify() error {
	if !fits(r.Header.Get("WARC-Block-Digest"), r.Block) {
		return fmt.Errorf("warc: %s: block: %w", r.ID, ErrDigest)
	}
	if r.Type != typeResponse || !strings.HasPrefix(strings.ToLower(r.Header.Get("Content-Type")), "application/http") {
		return nil
	}
	head, payload, ok := bytes.Cut(r.Block, []byte("\r\n\r\n"))
	if !ok || bytes.Contains(bytes.ToLower(head), []byte("\ntransfer-encoding:")) {
		return nil // what tools take for the payload of a chunked body differs
	}
	if !fits(r.Header.Get("WARC-Payload-Digest"), payload) {
		return fmt.Errorf("warc: %s: payload: %w", r.ID, ErrDigest)
	}
	return nil
}

// fits reports whether content has that digest; a digest that is not there or not known fits.
func fits(said string, content []byte) bool {
	algorithm, value, _ := strings.Cut(said, ":")
	var h hash.Hash
	switch strings.ToLower(algorithm) {
	case "sha256", "sha-256":
		h = sha256.New()
	case "sha1", "sha-1":
		h = sha1.New() //nolint:gosec // see above
	default:
		return true
	}
	h.Write(content)
	sum := h.Sum(nil)
	value = strings.TrimRight(value, "=")
	return strings.EqualFold(value, hex.EncodeToString(sum)) ||
		strings.EqualFold(value, base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum))
}

// answers reports whether a record is the whole answer of a web server.
func (r Record) answers() bool {
	return r.Type == typeResponse && strings.HasPrefix(r.URL, "http")
}

// status is the status of an answer, read without its headers; 0 where it has none.
func (r Record) status() int {
	line, _, _ := bytes.Cut(r.Block, []byte("\r\n"))
	proto, rest, _ := strings.Cut(string(line[:min(len(line), 64)]), " ")
	if !strings.HasPrefix(proto, "HTTP/") || len(rest) < 3 {
		return 0
	}
	n := 0
	for _, c := range rest[:3] {
		if c < '0' || c > '9' {
			return 0
		}
		n = 10*n + int(c-'0')
	}
	if n < http.StatusContinue {
		return 0
	}
	return n
}
