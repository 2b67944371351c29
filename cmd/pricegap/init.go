package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"pricegap/cmd/internal/config/starter"
)

func init() { register(newInit) }

// initFlags are the flags of init beside the answers.
type initFlags struct {
	yes, force bool
}

func newInit(a *app) *cobra.Command {
	var f initFlags
	var ans starter.Answers
	c := &cobra.Command{
		Use:   "init",
		Short: "Ask a few questions and write a commented sources.yaml",
		Example: "  pricegap init\n" +
			"  pricegap init --yes --name 'Our Shop' --contact https://shop.example/bot --rival https://rival.example/sitemap.xml",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.initConfig(c.Flags().Changed, ans, f)
		},
	}
	fl := c.Flags()
	fl.StringVar(&ans.Name, "name", "Our shop", "name of your chain")
	fl.StringVar(&ans.Contact, "contact", "", "https or e-mail address at which shops can reach you")
	fl.StringVar(&ans.Language, "language", "nl", "language of the shops and of staff")
	fl.StringVar(&ans.Currency, "currency", "EUR", "ISO 4217 code of the prices")
	fl.StringVar(&ans.Zone, "zone", "Europe/Amsterdam", "time zone of the schedules")
	fl.StringVar(&ans.Catalog, "catalog", "catalog.csv", "path of your catalogue")
	fl.StringArrayVar(&ans.Rivals, "rival", nil, "address of a rival's sitemap or category page; may be repeated")
	fl.StringVar(&ans.SlackChannel, "slack-channel", "", "id of a Slack channel (C…); the token comes from $SLACK_BOT_TOKEN")
	fl.BoolVarP(&f.yes, "yes", "y", false, "ask nothing; take flags and defaults")
	fl.BoolVar(&f.force, "force", false, "replace a file that is there")
	return c
}

// initConfig writes the file. What was given as a flag is not asked.
func (a *app) initConfig(given func(string) bool, ans starter.Answers, f initFlags) error {
	path := a.config
	if path == "" {
		path = "sources.yaml"
	}
	if _, err := os.Lstat(path); err == nil && !f.force {
		return usage(fmt.Errorf("init: %s is there already; --force replaces it", path))
	}
	if !f.yes {
		if !isTerminal(a.in) && !given("name") {
			return usage(errors.New("init: not a terminal; give --yes, with --name, --contact and --rival"))
		}
		if isTerminal(a.in) {
			if err := a.interview(given, &ans); err != nil {
				return err
			}
		}
	}
	data, err := starter.Write(ans)
	if err != nil {
		return usage(fmt.Errorf("init: these answers make no valid file:\n%w", err))
	}
	if err := writeConfig(path, data, f.force); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	fmt.Fprintf(a.out, "%s is written. Next:\n  pricegap check --offline\n  pricegap import catalog %s\n  pricegap check\n  pricegap crawl\n", path, ans.Catalog)
	return nil
}

// writeConfig creates path, or replaces it in one step.
func writeConfig(path string, data []byte, replace bool) error {
	to, flags := path, os.O_WRONLY|os.O_CREATE|os.O_EXCL
	if replace {
		to, flags = path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC
	}
	f, err := os.OpenFile(to, flags, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if replace {
		return os.Rename(to, path)
	}
	return nil
}

// interview puts the questions that no flag has answered. An empty answer takes what stands in brackets.
func (a *app) interview(given func(string) bool, ans *starter.Answers) error {
	in := bufio.NewReader(a.in)
	question := func(flag, text string, into *string) error {
		if given(flag) {
			return nil
		}
		fmt.Fprintf(a.err, "%s [%s]: ", text, *into)
		s, err := readAnswer(in)
		if s != "" {
			*into = s
		}
		return err
	}
	for _, q := range []struct {
		flag, text string
		into       *string
	}{
		{"name", "Name of your chain", &ans.Name},
		{"contact", "Contact for shops, an https or e-mail address", &ans.Contact},
		{"language", "Language", &ans.Language},
		{"currency", "Currency", &ans.Currency},
		{"catalog", "Path of your catalogue", &ans.Catalog},
		{"slack-channel", "Slack channel id, empty for none", &ans.SlackChannel},
	} {
		if err := question(q.flag, q.text, q.into); err != nil {
			return err
		}
	}
	for !given("rival") {
		rival := ""
		if err := question("rival", "Address of a rival's sitemap or category page, empty when done", &rival); err != nil {
			return err
		}
		if rival == "" {
			break
		}
		ans.Rivals = append(ans.Rivals, rival)
	}
	return nil
}

// readAnswer reads one line. Errors: io.ErrUnexpectedEOF where the input ends before it.
func readAnswer(in *bufio.Reader) (string, error) {
	s, err := in.ReadString('\n')
	if errors.Is(err, io.EOF) {
		if s == "" {
			return "", usage(fmt.Errorf("init: %w; nothing was written", io.ErrUnexpectedEOF))
		}
		err = nil
	}
	return strings.TrimSpace(s), err
}
