// Package storetest is the contract of a store as tests: every engine runs Run.
package storetest

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store"
)

// Opener opens the store in dir, a folder of its own, and makes it where there is none. It fails the test when
// it cannot; the suite closes what it returns.
type Opener func(t testing.TB, dir string) store.Store

// Run holds an engine to the contract.
func Run(t *testing.T, open Opener) {
	for name, test := range map[string]func(t *testing.T, s store.Store){
		"RoundTrip":       testRoundTrip,
		"Long":            testLong,
		"RecordTwice":     testRecordTwice,
		"Repeats":         testRepeats,
		"Changes":         testChanges,
		"TrustIsAChange":  testTrust,
		"Again":           testAgain,
		"Gone":            testGone,
		"Keep":            testKeep,
		"OutOfOrder":      testOutOfOrder,
		"LatestBySource":  testLatestQuery,
		"LatestByTrust":   testLatestTrust,
		"Since":           testSince,
		"AsOf":            testAsOf,
		"HistoryRange":    testHistoryRange,
		"Listings":        testListings,
		"Import":          testImport,
		"Invalid":         testInvalid,
		"ManyRows":        testManyRows,
		"WriteInsideLoop": testWriteInsideLoop,
		"Cancelled":       testCancelled,
		"Concurrent":      testConcurrent,
		"Catalog":         testCatalog,
		"Runs":            testRuns,
		"Alerts":          testAlerts,
		"State":           testState,
		"Info":            testInfo,
		"Closed":          testClosed,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, t.TempDir())
			defer closing(t, s)
			test(t, s)
			if name == "Closed" {
				return
			}
			if err := s.Verify(t.Context(), nil); err != nil {
				t.Errorf("Verify after the test: %v", err)
			}
		})
	}
	t.Run("Reopen", func(t *testing.T) { t.Parallel(); testReopen(t, open) })
	t.Run("Prune", func(t *testing.T) { t.Parallel(); testPrune(t, open) })
	t.Run("Backup", func(t *testing.T) { t.Parallel(); testBackup(t, open) })
	t.Run("Model", func(t *testing.T) { t.Parallel(); testModel(t, open) })
}

// tb is what a helper needs of a test, or of one round of a random one.
type tb interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// same compares values of the trade; nil and empty are one.
var same = cmp.Options{
	cmpopts.EquateComparable(money.Amount{}, market.Text{}, market.Count{}), cmpopts.EquateEmpty(),
}

// all collects an iterator and fails on its error.
func all[T any](t tb, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var out []T
	for v, err := range seq {
		if err != nil {
			t.Fatalf("after %d values: %v", len(out), err)
		}
		out = append(out, v)
	}
	return out
}

// sightings are those of a source, by listing.
func sightings(t tb, s store.Store, source market.SourceID) []market.Sighting {
	t.Helper()
	out := all(t, s.Sightings(context.Background(), source))
	slices.SortFunc(out, func(a, b market.Sighting) int { return strings.Compare(string(a.Listing), string(b.Listing)) })
	return out
}

func closing(t tb, s store.Store) {
	t.Helper()
	must(t, s.Close())
}

func record(t tb, s store.Store, obs ...market.Observation) []market.Change {
	t.Helper()
	cs, err := s.Record(context.Background(), obs...)
	if err != nil {
		t.Fatalf("Record: %v", err)
	}
	return cs
}

func must(t tb, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func diff(t tb, what string, want, got any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) && !cmp.Equal(want, got, same) { // the first is strict, and many times as fast
		t.Errorf("%s (-want +got):\n%s", what, cmp.Diff(want, got, same))
	}
}

func latest(t tb, s store.Store, q store.Query) []market.Observation {
	t.Helper()
	return all(t, s.Latest(context.Background(), q))
}

// quotes are by source and listing, and of one listing in the order in which they came.
func quotes(t tb, s store.Store, q store.Query) []market.Quote {
	t.Helper()
	out := all(t, s.Quotes(context.Background(), q))
	sources := make([]market.SourceID, len(out))
	for i, x := range out {
		sources[i] = x.Source
	}
	if !slices.IsSorted(sources) {
		t.Errorf("quotes come by source, not %v", sources)
	}
	slices.SortStableFunc(out, func(a, b market.Quote) int {
		return strings.Compare(string(a.Source)+"\x00"+string(a.Listing), string(b.Source)+"\x00"+string(b.Listing))
	})
	return out
}

func quotesOf(obs []market.Observation) (out []market.Quote) {
	for _, o := range obs {
		out = append(out, o.Quote())
	}
	return out
}

func history(t tb, s store.Store, id market.ListingID) []market.Observation {
	t.Helper()
	return all(t, s.History(context.Background(), id, time.Time{}, time.Time{}))
}

func changes(t tb, s store.Store, after uint64) []market.Change {
	t.Helper()
	return all(t, s.Changes(context.Background(), after))
}

// wantErr fails unless err wraps target.
func wantErr(t tb, what string, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("%s: %v, want %v", what, err, target)
	}
}

// first returns the error of an iterator's first pair.
func first[T any](seq iter.Seq2[T, error]) error {
	for _, err := range seq {
		return err
	}
	return nil
}
