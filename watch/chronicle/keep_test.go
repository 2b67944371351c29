package chronicle_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/chronicle"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sink is a store that takes so many calls and remembers the seconds of each.
type sink struct {
	store.Store
	calls int
	got   [][]int64
}

var errDisk = errors.New("no space left")

func (s *sink) Import(_ context.Context, obs ...market.Observation) (kept, changes int, err error) {
	if len(s.got) == s.calls {
		return 0, 0, errDisk
	}
	var secs []int64
	for _, o := range obs {
		secs = append(secs, o.SeenAt.Unix())
	}
	s.got = append(s.got, secs)
	return len(slices.Compact(slices.Clone(secs))), 1, nil
}

// TestKeep holds that observations are recorded by chunks, each in order of time, that those before an error are kept and counted,
// and that nothing is read in vain behind a chunk that was not recorded.
func TestKeep(t *testing.T) {
	errRead := errors.New("the file is cut off")
	for name, tt := range map[string]struct {
		calls int
		end   error
		got   [][]int64
		kept  chronicle.Kept
		want  error
	}{
		"all":                 {9, nil, [][]int64{{1, 3, 5}, {2, 2, 4}, {7}}, chronicle.Kept{New: 6, Changes: 3, Known: 1}, nil},
		"the file ends badly": {9, errRead, [][]int64{{1, 3, 5}, {2, 2, 4}, {7}}, chronicle.Kept{New: 6, Changes: 3, Known: 1}, errRead},
		"the disk is full":    {1, errRead, [][]int64{{1, 3, 5}}, chronicle.Kept{New: 3, Changes: 1}, errDisk},
	} {
		t.Run(name, func(t *testing.T) {
			s := &sink{calls: tt.calls}
			kept, err := chronicle.Keep(t.Context(), s, func(yield func(market.Observation, error) bool) {
				for _, sec := range []int64{5, 3, 1, 2, 4, 2, 7} {
					if !yield(market.Observation{SeenAt: time.Unix(sec, 0)}, nil) {
						return
					}
				}
				if tt.end != nil {
					yield(market.Observation{}, tt.end)
				}
			}, 3)
			if kept != tt.kept || !errors.Is(err, tt.want) || !slices.EqualFunc(s.got, tt.got, slices.Equal) {
				t.Errorf("%+v, %v of %v; want %+v, %v of %v", kept, err, s.got, tt.kept, tt.want, tt.got)
			}
		})
	}
}

// TestKeepStops holds that a file without end ends when nothing of it can be kept.
func TestKeepStops(t *testing.T) {
	kept, err := chronicle.Keep(t.Context(), &sink{}, func(yield func(market.Observation, error) bool) {
		for yield(market.Observation{}, nil) {
		}
	}, 3)
	if kept != (chronicle.Kept{}) || !errors.Is(err, errDisk) {
		t.Errorf("%+v, %v", kept, err)
	}
}
