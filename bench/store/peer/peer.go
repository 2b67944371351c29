// Package peer has those that keep price histories beside pricegap, each as many would build it. They are handed an easier
// work: time, price, stock and a text of each observation, and numbers for listings, not whole offers with their evidence.
package peer

import (
	"context"
	"iter"

	"pricegap/bench/store/work"
)

// Contestant keeps observations. Of each it must give back time, price and stock; most keep the text as well, and what is
// ours the whole offer with its evidence.
type Contestant interface {
	// Write returns when the batch is durable.
	Write(ctx context.Context, b *work.Batch) error
	// Latest yields the newest point of each listing until that second, 0 for now, and Rivals those of the listings of a
	// product.
	Latest(ctx context.Context, at int64) iter.Seq2[work.Point, error]
	Rivals(ctx context.Context, product uint32) iter.Seq2[work.Point, error]
	// Changed yields the points of the last run, which began at that second, that are others than the ones before.
	Changed(ctx context.Context, since int64) iter.Seq2[work.Point, error]
	// History yields all points of a listing, in order.
	History(ctx context.Context, series uint32) iter.Seq2[work.Point, error]
	Close() error
}

// Kind is how a contestant comes to be.
type Kind struct {
	Name string
	Open func(ctx context.Context, dir string, f *work.Feed) (Contestant, error)
	// Compact makes the folder as small as can be; nobody has it open.
	Compact func(ctx context.Context, dir string, f *work.Feed) error
	// Texts says that texts are kept too.
	Texts bool
}

// SQLite is the peer whose rate is the measure of the others.
const SQLite = "SQLite (modernc), WAL, FULL"

// All are the peers.
var All = []Kind{
	{Name: "bbolt, bucket a series, JSON", Open: openNested, Compact: compactBolt, Texts: true},
	{Name: "bbolt, flat keys, binary", Open: openFlat, Compact: compactBolt, Texts: true},
	{Name: "bbolt, chunks a series", Open: openChunks, Compact: compactBolt, Texts: true},
	{Name: SQLite, Open: openSQLite, Compact: compactSQLite, Texts: true},
	{Name: "Prometheus TSDB (price, stock; no fsync)", Open: openTSDB, Compact: compactTSDB},
}
