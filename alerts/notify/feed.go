package notify

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"

	"pricegap/alerts"
	"pricegap/alerts/notify/atom"
	"pricegap/alerts/notify/door"
	"pricegap/alerts/notify/inert"
	"pricegap/alerts/notify/say"
	"pricegap/market"
)

func init() { register("feed", newFeed) }

// maxEntryBytes is how much one entry of a feed says.
const maxEntryBytes = 64 << 10

// feedOptions are the options of the channel "feed".
type feedOptions struct {
	File string `yaml:"file" json:"file" jsonschema:"File in which the feed is kept, beside the configuration unless it says where; readers find it at /feed/NAME of the web pages, or behind a web server of yours."`
}

// feed keeps messages as an Atom feed in a file. What is over is said in the entry that told it.
type feed struct {
	mu   sync.Mutex
	file string
	web  string
}

func newFeed(o feedOptions, env Env) (alerts.Notifier, error) {
	if o.File == "" {
		return nil, errors.New("file: is not set")
	}
	return &feed{file: below(env.Folder, o.File), web: env.Web}, nil
}

func below(folder, file string) string {
	if filepath.IsAbs(file) {
		return filepath.Clean(file)
	}
	return filepath.Join(folder, file)
}

// FeedFile returns the file of a channel of the kind "feed", whose options decode fills; "" for other kinds.
func FeedFile(kind string, decode func(any) error, folder string) (string, error) {
	var o feedOptions
	if kind != "feed" {
		return "", nil
	}
	if err := decode(&o); err != nil {
		return "", err
	}
	return below(folder, o.File), nil
}

// Notify implements alerts.Notifier. The reference is the entry's id. Sent again, a message takes its own place.
func (f *feed) Notify(ctx context.Context, m alerts.Message) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", door.Safe("feed", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var reference string
	err := atom.Edit(f.file, func(doc *atom.Feed) (err error) {
		reference, err = f.enter(doc, m)
		return err
	})
	if err != nil {
		return "", door.Safe("feed", fileError(err))
	}
	return reference, nil
}

// enter writes a message into a feed, and returns the id of the entry that says it.
func (f *feed) enter(doc *atom.Feed, m alerts.Message) (reference string, err error) {
	doc.ID, doc.Language = cmp.Or(doc.ID, atom.ID(f.web, m.Formula.Name, m.Channel)), m.Language
	doc.Title, doc.Author = cmp.Or(m.Formula.Name, "pricegap")+" · "+m.Channel, cmp.Or(m.Formula.Name, "pricegap")
	doc.Links = f.links()
	for _, e := range m.Earlier {
		if !doc.Has(e.Reference) {
			continue // too old: what is over is told anew
		}
		now := alerts.Message{
			Channel: m.Channel, Language: m.Language, Formula: m.Formula, At: m.At, Zone: m.Zone,
			Firing: e.Firing, Resolved: e.Resolved, GroupBy: m.GroupBy, Spell: m.Spell,
		}
		if err := f.put(doc, e.Reference, now); err != nil {
			return "", err
		}
		reference = e.Reference
		m.Resolved = slices.DeleteFunc(slices.Clone(m.Resolved), func(a market.Alert) bool { return a.Told[m.Channel].Reference == e.Reference })
	}
	if reference != "" && len(m.Firing)+len(m.Resolved)+m.Late == 0 {
		return reference, nil
	}
	reference = atom.ID(doc.ID, m.ID)
	return reference, f.put(doc, reference, m)
}

// put enters what a message says under an id.
func (f *feed) put(doc *atom.Feed, id string, m alerts.Message) error {
	d := say.Compose(m, f.web)
	var page bytes.Buffer
	lines := d.Within(maxEntryBytes, func(l say.Line) int { return len(l.Text()) })
	if err := mailPage.ExecuteTemplate(&page, "lines", lines[1:]); err != nil {
		return fmt.Errorf("%w: %w", alerts.ErrPermanent, err)
	}
	doc.Put(atom.Entry{ID: id, Title: title(d), PublishedAt: m.At, UpdatedAt: m.At, Links: f.links(), Content: atom.Content{HTML: page.String()}})
	return nil
}

// title says a message in a line: what there is to say where that is one thing, else how much it is. Readers there are that
// take a title for HTML.
func title(d say.Document) string {
	if len(d.Entries) != 1 {
		return d.Title
	}
	var b bytes.Buffer
	for _, s := range d.Entries[0].Headline {
		if s.Foreign {
			s.Text = inert.Text(s.Text)
		}
		b.WriteString(s.Text)
	}
	return b.String()
}

func (f *feed) links() []atom.Link {
	if f.web == "" {
		return nil
	}
	return []atom.Link{{Rel: "alternate", Href: f.web + "/alerts"}}
}

// fileError marks what trying again cannot mend.
func fileError(err error) error {
	if errors.Is(err, atom.ErrForeign) || errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %w", alerts.ErrPermanent, err)
	}
	return err
}
