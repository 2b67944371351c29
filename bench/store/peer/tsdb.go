package peer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/compression"

	"pricegap/bench/store/work"
)

// The metrics, and the labels that name a listing and a metric.
const (
	metricPrice  = "price"
	metricStock  = "stock"
	labelListing = "listing"
	labelMetric  = "__name__"
)

// prom is Prometheus' database: price and stock as floats in two series a listing, and no text. It acknowledges a batch
// before it is durable.
type prom struct {
	*work.Feed
	db           *tsdb.DB
	price, stock []storage.SeriesRef
}

func openTSDB(_ context.Context, dir string, f *work.Feed) (Contestant, error) {
	o := tsdb.DefaultOptions()
	o.RetentionDuration = 0
	o.WALCompression = compression.Snappy // as the server has it
	// A block holds as many runs as a chunk holds samples; with the 2 h of the server each would hold one run, or none.
	o.MinBlockDuration = tsdb.DefaultSamplesPerChunk * f.Every.Milliseconds()
	o.MaxBlockDuration = o.MinBlockDuration
	db, err := tsdb.Open(dir, slog.New(slog.DiscardHandler), nil, o, nil)
	if err != nil {
		return nil, err
	}
	return &prom{f, db, make([]storage.SeriesRef, f.Series), make([]storage.SeriesRef, f.Series)}, nil
}

func (p *prom) Write(ctx context.Context, b *work.Batch) error {
	a := p.db.Appender(ctx)
	for _, r := range b.Rows {
		for _, v := range []struct {
			metric string
			ref    *storage.SeriesRef
			value  float64
		}{{metricPrice, &p.price[r.Series], float64(r.Price) / 1e6}, {metricStock, &p.stock[r.Series], float64(stockNumber(r.Stock))}} {
			var set labels.Labels
			if *v.ref == 0 {
				set = labels.FromStrings(labelMetric, v.metric, labelListing, strconv.Itoa(int(r.Series)))
			}
			var err error
			if *v.ref, err = a.Append(*v.ref, set, r.At*1000, v.value); err != nil {
				return errors.Join(err, a.Rollback())
			}
		}
	}
	return a.Commit()
}

// each gives the samples of both metrics of each listing that the matcher takes.
func (p *prom) each(ctx context.Context, from, to int64, which *labels.Matcher, do func(series uint32, price, stock chunkenc.Iterator) error) error {
	q, err := p.db.Querier(from*1000, to*1000)
	if err != nil {
		return err
	}
	defer q.Close()
	sets := [2]storage.SeriesSet{}
	for i, metric := range []string{metricPrice, metricStock} {
		matchers := []*labels.Matcher{labels.MustNewMatcher(labels.MatchEqual, labelMetric, metric)}
		if which != nil {
			matchers = append(matchers, which)
		}
		sets[i] = q.Select(ctx, true, nil, matchers...)
	}
	var its [2]chunkenc.Iterator
	for sets[0].Next() {
		price := sets[0].At()
		name := price.Labels().Get(labelListing)
		if !sets[1].Next() || sets[1].At().Labels().Get(labelListing) != name {
			return fmt.Errorf("listing %s: no stock", name)
		}
		n, err := strconv.Atoi(name)
		if err != nil {
			return err
		}
		its[0], its[1] = price.Iterator(its[0]), sets[1].At().Iterator(its[1])
		if err := do(uint32(n), its[0], its[1]); err != nil {
			return err
		}
	}
	return errors.Join(sets[0].Err(), sets[1].Err())
}

var errEnough = errors.New("enough")

// ask yields what pick chooses of the samples of each listing.
func (p *prom) ask(ctx context.Context, from, to int64, which *labels.Matcher, pick func(samples iter.Seq2[work.Point, error], yield func(work.Point, error) bool) bool) iter.Seq2[work.Point, error] {
	return func(yield func(work.Point, error) bool) {
		err := p.each(ctx, from, to, which, func(n uint32, price, stock chunkenc.Iterator) error {
			if !pick(samples(n, price, stock), yield) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(work.Point{}, err)
		}
	}
}

func samples(n uint32, price, stock chunkenc.Iterator) iter.Seq2[work.Point, error] {
	return func(yield func(work.Point, error) bool) {
		for price.Next() != chunkenc.ValNone {
			at, v := price.At()
			p := work.Point{Series: n, At: at / 1000, Price: int64(math.Round(v * 1e6))}
			if stock.Next() == chunkenc.ValNone {
				yield(p, fmt.Errorf("listing %d: no stock at %d", n, p.At))
				return
			}
			stockAt, s := stock.At()
			if stockAt != at {
				yield(p, fmt.Errorf("listing %d: stock at %d, price at %d", n, stockAt, at))
				return
			}
			p.Stock = stocks[int(s)]
			if !yield(p, nil) {
				return
			}
		}
		if err := errors.Join(price.Err(), stock.Err()); err != nil {
			yield(work.Point{}, err)
		}
	}
}

// newest picks the last sample.
func newest(samples iter.Seq2[work.Point, error], yield func(work.Point, error) bool) bool {
	var last work.Point
	for p, err := range samples {
		if err != nil {
			return yield(p, err)
		}
		last = p
	}
	return last.At == 0 || yield(last, nil)
}

// latest looks two runs back, as a query of Prometheus looks back for so long.
func (p *prom) Latest(ctx context.Context, at int64) iter.Seq2[work.Point, error] {
	if at == 0 {
		at = p.db.Head().MaxTime()/1000 + 1
	}
	return p.ask(ctx, at-int64(2*p.Every/time.Second), at, nil, newest)
}

func (p *prom) Rivals(ctx context.Context, product uint32) iter.Seq2[work.Point, error] {
	var names []string
	for _, n := range p.Feed.Rivals[product] {
		names = append(names, strconv.Itoa(int(n)))
	}
	if len(names) == 0 {
		return func(func(work.Point, error) bool) {}
	}
	at := p.db.Head().MaxTime()/1000 + 1
	return p.ask(ctx, at-int64(2*p.Every/time.Second), at, labels.MustNewMatcher(labels.MatchRegexp, labelListing, strings.Join(names, "|")), newest)
}

func (p *prom) Changed(ctx context.Context, since int64) iter.Seq2[work.Point, error] {
	return p.ask(ctx, since-int64(2*p.Every/time.Second), math.MaxInt64/1000, nil, func(samples iter.Seq2[work.Point, error], yield func(work.Point, error) bool) bool {
		var before work.Point
		for s, err := range samples {
			if (err != nil || s.At >= since && (s.Price != before.Price || s.Stock != before.Stock)) && !yield(s, err) {
				return false
			}
			before = s
		}
		return true
	})
}

func (p *prom) History(ctx context.Context, series uint32) iter.Seq2[work.Point, error] {
	one := labels.MustNewMatcher(labels.MatchEqual, labelListing, strconv.Itoa(int(series)))
	return p.ask(ctx, 0, math.MaxInt64/1000, one, func(samples iter.Seq2[work.Point, error], yield func(work.Point, error) bool) bool {
		for s, err := range samples {
			if !yield(s, err) {
				return false
			}
		}
		return true
	})
}

func (p *prom) Close() error { return p.db.Close() }

// compactTSDB writes all that is in memory into blocks.
func compactTSDB(ctx context.Context, dir string, f *work.Feed) error {
	c, err := openTSDB(ctx, dir, f)
	if err != nil {
		return err
	}
	db := c.(*prom).db
	h := db.Head()
	return errors.Join(db.CompactHead(tsdb.NewRangeHead(h, h.MinTime(), h.MaxTime())), db.Compact(ctx), c.Close())
}
