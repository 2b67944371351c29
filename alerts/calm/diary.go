package calm

import (
	"context"
	"encoding/json"
	"fmt"
)

const diaryKey = "alerts/diary"

// Diaries are those of all channels, by name, as a Keeper has them.
type Diaries map[string]Diary

// ReadDiaries returns what k keeps.
func ReadDiaries(ctx context.Context, k Keeper) (Diaries, error) {
	d := Diaries{}
	raw, err := k.GetState(ctx, diaryKey)
	if err == nil && raw != nil {
		err = json.Unmarshal(raw, &d)
	}
	if err != nil {
		return nil, fmt.Errorf("calm: diaries: %w", err)
	}
	return d, nil
}

// Put replaces the diary of a channel, here and in k.
func (d Diaries) Put(ctx context.Context, k Keeper, channel string, page Diary) error {
	d[channel] = page
	raw, err := json.Marshal(d)
	if err == nil {
		err = k.PutState(ctx, diaryKey, raw)
	}
	if err != nil {
		return fmt.Errorf("calm: diaries: %w", err)
	}
	return nil
}
