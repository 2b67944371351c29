package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"pricegap/market"
	"pricegap/store"
	"pricegap/watch"
	"pricegap/web/wire"
)

// Info implements watch.Keeper.
func (c *Client) Info(ctx context.Context) (store.Info, error) {
	return one[store.Info](ctx, c, "info", struct{}{})
}

// Prune implements store.Tending.
func (c *Client) Prune(ctx context.Context, p store.Pruning, tell func(done, total int64)) (store.Pruned, error) {
	return long[store.Pruned](ctx, c, "prune", p, tell)
}

// Compact implements store.Tending.
func (c *Client) Compact(ctx context.Context, tell func(done, total int64)) (before, after int64, err error) {
	end, err := long[wire.Compaction](ctx, c, "compact", struct{}{}, tell)
	return end.Before, end.After, err
}

// long calls a method that tells how far it is. Beside an error stands what was done before it.
func long[T any](ctx context.Context, c *Client, method string, args any, tell func(done, total int64)) (end T, err error) {
	for v, err := range many[wire.Step[T]](ctx, c, method, args) {
		switch {
		case v.Total == 0:
			end = v.End
		case tell != nil:
			tell(v.Done, v.Total)
		}
		if err != nil {
			return end, err
		}
	}
	return end, nil
}

// Backup implements watch.Keeper.
func (c *Client) Backup(ctx context.Context, w io.Writer) (int64, error) {
	resp, err := c.call(ctx, "backup", struct{}{})
	if err != nil {
		return 0, ended(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	n, err := io.Copy(w, resp.Body)
	if err != nil {
		return n, ended(ctx, fmt.Errorf("client: backup: %w", err))
	}
	var end wire.Frame[int64]
	if err := json.Unmarshal([]byte(resp.Trailer.Get(wire.EndTrailer)), &end); err != nil {
		return n, ended(ctx, fmt.Errorf("client: backup: the daemon went away: %w", io.ErrUnexpectedEOF))
	}
	if end.Error != nil {
		return n, end.Error.Err()
	}
	if !end.End || end.Value == nil || *end.Value != n {
		return n, fmt.Errorf("client: backup: %d bytes came, which is not all: %w", n, io.ErrUnexpectedEOF)
	}
	return n, nil
}

// ImportObservations implements watch.Doer. They are sent as they come.
func (c *Client) ImportObservations(ctx context.Context, obs iter.Seq2[market.Observation, error]) (watch.Imported, error) {
	r, w := io.Pipe()
	sent := make(chan error, 1)
	go func() {
		err := send(w, obs)
		_ = w.Close() // where it was cut off the last frame is missing
		sent <- err
	}()
	var done watch.Imported
	resp, err := c.post(ctx, "import-observations", r)
	if err == nil {
		for v, e := range wire.Frames[watch.Imported](json.NewDecoder(resp.Body)) {
			done, err = v, e
		}
		_ = resp.Body.Close()
	}
	_ = r.Close()
	if e := <-sent; e != nil {
		return done, e // the answer tells of it, too, but less well
	}
	if err != nil {
		err = ended(ctx, err)
	}
	return done, err
}

// send writes values as frames. It returns the error of seq; one of w shows in the answer.
func send[T any](w io.Writer, seq iter.Seq2[T, error]) error {
	enc := json.NewEncoder(w)
	for v, err := range seq {
		f := wire.Frame[T]{Value: &v}
		if err != nil {
			p := wire.ProblemOf(err)
			f = wire.Frame[T]{Error: &p}
		}
		if e := enc.Encode(f); err != nil || e != nil {
			return err
		}
	}
	_ = enc.Encode(wire.Frame[T]{End: true})
	return nil
}
