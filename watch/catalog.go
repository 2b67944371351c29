package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"pricegap/store"
)

// CatalogFile is our own catalogue as a file that every crawl reads first, so that our prices are those of today.
type CatalogFile struct {
	// Stamp changes when the file does. Its error is fs.ErrNotExist where there is no file.
	Stamp func() (string, error)
	// Read returns the good rows, and how many are bad.
	Read func() (items []CatalogItem, bad int, err error)
}

// catalogKey keeps which catalogue file was read last, and when.
const catalogKey = "catalog/read"

// catalogFor is how long an unchanged catalogue file stands for our prices before it is read again, which says that
// they still hold. It is well within the interval after which a price is stale.
const catalogFor = 6 * time.Hour

// catalogRead is the value of catalogKey.
type catalogRead struct {
	Stamp string    `json:"stamp"`
	At    time.Time `json:"at"`
}

// refreshCatalog imports the catalogue file where it changed or was read long ago. A file that is missing or cannot be
// read is said and keeps nobody from crawling; our last prices stay, and grow old.
func (w *Watcher) refreshCatalog(ctx context.Context, tell func(Progress)) error {
	if w.Catalog.Stamp == nil || w.own == "" {
		return nil
	}
	w.refreshing.Lock()
	defer w.refreshing.Unlock()
	stamp, err := w.Catalog.Stamp()
	if errors.Is(err, fs.ErrNotExist) {
		return nil // which the configuration has warned of
	}
	var last catalogRead
	if raw, err := w.Store.GetState(ctx, catalogKey); err != nil {
		return err
	} else if raw != nil && json.Unmarshal(raw, &last) != nil {
		return fmt.Errorf("%w: state %s", store.ErrCorrupt, catalogKey)
	}
	now := w.Clock()
	if err == nil && stamp == last.Stamp && now.Sub(last.At) < catalogFor {
		return nil
	}
	var items []CatalogItem
	bad := 0
	if err == nil {
		items, bad, err = w.Catalog.Read()
	}
	if err != nil {
		tell(Progress{Source: w.own, Note: fmt.Sprintf("the catalogue was not read, our last prices stand: %s", err)})
		return nil
	}
	if bad > 0 {
		tell(Progress{Source: w.own, Note: fmt.Sprintf("the catalogue has %d bad rows, which are left out; `pricegap import catalog` lists them", bad)})
	}
	if _, err := w.ImportCatalog(ctx, items); err != nil {
		return err
	}
	raw, err := json.Marshal(catalogRead{stamp, now})
	if err != nil {
		return err
	}
	return w.Store.PutState(ctx, catalogKey, raw)
}
