package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"pricegap/compare/export"
	"pricegap/web/wire"
)

// mediaTypes are those of the formats that have one of their own.
var mediaTypes = map[string]string{
	"csv": "text/csv; charset=utf-8", "csv-nl": "text/csv; charset=utf-8", "json": "application/json", "jsonl": "application/jsonl",
	"parquet": "application/vnd.apache.parquet",
	"xlsx":    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// download streams the comparison that the filter selects. What fails after the first row cuts the connection,
// so that nobody takes a part for the whole.
func (s *site) download(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	format := cmp.Or(q.Get("format"), "csv")
	f, err := s.filter(r.Context(), q)
	if err == nil && !slices.Contains(export.Formats(), format) {
		err = fmt.Errorf("%w: format: one of %s", wire.ErrBadRequest, strings.Join(export.Formats(), ", "))
	}
	if err != nil {
		wire.WriteProblem(w, wire.ProblemOf(err))
		return
	}
	out := &started{ResponseWriter: w, begin: func() {
		name, _, _ := strings.Cut(format, "-")
		w.Header().Set("Content-Type", cmp.Or(mediaTypes[format], "application/octet-stream"))
		w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=pricegap-%s.%s", s.Clock().In(s.Zone).Format("20060102-1504"), name))
	}}
	if err := s.export(r.Context(), out, format, f); err != nil && r.Context().Err() == nil {
		if !out.done {
			wire.WriteProblem(w, wire.ProblemOf(err))
			return
		}
		s.Log.Error("download failed", "format", format, "error", err)
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = c.Close()
		}
	}
}

func (s *site) export(ctx context.Context, w *started, format string, f filter) error {
	out, err := export.New(format, w, export.Options{Language: string(s.lang)})
	if err != nil {
		return err
	}
	for st, err := range s.selected(ctx, f) {
		if err == nil {
			err = out.Write(st)
		}
		if err != nil {
			return err
		}
	}
	return out.Close()
}

// started is a response that sets its headers at the first byte.
type started struct {
	http.ResponseWriter
	begin func()
	done  bool
}

func (s *started) Write(b []byte) (int, error) {
	if !s.done {
		s.begin()
		s.done = true
	}
	return s.ResponseWriter.Write(b)
}
