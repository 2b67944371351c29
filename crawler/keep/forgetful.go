package keep

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"sync"
	"time"
)

const (
	// unused is after how many days without use a state is forgotten.
	unused = 30
	// notes is over how many values the days of use are spread, so that each of them is small.
	notes = 64
)

// Forgetful is a Keeper that deletes what was neither read nor written for more than 30 days, whenever the day of another
// use is noted. A use is noted before the state is written, and a state deleted before its note: a crash leaves
// nothing behind that is not noted. What the Keeper has without a note stays there until it is used.
type Forgetful struct {
	Keeper
	Clock func() time.Time

	mu sync.Mutex // held while a note changes
}

// GetState implements Keeper.
func (f *Forgetful) GetState(ctx context.Context, key string) ([]byte, error) {
	value, err := f.Keeper.GetState(ctx, key)
	if value != nil && err == nil {
		_ = f.use(ctx, key) // what was asked for is there; the next use is noted
	}
	return value, err
}

// PutState implements Keeper.
func (f *Forgetful) PutState(ctx context.Context, key string, value []byte) error {
	if err := f.use(ctx, key); err != nil {
		return err
	}
	return f.Keeper.PutState(ctx, key, value)
}

// noteOf is the key of the value with the day on which a state was used last.
func noteOf(key string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return fmt.Sprintf("used/%02x", h.Sum32()%notes)
}

// use notes that a state is used today, and forgets those in the same note that were not used for long. It writes once a
// day and state.
func (f *Forgetful) use(ctx context.Context, key string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	note, now := noteOf(key), f.Clock().UTC()
	raw, err := f.Keeper.GetState(ctx, note)
	if err != nil {
		return err
	}
	var days map[string]string
	if json.Unmarshal(raw, &days) != nil || days == nil { // there is none, or none that can be read
		days = map[string]string{}
	}
	today := now.Format(time.DateOnly)
	if days[key] == today {
		return nil
	}
	days[key] = today
	oldest := now.AddDate(0, 0, -unused).Format(time.DateOnly)
	for name, day := range days {
		if day < oldest && f.DeleteState(ctx, name) == nil { // else the next time
			delete(days, name)
		}
	}
	if raw, err = json.Marshal(days); err != nil {
		return err
	}
	return f.Keeper.PutState(ctx, note, raw)
}
