// Package store keeps history, catalogue and journal. Engines satisfy Store; the contract is proved by
// store/storetest. No iterator holds a transaction while it yields: the caller may write inside the loop.
package store

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"pricegap/market"
	"pricegap/store/former"
	"pricegap/store/sealed"
	"pricegap/store/sealed/fault"
	"pricegap/store/segment"
	"pricegap/store/segment/past"
	"pricegap/store/shelf"
)

// ErrLocked is returned by Open when another process has the store open.
var ErrLocked = sealed.ErrLocked

// ErrForeign is returned by Open for a file that is not a store of ours, and ErrNewer for one that a newer
// version has written. Neither file is touched.
var (
	ErrForeign = sealed.ErrForeign
	ErrNewer   = sealed.ErrNewer
)

// ErrCorrupt is wrapped by every error about a record or page that is not as it was written; the text names
// the file, the bucket and the key.
var ErrCorrupt = sealed.ErrCorrupt

// ErrFull is wrapped by write errors when the disk has no space left; reading goes on.
var ErrFull = sealed.ErrFull

// ErrIncomplete is returned by Open for a file of an earlier version that says of more than could be taken over; it is not touched.
// Salvage takes over what is there.
var ErrIncomplete = former.ErrIncomplete

// ErrExists is returned by Restore and Salvage where a file stands already and may not be replaced.
var ErrExists = sealed.ErrExists

// ErrBackup is wrapped by the errors of Restore about the backup; nothing was touched then.
var ErrBackup = fault.ErrBackup

// ErrInvalid is wrapped by the errors about values that no store keeps: without an id, with an impossible
// time or state of trust, or a listing under a second source. Nothing of the call is kept then.
var ErrInvalid = shelf.ErrInvalid

// ErrEngine is returned by Open for an address whose scheme names no engine.
var ErrEngine = errors.New("store: no such engine")

// Query selects observations. The zero Query selects all of now.
type Query = segment.Query

// Moment is a listing as it was at a moment; the zero time means now.
type Moment = segment.Moment

// Span is a listing from a moment on and before another.
type Span = segment.Span

// Past is what was seen of some listings.
type Past interface {
	// History yields the observations of a listing in order of time, from ≤ SeenAt < to; zero times are open ends.
	// An observation that repeats the one before differs from it in SeenAt and Run only.
	History(ctx context.Context, id market.ListingID, from, to time.Time) iter.Seq2[market.Observation, error]
	// Histories yields what History yields of each of these listings, without those that nobody saw: source by source, and of each the
	// listings in the order in which they were first recorded, whatever the order of ids. It takes far less time than as many calls of History.
	Histories(ctx context.Context, ids []market.ListingID, from, to time.Time) iter.Seq2[market.Observation, error]
	// Then returns of each moment what Latest yields of its listing with Query.Both, all but the evidence, and takes far less time for
	// many moments than as many queries. Two moments may share what an observation points to.
	Then(ctx context.Context, ms []Moment) ([][]market.Observation, error)
	// Courses returns of each span, oldest first, the newest trusted observation before it and what History yields of its listing
	// within it, all but the evidence; of those in a row that say the same it may leave out all but the first and the last. It takes far
	// less time for many spans than as many queries.
	Courses(ctx context.Context, ss []Span) ([][]market.Observation, error)
}

// Prices is the history of offers.
type Prices interface {
	// Record keeps observations and enters a change into the log for each that differs in substance or in trust
	// from the listing's newest one, in one transaction; it returns the changes, whose Before is no more than a Quote: Changes
	// yields them whole. An observation that is recorded already (same listing and SeenAt) is passed over, so repeating a
	// batch is a no-op. Of one listing, observations must come in order of time; older ones than the newest are kept as
	// history without a change.
	Record(ctx context.Context, obs ...market.Observation) ([]market.Change, error)
	// Again keeps that run saw listings of a source unchanged: of each it records the newest observation that is not
	// refused once more, with the Run and the SeenAt of the sighting, as Record would, and all of them in one
	// transaction. A sighting that is not newer than the newest observation of its listing, or of a listing that is
	// not there, is passed over. Of a sighting that is Gone it keeps that alone, until something newer of the listing
	// is recorded; of its fields only Listing is read.
	Again(ctx context.Context, source market.SourceID, seen ...market.Sighting) error
	// Sightings yields what is known of each listing of a source at a glance, in no order. A listing of which all was
	// refused has none.
	Sightings(ctx context.Context, source market.SourceID) iter.Seq2[market.Sighting, error]
	// Changes yields the log after that sequence number, in order, and skips none, ever, but those that Prune removed.
	Changes(ctx context.Context, after uint64) iter.Seq2[market.Change, error]
	// Latest yields the newest observation of each listing that q selects, by source and listing. A refused
	// observation stays in history but is the newest of nothing: the one before it is.
	Latest(ctx context.Context, q Query) iter.Seq2[market.Observation, error]
	// Quotes yields what Latest does, of each observation only what a comparison of prices needs: of many listings that
	// is far faster. They come by source, and within one in no order.
	Quotes(ctx context.Context, q Query) iter.Seq2[market.Quote, error]
	Past
}

// Catalog is our own assortment and what sells it elsewhere.
type Catalog interface {
	// PutProducts adds or replaces products by id.
	PutProducts(ctx context.Context, ps ...market.Product) error
	// Products yields all products by id, or those named; ids that are not there are passed over.
	Products(ctx context.Context, ids ...market.ProductID) iter.Seq2[market.Product, error]
	// PutMatches adds or replaces matches by product and listing.
	PutMatches(ctx context.Context, ms ...market.Match) error
	// Matches yields all matches, rejected ones too, by product and listing, or those of the products named.
	Matches(ctx context.Context, ids ...market.ProductID) iter.Seq2[market.Match, error]
}

