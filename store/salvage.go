package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"

	"pricegap/store/former"
	"pricegap/store/salvage"
	"pricegap/store/sealed"
	"pricegap/store/sealed/page"
	"pricegap/store/segment"
	"pricegap/store/segment/past"
	"pricegap/store/shelf"
)

// Lost is a range of records that could not be read.
type Lost struct {
	Kind string `json:"kind"` // the bucket; "all" where it is not known which
	// From is the first key, To the first behind the range, empty for the last of its kind. Keys of numbers are written with dots:
	// source, segment, block.
	From string `json:"from"`
	To   string `json:"to,omitzero"`
}

// Kept says how much of a kind was there, and is in the new file.
type Kept struct {
	Kind string `json:"kind"`
	Kept uint64 `json:"kept"`
	// Of is how many there were; 0 where nobody knows.
	Of uint64 `json:"of,omitzero"`
}

// Salvaged is what Salvage did.
type Salvaged struct {
	Info Info   `json:"info"` // of the new file
	Kept []Kept `json:"kept"`
	Lost []Lost `json:"lost,omitzero"`
	// Doubtful are observations that are there but were left out: a change before them is lost, so that nobody knows what they say.
	Doubtful uint64 `json:"doubtful"`
	// Behind says that what was committed last may be missing; Unnamed are names given to sources whose own are lost.
	Behind  bool     `json:"behind"`
	Unnamed []string `json:"unnamed,omitzero"`
}

// Salvage reads every intact record out of the file at damaged, which is not touched, and makes a new store of them where rawURL
// says. What is in it is right: what nobody can be sure of is left out. Errors: ErrExists, ErrLocked, ErrForeign, ErrNewer,
// ErrEngine, and ErrCorrupt where nothing in the file says where anything is.
func Salvage(ctx context.Context, damaged, rawURL string) (Salvaged, error) {
	var out Salvaged
	from, err := Path(damaged)
	if err != nil {
		return out, err
	}
	path, err := Path(rawURL)
	if err != nil {
		return out, err
	}
	var r salvage.Report
	how := sealed.Salvaging{Newer: salvage.Newer, Copy: func(ctx context.Context, from, to *sealed.File, left page.Wreck) (err error) {
		out.Behind, out.Lost = left.Behind, lost(left.Lost)
		r, err = retell(ctx, from, to)
		return err
	}}
	if err := sealed.Salvage(ctx, filepath.Clean(from), path, boltKind, append(append([]string{}, boltKind.Buckets...), former.Buckets...), how); err != nil {
		return out, err
	}
	s, err := openBolt(ctx, path)
	if err != nil {
		return out, err
	}
	defer func() { _ = s.Close() }()
	n, err := s.counts(ctx)
	if err != nil {
		return out, err
	}
	out.Doubtful = r.Doubtful
	for _, name := range r.Unnamed {
		out.Unnamed = append(out.Unnamed, string(name))
	}
	was := r.Before
	if was == nil {
		was = &shelf.Counts{}
	}
	out.Kept = []Kept{
		{"listings", n.Listings, was.Listings},
		{"observations", n.Observations, was.Observations},
		{"changes", n.Changes - n.Forgotten, max(was.Changes, was.Forgotten) - was.Forgotten},
		{"products", n.Products, was.Products},
		{"matches", n.Matches, was.Matches},
		{"runs", n.Runs, was.Runs},
		{"alerts", n.Alerts, was.Alerts},
	}
	out.Info, err = s.Info(ctx)
	return out, err
}

// retell makes a file of this schema.
func retell(ctx context.Context, from, to *sealed.File) (r salvage.Report, err error) {
	schema, err := from.Schema(ctx)
	if err != nil {
		return r, err
	}
	if schema >= former.OfRecords && schema <= former.Last {
		if err := former.Recut(ctx, from); err != nil {
			return r, err
		}
	}
	if schema != 0 && schema < former.OfRecords {
		if was, err := former.Counts(ctx, from); err == nil {
			r.Before = &was
		}
		r.Doubtful, err = former.Salvage(ctx, from, to)
		return r, err
	}
	return salvage.Copy(ctx, from, to)
}

// derived are the buckets that a new file makes anew.
var derived = map[string]bool{past.BucketBases: true, "runtimes": true}

// lost puts ranges into words.
func lost(ranges []page.Range) (out []Lost) {
	for _, r := range ranges {
		if derived[r.Bucket] {
			continue
		}
		l := Lost{Kind: r.Bucket, From: keyOf(r.Bucket, r.From), To: keyOf(r.Bucket, r.To)}
		if r.Bucket == "" {
			l.Kind = "all"
		}
		out = append(out, l)
	}
	return out
}

// keyOf puts a key into words.
func keyOf(bucket string, key []byte) string {
	var words []string
	for _, b := range segment.Buckets {
		switch {
		case b != bucket:
		case b == past.BucketLog && len(key) == 8:
			return fmt.Sprint(binary.BigEndian.Uint64(key))
		default:
			for ; len(key) >= 4; key = key[4:] {
				words = append(words, fmt.Sprint(binary.BigEndian.Uint32(key)))
			}
			return strings.Join(words, ".")
		}
	}
	return strings.Trim(fmt.Sprintf("%+q", key), `"`)
}
