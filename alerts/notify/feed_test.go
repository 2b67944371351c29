package notify_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	nethtml "golang.org/x/net/html"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/alerts/notify"
	"pricegap/alerts/notify/atom"
	"pricegap/market"
)

func feedStage(t *testing.T) stage {
	n, folder := newFeed(t, "https://prices.example")
	return stage{
		notifier: n, never: []string{"429", "500", "redirect", "refused", "content", "drop"}, // it is a file
		heard: func() string {
			var b strings.Builder
			for _, e := range readFeed(t, folder).Entries {
				b.WriteString(html.UnescapeString(e.Content.HTML))
			}
			return strings.ReplaceAll(b.String(), "\u2060", "")
		},
	}
}

func newFeed(t *testing.T, web string) (n alerts.Notifier, folder string) {
	t.Helper()
	folder = t.TempDir()
	n, err := notify.New("feed", options(t, map[string]string{"file": "news.atom"}), notify.Env{Folder: folder, Web: web})
	if err != nil {
		t.Fatal(err)
	}
	return n, folder
}

func readFeed(t *testing.T, folder string) (f atom.Feed) {
	t.Helper()
	doc, err := os.ReadFile(filepath.Join(folder, "news.atom"))
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(doc, &f); err != nil {
		t.Fatalf("%v in\n%s", err, doc)
	}
	return f
}

// tell tells a feed a message, and returns the reference.
func tell(t *testing.T, n alerts.Notifier, m alerts.Message) string {
	t.Helper()
	reference, err := n.Notify(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return reference
}

func TestFeedHasWhatRFC4287Asks(t *testing.T) {
	n, folder := newFeed(t, "https://prices.example")
	reference := tell(t, n, message(undercut(1, "Bureaulamp <Arc>")))
	f := readFeed(t, folder)
	if !strings.HasPrefix(f.ID, "urn:uuid:") || f.Title != "Onze Winkel · winkel" || f.Author != "Onze Winkel" || !f.UpdatedAt.Equal(sentAt) || f.Language != "en" || len(f.Links) != 1 {
		t.Errorf("the feed: %+v", f)
	}
	if len(f.Entries) != 1 {
		t.Fatalf("%d entries", len(f.Entries))
	}
	e := f.Entries[0]
	if e.ID != reference || e.ID == f.ID || !e.PublishedAt.Equal(sentAt) || !e.UpdatedAt.Equal(sentAt) || e.Content.Type != "html" || e.Links[0].Href != "https://prices.example/alerts" {
		t.Errorf("the entry: %+v", e)
	}
	if !strings.Contains(strings.ReplaceAll(e.Title, "\u2060", ""), "Bureaulamp <Arc>") {
		t.Errorf("the title does not say what it is about: %q", e.Title)
	}
	if info, err := os.Stat(filepath.Join(folder, "news.atom")); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the file: %v, %v", info.Mode(), err)
	}
}

func TestFeedSaysAnEndWhereItToldTheBeginning(t *testing.T) {
	n, folder := newFeed(t, "")
	a := undercut(1, "Lamp")
	first := tell(t, n, message(a))
	if again := tell(t, n, message(a)); again != first || len(readFeed(t, folder).Entries) != 1 {
		t.Errorf("sent again, it is another entry: %q, %q", first, again)
	}
	other := message(undercut(2, "Klok"))
	other.ID, other.At = "fedcba9876543210", sentAt.Add(time.Hour)
	tell(t, n, other)

	a.State, a.Transition, a.ResolvedAt, a.Told = market.AlertResolved, 2, sentAt.Add(2*time.Hour), map[string]market.Told{"winkel": {Reference: first}}
	end := message()
	end.ID, end.At, end.Resolved, end.Earlier = "00", sentAt.Add(2*time.Hour), []market.Alert{a}, []calm.Earlier{{Reference: first, Resolved: []market.Alert{a}}}
	if got := tell(t, n, end); got != first {
		t.Errorf("the end is told as %q", got)
	}
	f := readFeed(t, folder)
	if len(f.Entries) != 2 || f.Entries[1].ID != first || !f.Entries[1].PublishedAt.Equal(sentAt) || !f.Entries[1].UpdatedAt.Equal(end.At) || !f.UpdatedAt.Equal(end.At) {
		t.Errorf("entries: %+v", f)
	}
	if !strings.Contains(f.Entries[1].Content.HTML, "11:00") {
		t.Errorf("the entry does not say the end: %s", f.Entries[1].Content.HTML)
	}

	end.Earlier[0].Reference, end.Resolved[0].Told["winkel"] = "urn:uuid:gone", market.Told{Reference: "urn:uuid:gone"}
	if got := tell(t, n, end); got == first || len(readFeed(t, folder).Entries) != 3 {
		t.Errorf("an end whose entry is gone is told as %q", got)
	}
}

func TestFeedKeepsAHundred(t *testing.T) {
	n, folder := newFeed(t, "")
	for i := range 120 {
		m := message(undercut(i, fmt.Sprint("Lamp ", i)))
		m.ID, m.At = fmt.Sprint("m", i), sentAt.Add(time.Duration(i)*time.Minute)
		tell(t, n, m)
	}
	if f := readFeed(t, folder); len(f.Entries) != 100 || !strings.Contains(f.Entries[0].Title, "Lamp 119") {
		t.Errorf("%d entries, the newest %q", len(f.Entries), f.Entries[0].Title)
	}
}

func TestFeedLeavesForeignFilesAlone(t *testing.T) {
	for _, content := range []string{"a letter", "", `<feed xmlns="http://www.w3.org/2005/Atom"><title>theirs</title></feed>`} {
		n, folder := newFeed(t, "")
		file := filepath.Join(folder, "news.atom")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := n.Notify(t.Context(), message(undercut(1, "Lamp"))); !errors.Is(err, alerts.ErrPermanent) {
			t.Errorf("%q: got %v", content, err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != content {
			t.Errorf("%q became %q, %v", content, got, err)
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

func TestFeedIsInert(t *testing.T) {
	for _, say := range []string{
		`<script>alert(1)</script>`, `]]><entry><id>x</id></entry>`, `&lt;img src=x onerror=alert(1)&gt;`, `</content></entry>`, `<!ENTITY x SYSTEM "file:///etc/passwd">`,
		`"><a href="javascript:alert(1)">x</a>`, "\x00\x0b\ufffe", `https://evil.example/x`, `{{.}}`,
	} {
		n, folder := newFeed(t, "https://prices.example")
		a := undercut(1, say)
		a.Facts.Theirs.Name, a.Facts.Theirs.URL, a.Facts.Theirs.DeliveryText = say, "javascript:alert(1)", market.NewText(say)
		tell(t, n, message(a))
		f := readFeed(t, folder)
		if len(f.Entries) != 1 {
			t.Fatalf("%q made %d entries", say, len(f.Entries))
		}
		z := nethtml.NewTokenizer(strings.NewReader(f.Entries[0].Content.HTML))
		for z.Next() != nethtml.ErrorToken {
			tok := z.Token()
			if tok.Type == nethtml.TextToken || tok.Type == nethtml.EndTagToken {
				continue
			}
			for _, at := range tok.Attr {
				ours := strings.HasPrefix(at.Val, "https://us.example/") || strings.HasPrefix(at.Val, "https://prices.example/")
				if at.Key != "style" && (at.Key != "href" || !ours) {
					t.Errorf("%q made the attribute %s=%q", say, at.Key, at.Val)
				}
			}
			if !slices.Contains([]string{"p", "b", "a", "hr"}, tok.Data) {
				t.Errorf("%q made the element %q", say, tok.Data)
			}
		}
	}
}
