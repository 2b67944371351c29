// Package saved reads the labelled pages of the shared data. They belong to their shops and are no part of the project.
package saved

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Row is one labelled page.
type Row struct {
	ID string `json:"id"`
	In struct {
		URL  string `json:"url"`
		File string `json:"file"`
	} `json:"in"`
	Want struct {
		// Price has the decimals that are right, none where the page shows no price of its own.
		Price    []string `json:"price"`
		Currency string   `json:"currency"`
	} `json:"want"`
	// Body is the page as it was saved.
	Body []byte `json:"-"`
}

// Load reads the rows of pages/rows.jsonl in the folder data, in their order, with their pages.
func Load(data string) ([]Row, error) {
	f, err := os.Open(filepath.Join(data, "pages", "rows.jsonl"))
	if err != nil {
		return nil, fmt.Errorf("%w (the saved pages lie beside the project, not in it)", err)
	}
	defer f.Close()
	var out []Row
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var r Row
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			return nil, err
		}
		if r.Body, err = Unzip(filepath.Join(data, r.In.File)); err != nil {
			return nil, fmt.Errorf("%s: %w", r.ID, err)
		}
		out = append(out, r)
	}
	return out, in.Err()
}

// Unzip returns what a file holds that gzip packed.
func Unzip(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
