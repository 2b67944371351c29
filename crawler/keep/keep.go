// Package keep says how the crawler's small states outlive the process: robots.txt and pace by host, the
// frontier and what was seen by source. A store satisfies it.
package keep

import (
	"bytes"
	"context"
	"sync"
)

// Keeper keeps small states by key. It is safe for concurrent use.
type Keeper interface {
	// GetState returns nil without error for a key that is not there.
	GetState(ctx context.Context, key string) ([]byte, error)
	// PutState is done with value when it returns.
	PutState(ctx context.Context, key string, value []byte) error
	// DeleteState is a no-op for a key that is not there.
	DeleteState(ctx context.Context, key string) error
}

// Memory is a Keeper that lasts as long as itself. The zero Memory is empty.
type Memory struct {
	mu sync.Mutex
	m  map[string][]byte
}

// GetState implements Keeper.
func (k *Memory) GetState(_ context.Context, key string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return bytes.Clone(k.m[key]), nil
}

// PutState implements Keeper.
func (k *Memory) PutState(_ context.Context, key string, value []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m == nil {
		k.m = map[string][]byte{}
	}
	k.m[key] = append([]byte{}, value...)
	return nil
}

// DeleteState implements Keeper.
func (k *Memory) DeleteState(_ context.Context, key string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.m, key)
	return nil
}
