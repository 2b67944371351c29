package web

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"time"
)

// feed serves the feed of alerts of a channel. A reader that has it as it is gets 304.
func (s *site) feed(w http.ResponseWriter, r *http.Request) {
	file, ok := s.Feeds[r.PathValue("channel")]
	if !ok {
		plain(w, http.StatusNotFound, "there is no such feed")
		return
	}
	doc, err := os.ReadFile(file)
	switch {
	case os.IsNotExist(err):
		plain(w, http.StatusNotFound, "nothing has been told here yet")
		return
	case err != nil:
		s.Log.Error("feed failed", "file", file, "error", err)
		plain(w, http.StatusInternalServerError, s.lang.Word("wrong"))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/atom+xml; charset=utf-8")
	h.Set("Cache-Control", "private, no-cache") // it may be kept, and is asked for again
	h.Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(doc)))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(doc))
}
