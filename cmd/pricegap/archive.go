package main

import (
	"log/slog"
	"sync"

	"pricegap/cmd/internal/config"
	"pricegap/crawler/warc"
	"pricegap/market"
)

// evidence is where fetched pages are kept. It is opened by the first crawl, so that commands that ask nothing of the
// web leave the folder alone.
type evidence struct {
	at    config.Archive
	clock market.Clock
	log   *slog.Logger

	once sync.Once
	w    *warc.Writer
}

// open returns the archive, nil where none is wanted or it cannot be had: that stops no crawl.
func (e *evidence) open() *warc.Writer {
	e.once.Do(func() {
		if e.at.Folder == "" {
			return
		}
		w, err := warc.Open(warc.Options{
			Folder: e.at.Folder, Keep: e.at.Keep, MaxFileBytes: e.at.MaxFileBytes, Software: "pricegap/" + version,
			Clock: e.clock, Warn: e.warn,
		})
		if err != nil {
			e.warn(err)
			return
		}
		e.w = w
	})
	return e.w
}

func (e *evidence) warn(err error) {
	e.log.Error("fetched pages are not kept as evidence", "folder", e.at.Folder, "error", err)
}

// close ends the files that are being written.
func (e *evidence) close() error {
	if e.w == nil {
		return nil
	}
	return e.w.Close()
}
