package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"pricegap/cmd/internal/config"
	"pricegap/crawler/keep"
	"pricegap/store"
)

// hosts keeps what is known of hosts, their pace and their robots.txt, for commands that visit shops and record nothing. It
// is a crawler.Keeper. The store is opened for a moment at each state, so that whoever records finds it free. Where there is
// none, or another process has it open, a state lasts as long as the command.
type hosts struct {
	memory keep.Memory
	log    *slog.Logger

	mu  sync.Mutex
	url string // of the store; empty where it is not to be had
}

// hosts returns what keeps the states of hosts. A daemon has the store for as long as it runs.
func (a *app) hosts(ctx context.Context, cfg *config.Config) *hosts {
	h := &hosts{log: a.logger(slog.LevelWarn), url: cfg.StoreURL}
	if c, _ := a.daemon(ctx, cfg); c != nil {
		h.url = ""
		a.closing(c.Close)()
	}
	return h
}

// with calls do with the store, where there is one that can be had.
func (h *hosts) with(ctx context.Context, do func(store.State) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.url == "" {
		return
	}
	ok, err := store.Exists(h.url)
	if err == nil && !ok { // opening would make one
		return
	}
	var st store.Store
	if err == nil {
		st, err = store.Open(ctx, h.url)
	}
	if err == nil {
		err = errors.Join(do(st), st.Close())
	}
	if err == nil {
		return
	}
	if !errors.Is(err, store.ErrLocked) {
		h.log.Warn("what hosts ask for is kept for this command only", "error", err)
	}
	h.url = ""
}

// GetState implements crawler.Keeper.
func (h *hosts) GetState(ctx context.Context, key string) (value []byte, err error) {
	h.with(ctx, func(s store.State) (err error) {
		value, err = s.GetState(ctx, key)
		return err
	})
	if value != nil {
		return value, nil
	}
	return h.memory.GetState(ctx, key)
}

// PutState implements crawler.Keeper.
func (h *hosts) PutState(ctx context.Context, key string, value []byte) error {
	h.with(ctx, func(s store.State) error { return s.PutState(ctx, key, value) })
	return h.memory.PutState(ctx, key, value)
}

// DeleteState implements crawler.Keeper.
func (h *hosts) DeleteState(ctx context.Context, key string) error {
	h.with(ctx, func(s store.State) error { return s.DeleteState(ctx, key) })
	return h.memory.DeleteState(ctx, key)
}
