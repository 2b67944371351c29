// Package result keeps what a measurement found.
package result

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
)

// Write writes rows as JSON, one a line, into a file, and makes its folder where there is none.
func Write[T any](path string, rows []T) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	for _, r := range rows {
		if err := enc.Encode(r); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return f.Close()
}
