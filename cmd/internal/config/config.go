// Package config reads sources.yaml into typed values that are ready to wire. It is strict: an unknown or
// mistyped key, a wrong type and a value out of range are errors with file, line, column and the nearest
// known word, and all of them are reported at once.
//
// Variables: ${NAME} in a value must be set and not empty, ${NAME:-text} falls back on text, and $$ is a
// dollar sign. Inside a channel, ${NAME:-} while NAME has no value switches that channel off with a warning,
// so that one file serves the machine that has the secrets and those that have not.
package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	_ "time/tzdata" // a static binary must know the zones on a machine that does not

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/cmd/internal/config/document"
	"pricegap/cmd/internal/config/stanza"
	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers/feed"
	"pricegap/quality"
	"pricegap/store"
)

// Problem is one thing that is wrong in a file, or worth a warning.
type Problem = document.Problem

// Errors is everything that is wrong with a file; errors.As finds it in what Load returns.
type Errors = document.Errors

// Env looks up a variable of the environment, as os.LookupEnv does.
type Env = func(name string) (string, bool)

// Config is a configuration in force.
type Config struct {
	// Path is the file that was read, as it was given.
	Path string
	// Contact stands in the user agent; empty where the file has none, and then nothing may be crawled.
	Contact string
	// Formula is ours.
	Formula  market.Formula
	Branches []market.Branch
	Staff    []market.Staff
	// Own is the source with own: true, "" where there is none.
	Own market.SourceID
	// Sources are the sources in the order of the file, ours included; Sites those of them that are crawled,
	// Shops all of them as compare sees them.
	Sources []market.Source
	Sites   []crawler.Site
	Shops   []compare.Shop
	Catalog Catalog
	// Channels are those that are on.
	Channels []Channel
	// Routes and Rules may name channels that are off; they are told when they come on.
	Routes []calm.Route
	Rules  []alerts.Configured
	// StoreURL is what store.Open takes, with an absolute path.
	StoreURL string
	Archive  Archive
	Compare  compare.Options
	Quality  quality.Policy
	// Policy says when we match a price; nil where the file says nothing of it.
	Policy *policy.Policy
	Backup Backup
	// Retention is how long the history of a source stays; for ever where it has none.
	Retention map[market.SourceID]store.Retention
	Slack     Slack
	Serve     Serve
	// Warnings are worth saying, and stop nothing.
	Warnings []Problem

	file stanza.File
	root *document.Node
}

// Catalog is where our own articles come from.
type Catalog struct {
	// Path is the catalogue file, absolute; "" where there is none. It need not exist when the configuration is read.
	Path    string
	Options feed.Options
}

// Channel is a staff channel as stated; notify.New(Kind, Decode, …) makes its notifier.
type Channel struct {
	Name, Kind, Language string
	calm.Manner
	// Decode fills the options struct of the kind; it cannot fail for the struct of notify.Options(Kind).
	Decode func(any) error
}

// Serve is how the daemon can be reached.
type Serve struct {
	// Listen is host:port of the web pages; Socket the path of the unix socket that commands use; URL the
	// address under which staff reach the pages, without a slash at the end, "" where messages link to none.
	Listen, Socket, URL string
	// Heartbeat is an address that is asked for while the daemon works.
	Heartbeat stanza.Heartbeat
}

// Slack is the Slack app as stated; without a signing secret it has no door, without an app token no Socket Mode.
type Slack struct {
	SigningSecret, AppToken, BotToken market.Secret
	Language, API                     string
}

// Source returns the source called id.
func (c *Config) Source(id market.SourceID) (market.Source, bool) {
	for _, s := range c.Sources {
		if s.ID == id {
			return s, true
		}
	}
	return market.Source{}, false
}

// ChannelHint helps with a channel that is not among Channels: it is off, or another name was meant; "" where
// nothing is known.
func (c *Config) ChannelHint(name string) string {
	names := make([]string, 0, len(c.file.Channels))
	for _, ch := range c.file.Channels {
		if ch.Name == name && len(ch.Off) > 0 {
			return "it is off while $" + strings.Join(ch.Off, " or $") + " has no value"
		}
		names = append(names, ch.Name)
	}
	return document.Meant(name, names)
}

// Load reads the file at path. Errors: *Errors for what is wrong in it, else what the system says.
func Load(path string, env Env) (*Config, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return Parse(path, data, env)
}

// readFile reads as much of a file as document.Read takes, and a byte more where there is more.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, document.MaxBytes+1))
}

// Parse is Load for a file that was read already; relative paths in it are relative to the folder of path.
func Parse(path string, data []byte, env Env) (*Config, error) {
	if env == nil {
		env = func(string) (string, bool) { return "", false }
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	report := &document.Report{File: path}
	b := &builder{
		report: report, warnings: &document.Report{File: path}, dir: dir, env: env,
		dec: stanza.NewDecoder(report),
		out: &Config{Path: path},
	}
	if b.root = document.Read(data, env, report); b.root != nil {
		b.file = stanza.Defaults()
		b.dec.Decode(b.root, &b.file)
		b.build()
	}
	if err := report.Err(); err != nil {
		return nil, err
	}
	b.out.Warnings = b.warnings.Problems()
	b.out.file, b.out.root = b.file, b.root
	return b.out, nil
}

// ErrNotFound is returned by Find when there is no configuration in the usual places.
var ErrNotFound = errors.New("config: no sources.yaml")

// Find returns the path of the configuration: flag, $PRICEGAP_CONFIG, ./sources.yaml, then sources.yaml in
// $XDG_CONFIG_HOME/pricegap (or ~/.config/pricegap) and in /etc/pricegap. What is named by flag or variable
// must exist. Errors: ErrNotFound, or what the system says.
func Find(flag string, env Env) (string, error) {
	named := flag
	if named == "" {
		named, _ = env("PRICEGAP_CONFIG")
	}
	if named != "" {
		info, err := os.Stat(named)
		if err == nil && info.IsDir() {
			err = fmt.Errorf("%s is a folder, not a file", named)
		}
		if err != nil {
			return "", fmt.Errorf("config: %w", err)
		}
		return named, nil
	}
	places := Places(env)
	for _, p := range places {
		info, err := os.Stat(p)
		switch {
		case err == nil && !info.IsDir():
			return p, nil
		case err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, os.ErrPermission):
			return "", fmt.Errorf("config: %w", err)
		}
	}
	return "", fmt.Errorf("%w; looked at %q", ErrNotFound, places)
}

// Places lists where Find looks when nothing is named, in order.
func Places(env Env) []string {
	out := []string{"sources.yaml"}
	if dir := userDir(env, "XDG_CONFIG_HOME", ".config"); dir != "" {
		out = append(out, filepath.Join(dir, "pricegap", "sources.yaml"))
	}
	return append(out, "/etc/pricegap/sources.yaml")
}

// userDir returns the folder that a variable of the XDG base directory specification names, or its default
// below the home folder; a relative value is ignored, as the specification says.
func userDir(env Env, name, below string) string {
	if v, ok := env(name); ok && filepath.IsAbs(v) {
		return v
	}
	if home, ok := env("HOME"); ok && filepath.IsAbs(home) {
		return filepath.Join(home, below)
	}
	return ""
}
