package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store"
)

// batch is how much is kept at once, as by a visit.
const batch = 1000

// recorder keeps looks as a visit does: what changed is recorded, what did not is seen again.
type recorder struct {
	store store.Store
	run   market.Run
	obs   []market.Observation
	seen  []market.Sighting
}

// record keeps the histories, a run a day.
func record(ctx context.Context, address string, h *histories) error {
	st, err := store.Open(ctx, address)
	if err != nil {
		return err
	}
	r := recorder{store: st}
	last := make([]look, len(h.articles))
	for _, day := range h.days {
		if err := r.day(ctx, h, day, last); err != nil {
			return errors.Join(err, st.Close())
		}
	}
	return st.Close()
}

// day keeps what is seen on a day; last is what was seen of each article before.
func (r *recorder) day(ctx context.Context, h *histories, day time.Time, last []look) error {
	noon := day.Add(12 * time.Hour)
	r.run = market.Run{ID: market.RunID(noon.Format("20060102T150405Z")), Source: source, StartedAt: noon, Outcome: market.RunGoing}
	if err := r.store.PutRun(ctx, r.run); err != nil {
		return err
	}
	for i, a := range h.articles {
		looks := a.on(day)
		for _, l := range looks {
			at := time.Unix(l.at, 0).UTC()
			if len(looks) == 1 && last[i].at != 0 && last[i].price == l.price {
				r.seen = append(r.seen, market.Sighting{Listing: a.id, SeenAt: at, Run: r.run.ID})
			} else {
				r.obs = append(r.obs, market.Observation{
					Source: source, Listing: a.id, SeenAt: at, Run: r.run.ID, Parser: "replay@1", Trust: trust(l.price),
					Offer: market.Offer{SKU: a.sku, Title: a.name, Price: l.price},
				})
			}
			last[i] = l
		}
		if len(r.obs)+len(r.seen) < batch {
			continue
		}
		if err := r.flush(ctx); err != nil {
			return err
		}
	}
	if err := r.flush(ctx); err != nil {
		return err
	}
	r.run.Outcome, r.run.EndedAt = market.RunDone, noon
	return r.store.PutRun(ctx, r.run)
}

func (r *recorder) flush(ctx context.Context) error {
	cs, err := r.store.Record(ctx, r.obs...)
	if err == nil {
		err = r.store.Again(ctx, source, r.seen...)
	}
	r.run.Offers, r.run.Changes = r.run.Offers+len(r.obs)+len(r.seen), r.run.Changes+len(cs)
	r.obs, r.seen = r.obs[:0], r.seen[:0]
	return err
}

// importAll writes the histories into a file and has the binary import it. That some articles have no price on a day
// is stated once, and refused.
func importAll(bin, dir string, h *histories) error {
	refused, err := writeRows(filepath.Join(dir, "history.jsonl"), h)
	if err != nil {
		return err
	}
	config := "formula: {name: Bench}\nstore: bolt:prices.db\nsources:\n- {id: replay, currency: EUR, locale: de, start: [{products: [\"https://replay.example/1\"]}]}\n"
	if err := os.WriteFile(filepath.Join(dir, "sources.yaml"), []byte(config), 0o600); err != nil {
		return err
	}
	if bin, err = filepath.Abs(bin); err != nil {
		return err
	}
	cmd := exec.Command(bin, "import", "observations", "history.jsonl") //nolint:gosec // what we are given by ourselves
	cmd.Dir = dir
	_, err = cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && (exit.ExitCode() != 3 || !refused) {
		return fmt.Errorf("import: %w: %s", err, exit.Stderr)
	} else if !ok && err != nil {
		return err
	}
	return nil
}

// writeRows writes an observation a line, in order of time, and reports whether some have no price.
func writeRows(path string, h *histories) (refused bool, err error) {
	f, err := os.Create(path)
	if err != nil {
		return false, err
	}
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	for _, day := range h.days {
		for _, a := range h.articles {
			for _, l := range a.on(day) {
				row := map[string]any{
					"source": source, "sku": a.sku, "title": a.name, "seen_at": time.Unix(l.at, 0).UTC(), "price": l.price.Decimal(), "currency": "EUR",
				}
				if t := trust(l.price); t.State != market.Trusted {
					row["status"], row["reason"] = t.State, t.Reason
				}
				if l.price == (money.Amount{}) {
					refused = true
				}
				if err := enc.Encode(row); err != nil {
					return false, err
				}
			}
		}
	}
	return refused, errors.Join(w.Flush(), f.Close())
}
