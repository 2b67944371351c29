package main

import (
	"context"
	"iter"
	"os"
	"path/filepath"

	"pricegap/market"
)

// point is an observation as far as it is compared. Who asks a contestant by its own names sets listing in place of
// series.
type point struct {
	series  uint32
	listing market.ListingID
	at      int64 // Unix seconds
	price   int64 // micros
	stock   market.Stock
	text    string
}

// contestant keeps observations. Of each it must give back time, price and stock; most keep the text as well, and what is
// ours the whole offer with its evidence.
type contestant interface {
	// write returns when the batch is durable.
	write(ctx context.Context, b *batch) error
	// latest yields the newest point of each listing until that second, 0 for now, and rivals those of the listings of a
	// product.
	latest(ctx context.Context, at int64) iter.Seq2[point, error]
	rivals(ctx context.Context, product uint32) iter.Seq2[point, error]
	// changed yields the points of the last run, which began at that second, that are others than the ones before.
	changed(ctx context.Context, since int64) iter.Seq2[point, error]
	// history yields all points of a listing, in order.
	history(ctx context.Context, series uint32) iter.Seq2[point, error]
	close() error
}

// kind is how a contestant comes to be.
type kind struct {
	name string
	open func(ctx context.Context, dir string, f *feed) (contestant, error)
	// compact makes the folder as small as can be; nobody has it open.
	compact func(ctx context.Context, dir string, f *feed) error
	// texts says that texts are kept too.
	texts bool
}

var kinds = []kind{
	{name: "bbolt, bucket a series, JSON", open: openNested, compact: compactBolt, texts: true},
	{name: "bbolt, flat keys, binary", open: openFlat, compact: compactBolt, texts: true},
	{name: "bbolt, chunks a series", open: openChunks, compact: compactBolt, texts: true},
	{name: "SQLite (modernc), WAL, FULL", open: openSQLite, compact: compactSQLite, texts: true},
	{name: "Prometheus TSDB", open: openTSDB, compact: compactTSDB},
	{name: "pricegap", open: openOurs, compact: compactOurs, texts: true},
}

// folderBytes is how large the files of a folder are.
func folderBytes(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		fi, err := d.Info()
		if err == nil {
			n += fi.Size()
		}
		return err
	})
	return n, err
}
