package crawler

import (
	"context"
	"sync"
)

// memory is a Keeper that lasts as long as its Crawler.
type memory struct {
	mu sync.Mutex
	m  map[string][]byte
}

// GetState implements Keeper.
func (k *memory) GetState(_ context.Context, key string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.m[key], nil
}

// PutState implements Keeper.
func (k *memory) PutState(_ context.Context, key string, value []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.m[key] = value
	return nil
}

// DeleteState implements Keeper.
func (k *memory) DeleteState(_ context.Context, key string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.m, key)
	return nil
}