// Journal is what the program did.
type Journal interface {
	// PutRun adds or replaces a run by source and id.
	PutRun(ctx context.Context, r market.Run) error
	// Runs yields the runs of a source, newest first; of all sources when it is empty.
	Runs(ctx context.Context, s market.SourceID) iter.Seq2[market.Run, error]
	// PutAlerts adds or replaces alerts by id and moves the cursor called name to seq, in one transaction. A
	// cursor never moves back; an empty name moves none.
	PutAlerts(ctx context.Context, name string, seq uint64, as ...market.Alert) error
	// Alerts yields all alerts by id.
	Alerts(ctx context.Context) iter.Seq2[market.Alert, error]
	// Cursor returns where the cursor called name stands; 0 when it never moved.
	Cursor(ctx context.Context, name string) (uint64, error)
}

// State keeps small values by key for those who need them across restarts; see crawler.Keeper.
type State interface {
	GetState(ctx context.Context, key string) ([]byte, error)
	PutState(ctx context.Context, key string, value []byte) error
	DeleteState(ctx context.Context, key string) error
}

// Batch is what Keep keeps: observations as Record does, then sightings of listings of a source as Again does, then values as
// PutState does.
type Batch struct {
	Observations []market.Observation
	Source       market.SourceID
	Sightings    []market.Sighting
	State        []Value
}

// Value is a value of State, and its key.
type Value struct {
	Key   string
	Value []byte
}

// Together keeps what belongs together.
type Together interface {
	// Keep keeps a batch in one transaction, so that what a run saw, and how far it is, are never apart. It returns the
	// changes that the observations make, as Record does. After an error nothing of it is kept, or, where the commit itself failed, all or nothing:
	// to repeat it is safe.
	Keep(ctx context.Context, b Batch) ([]market.Change, error)
}

// Info is what `store info` prints.
type Info struct {
	Path   string `json:"path"`
	Engine string `json:"engine"`
	Schema int    `json:"schema"`
	Bytes  int64  `json:"bytes"`
	Free   int64  `json:"free_bytes"` // of Bytes: they hold nothing
	// Sizes is how many bytes each kind of record takes, in whole pages; nil where not all of them can be read, see Verify.
	Sizes        map[string]int64 `json:"sizes,omitempty"`
	Listings     int              `json:"listings"`
	Observations int              `json:"observations"`
	Changes      uint64           `json:"changes"`
	Products     int              `json:"products"`
	Matches      int              `json:"matches"`
	Runs         int              `json:"runs"`
	Alerts       int              `json:"alerts"`
	Oldest       time.Time        `json:"oldest,omitzero"`
	Newest       time.Time        `json:"newest,omitzero"`
	Tended       Tended           `json:"tended,omitzero"`
}

// HistorySizes are the kinds of records in Info.Sizes that make up the price history: first sights of listings, with their evidence;
// what runs saw after that, and what stood when they began; changes, and what was recorded last; and what came late.
var HistorySizes = []string{past.BucketParts, past.BucketSegments, past.BucketBases, past.BucketLog, past.BucketLate, past.BucketSources}

// PerObservation is how many hundredths of a byte the history takes for each observation; 0 where that is not known.
func (i Info) PerObservation() int64 {
	var sum int64
	for _, kind := range HistorySizes {
		sum += i.Sizes[kind]
	}
	return 100 * sum / max(1, int64(i.Observations))
}

// Keeping is the care of the data itself.
type Keeping interface {
	// Info counts what is kept.
	Info(ctx context.Context) (Info, error)
	// Listings yields every listing of the sources named, of all where none is, by source and listing: also those of
	// which all was refused.
	Listings(ctx context.Context, sources ...market.SourceID) iter.Seq2[market.ListingID, error]
	// Import is Record for history from elsewhere: it says how many of the observations are new, and how many changes they
	// make. The others were passed over, since their listing was seen in that second already.
	Import(ctx context.Context, obs ...market.Observation) (kept, changes int, err error)
	// Backup writes a consistent copy, which Open accepts, while the store stays in use.
	Backup(ctx context.Context, w io.Writer) (int64, error)
	// Verify reads every record and checks the file's structure; it returns an error that wraps ErrCorrupt and
	// names the first damaged key. tell, where it is not nil, hears how many of the observations and changes are read; it must
	// not wait for long.
	Verify(ctx context.Context, tell func(done, total int64)) error
	io.Closer
}

// Tending keeps the file small.
type Tending interface {
	// Prune removes what a retention says of the history of a source, or of all, and of its runs, and returns what. Changes keep
	// their numbers, and one that a cursor has not passed stays. What a listing was at any moment since the age of Forget, and when it
	// became what it is, reads as before. It may end in the middle, and begin anew. tell, where it is not nil, hears what part is
	// done; it must not wait for long. Errors: ErrNoSource.
	Prune(ctx context.Context, p Pruning, tell func(done, total int64)) (Pruned, error)
	// Compact puts a copy without the room that deleted records left in the place of the file while the store stays in use, and
	// returns the sizes in bytes. Who writes may wait for seconds. A crash leaves the old or the new file whole. tell, where it is
	// not nil, hears how many of the bytes that are copied and compared are done; it must not wait for long.
	Compact(ctx context.Context, tell func(done, total int64)) (before, after int64, err error)
}

// Store is everything that is kept. All methods are safe for concurrent use.
type Store interface {
	Prices
	Catalog
	Journal
	State
	Together
	Keeping
	Tending
}
