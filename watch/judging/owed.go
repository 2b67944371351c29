package judging

import (
	"context"
	"fmt"
	"strconv"

	"pricegap/store"
)

// owedKey keeps the place in the log after which products are still owed the judgement of how they stand now: the cursor moves
// with each part of a long log, and that judgement comes last.
const owedKey = "judge/owed"

// owed returns the place that owe noted, and whether there is one; after where nothing is owed from before it.
func owed(ctx context.Context, st store.State, after uint64) (from uint64, noted bool, err error) {
	raw, err := st.GetState(ctx, owedKey)
	if err != nil || raw == nil {
		return after, false, err
	}
	if from, err = strconv.ParseUint(string(raw), 10, 64); err != nil {
		return 0, false, fmt.Errorf("%w: state %s: %w", store.ErrCorrupt, owedKey, err)
	}
	return min(from, after), true, nil
}

// owe notes that place, before the cursor moves on from it, unless it is noted.
func owe(ctx context.Context, st store.State, after uint64, noted *bool) error {
	if *noted {
		return nil
	}
	*noted = true
	return st.PutState(ctx, owedKey, strconv.AppendUint(nil, after, 10))
}
