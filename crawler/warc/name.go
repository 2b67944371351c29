package warc

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"

	"pricegap/market"
)

// opened ends the name of a file that is being written.
const opened = ".open"

const stampForm = "20060102T150405Z"

var (
	nameRE   = regexp.MustCompile(`^pricegap-[a-z0-9-]{1,40}-(\d{8}T\d{6}Z)-\d{5}\.warc\.gz(\.open)?$`)
	sourceRE = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
)

// fileName is the name of a closed file. A source whose id would not do in one stands there by its digest.
func fileName(source market.SourceID, at time.Time, serial int) string {
	id := string(source)
	if !sourceRE.MatchString(id) {
		sum := sha256.Sum256([]byte(id))
		id = "x" + hex.EncodeToString(sum[:8])
	}
	return fmt.Sprintf("pricegap-%s-%s-%05d.warc.gz", id, at.UTC().Format(stampForm), serial)
}

// stamp returns when a file of ours was begun, and whether it is still open. ok is false for other files.
func stamp(name string) (at time.Time, open, ok bool) {
	m := nameRE.FindStringSubmatch(name)
	if m == nil {
		return time.Time{}, false, false
	}
	at, err := time.Parse(stampForm, m[1])
	return at, m[2] != "", err == nil
}

// archived reports whether Replay reads a file of that name.
func archived(name string) bool {
	name = strings.TrimSuffix(name, opened)
	return strings.HasSuffix(name, ".warc") || strings.HasSuffix(name, ".warc.gz")
}
