package peer

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"math"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver

	"pricegap/bench/store/work"
)

// schema has a row an observation, with an index of those that changed something, and the texts from when they were seen.
const schema = `
CREATE TABLE IF NOT EXISTS listings (id INTEGER PRIMARY KEY, product INTEGER NOT NULL, source TEXT NOT NULL, name TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS products ON listings (product);
CREATE TABLE IF NOT EXISTS observations (listing INTEGER NOT NULL, at INTEGER NOT NULL, price INTEGER NOT NULL, stock INTEGER NOT NULL,
  changed INTEGER NOT NULL, PRIMARY KEY (listing, at)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS changes ON observations (at) WHERE changed = 1;
CREATE TABLE IF NOT EXISTS texts (listing INTEGER NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (listing, at)) WITHOUT ROWID;`

// newestRow is the newest row of a listing l until a second; without CROSS the planner would begin with the observations.
const newestRow = ` CROSS JOIN observations o ON o.listing = l.ID AND o.at = (SELECT max(at) FROM observations WHERE listing = l.ID AND at <= ?)`

// sqlite is a table with a row an observation.
type sqlite struct {
	*work.Feed
	db                               *sql.DB
	addListing, addPoint, addText    *sql.Stmt
	askLatest, askRivals, askChanged *sql.Stmt
	askHistory                       *sql.Stmt
}

func openSQLite(ctx context.Context, dir string, f *work.Feed) (Contestant, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "sqlite.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	s := &sqlite{Feed: f, db: db}
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	for _, p := range []struct {
		to    **sql.Stmt
		query string
	}{
		{&s.addListing, `INSERT INTO listings VALUES (?, ?, ?, ?)`},
		{&s.addPoint, `INSERT INTO observations VALUES (?, ?, ?, ?, ?)`},
		{&s.addText, `INSERT INTO texts VALUES (?, ?, ?)`},
		{&s.askLatest, `SELECT o.listing, o.at, o.price, o.stock, '' FROM listings l` + newestRow},
		{&s.askRivals, `SELECT o.listing, o.at, o.price, o.stock, '' FROM listings l` + newestRow + ` WHERE l.Product = ?`},
		{&s.askChanged, `SELECT listing, at, price, stock, '' FROM observations WHERE changed = 1 AND at >= ?`},
		{&s.askHistory, `SELECT o.listing, o.at, o.price, o.stock, (SELECT text FROM texts WHERE listing = o.listing AND at <= o.at ORDER BY at DESC LIMIT 1)
			FROM observations o WHERE o.listing = ? ORDER BY o.at`},
	} {
		if *p.to, err = db.PrepareContext(ctx, p.query); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	return s, nil
}

func (s *sqlite) Write(ctx context.Context, b *work.Batch) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := s.put(ctx, tx, b); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func (s *sqlite) put(ctx context.Context, tx *sql.Tx, b *work.Batch) error {
	point, text, listing := tx.StmtContext(ctx, s.addPoint), tx.StmtContext(ctx, s.addText), tx.StmtContext(ctx, s.addListing)
	for _, r := range b.Rows {
		if b.Run == 0 {
			l := s.Listings[r.Series]
			if _, err := listing.ExecContext(ctx, r.Series, l.Product, string(work.Source(b.Source)), string(l.ID)); err != nil {
				return err
			}
		}
		if _, err := point.ExecContext(ctx, r.Series, r.At, r.Price, stockNumber(r.Stock), r.Changed); err != nil {
			return err
		}
		if !r.Texted {
			continue
		}
		if _, err := text.ExecContext(ctx, r.Series, r.At, r.Text); err != nil {
			return err
		}
	}
	return nil
}

// ask yields the rows of an answer.
func (s *sqlite) ask(ctx context.Context, q *sql.Stmt, args ...any) iter.Seq2[work.Point, error] {
	return func(yield func(work.Point, error) bool) {
		rows, err := q.QueryContext(ctx, args...)
		if err != nil {
			yield(work.Point{}, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			var p work.Point
			var stock byte
			err := rows.Scan(&p.Series, &p.At, &p.Price, &stock, &p.Text)
			p.Stock = stocks[stock]
			if !yield(p, err) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(work.Point{}, err)
		}
	}
}

func (s *sqlite) Latest(ctx context.Context, at int64) iter.Seq2[work.Point, error] {
	if at == 0 {
		at = math.MaxInt64
	}
	return s.ask(ctx, s.askLatest, at)
}

func (s *sqlite) Rivals(ctx context.Context, product uint32) iter.Seq2[work.Point, error] {
	return s.ask(ctx, s.askRivals, math.MaxInt64, product)
}

func (s *sqlite) Changed(ctx context.Context, since int64) iter.Seq2[work.Point, error] {
	return s.ask(ctx, s.askChanged, since)
}

func (s *sqlite) History(ctx context.Context, series uint32) iter.Seq2[work.Point, error] {
	return s.ask(ctx, s.askHistory, series)
}

func (s *sqlite) Close() error { return s.db.Close() }

func compactSQLite(ctx context.Context, dir string, f *work.Feed) error {
	c, err := openSQLite(ctx, dir, f)
	if err != nil {
		return err
	}
	_, err = c.(*sqlite).db.ExecContext(ctx, "VACUUM")
	return errors.Join(err, c.Close())
}
