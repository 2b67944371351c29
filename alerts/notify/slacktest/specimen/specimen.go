// Package specimen keeps what tests send to Slack, so that `make blockkit` can hold it against the types that Slack publishes.
// A test says what it made and of which kind; nothing happens unless the environment names a folder.
package specimen

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Folder is the variable of the environment that names the folder in which specimens are kept; it must be there.
const Folder = "PRICEGAP_BLOCKKIT"

// Kind is what a specimen is held against.
type Kind string

// The kinds, with the types of @slack/types that they are held against.
const (
	Blocks   Kind = "blocks"   // KnownBlock[], the blocks of a message
	View     Kind = "view"     // View, a modal or a home tab
	Metadata Kind = "metadata" // MessageMetadata
)

// Keep keeps a payload that a test made and believes to be good. Of payloads of one shape, which differ only in what they say,
// one is kept. It panics when it cannot write.
func Keep(k Kind, payload json.RawMessage) {
	folder := os.Getenv(Folder)
	if folder == "" {
		return
	}
	if err := keep(folder, k, payload); err != nil {
		panic(fmt.Sprintf("specimen: %s: %v", k, err))
	}
}

func keep(folder string, k Kind, payload json.RawMessage) error {
	var v any
	if err := json.Unmarshal(payload, &v); err != nil {
		return err
	}
	mute(v)
	shape, err := json.Marshal(v)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, fmt.Sprintf("%s-%x.json", k, sha256.Sum256(shape))[:len(k)+17]+".json")
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	var b bytes.Buffer
	if err := json.Indent(&b, payload, "", "  "); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// mute empties the strings that mean nothing to a type: what is said, addresses and ids.
func mute(v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			mute(x)
		}
	case map[string]any:
		for key, x := range v {
			switch s, text := x.(string); key {
			case "text", "url", "alt_text", "image_url", "value", "action_id", "block_id", "callback_id", "external_id", "private_metadata", "message_id", "alert_ids":
				if text && s != "" {
					v[key] = "x"
				}
			}
			mute(x)
		}
	}
}
