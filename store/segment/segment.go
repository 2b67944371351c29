// Package segment keeps the history of offers: what was seen of which listing and when, almost without bytes where nothing
// changed. Each source numbers its listings in the order of first sight. What a call records is one frame at the end of a log;
// the frames of a run become a segment, in blocks by listing. Of each listing a few bytes stand in memory.
package segment

import (
	"context"

	"pricegap/store/sealed"
	"pricegap/store/segment/keep"
	"pricegap/store/segment/memory"
	"pricegap/store/segment/past"
	"pricegap/store/segment/write"
)

// Buckets are the buckets that a history needs in its file.
var Buckets = past.Buckets

// Limits say when what a call recorded becomes part of a segment.
type Limits = write.Limits

// Told is an observation that was recorded elsewhere.
type Told = write.Told

// Cut says what of a history goes.
type Cut = keep.Cut

// Usual are the limits of a shop's history.
var Usual = write.Usual

// Prices is the history of offers in a file. All methods are safe for concurrent use.
type Prices struct{ *write.Writer }

// Open reads what must be in memory. What is damaged answers with its error, the rest works.
func Open(ctx context.Context, f *sealed.File, l write.Limits) (*Prices, error) {
	m, err := memory.OpenMemory(ctx, f)
	if err != nil {
		return nil, err
	}
	return &Prices{write.New(m, l)}, nil
}
