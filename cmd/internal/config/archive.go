package config

import (
	"strings"
	"time"

	"pricegap/cmd/internal/config/stanza"
	"pricegap/market"
	"pricegap/store"
)

// leastFile is the smallest bound of a file of the archive.
const leastFile = 1e6

// Archive says where fetched pages are kept as evidence; zero values leave it to the defaults of package warc.
type Archive struct {
	// Folder is absolute; "" keeps no pages. It need not exist.
	Folder       string
	Keep         time.Duration
	MaxFileBytes int64
}

// Backup says which copies of the data file the daemon keeps.
type Backup struct {
	// Folder is absolute; it need not exist. Hourly and Daily are how many are kept, both 0 where none are made.
	Folder        string
	Hourly, Daily int
}

func (b *builder) backup() {
	k := &b.file.Backup
	if k.Folder == "" {
		k.Folder = strings.TrimPrefix(b.out.StoreURL, "bolt:") + ".backups"
	} else if strings.TrimSpace(k.Folder) == "" || strings.ContainsAny(k.Folder, "\n\t\x00") {
		b.report.Add(b.root.Get("backup").Get("folder"), "", "does not name a folder")
	}
	k.Folder = b.path(k.Folder)
	if !k.Off {
		b.out.Backup = Backup{Folder: k.Folder, Hourly: k.Hourly, Daily: k.Daily}
	}
}

// retention is that of each source: its own, or else the one of all.
func (b *builder) retention() {
	for i, p := range b.file.Sources {
		r := b.file.Retention
		if b.root.Get("sources").At(i).Get("retention") != nil {
			r = p.Retention
		}
		if r != (stanza.Retention{}) {
			if b.out.Retention == nil {
				b.out.Retention = map[market.SourceID]store.Retention{}
			}
			b.out.Retention[market.SourceID(p.ID)] = store.Retention{Daily: r.Daily, Weekly: r.Weekly, Forget: r.Forget}
		}
	}
}

func (b *builder) archive() {
	a, n := &b.file.Archive, b.root.Get("archive")
	if n == nil {
		return
	}
	if f := n.Get("folder"); f != nil && (strings.TrimSpace(a.Folder) == "" || strings.ContainsAny(a.Folder, "\n\t\x00")) {
		b.report.Add(f, "", "does not name a folder")
	}
	if f := n.Get("max_file"); f != nil && a.MaxFile < leastFile {
		b.report.Add(f, "", "is out of range; allowed is 1MB to 1024GiB")
	}
	b.out.Archive = Archive{Folder: b.path(a.Folder), Keep: a.Keep, MaxFileBytes: int64(a.MaxFile)}
	a.Folder = b.out.Archive.Folder
}
