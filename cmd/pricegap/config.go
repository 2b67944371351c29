package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"pricegap/cmd/internal/config"
	"pricegap/web/slackapp"
)

func init() { register(newConfig) }

func newConfig(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:     "config",
		Short:   "Show the configuration in force, or its JSON Schema",
		Example: "  pricegap config show --origin",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	var origin bool
	show := &cobra.Command{
		Use:     "show",
		Short:   "Print the configuration in force, defaults included, with secrets as ***",
		Example: "  pricegap config show --origin",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			out, err := cfg.Show(origin)
			if err != nil {
				return err
			}
			_, err = a.out.Write(out)
			return err
		},
	}
	show.Flags().BoolVar(&origin, "origin", false, "say of each value where it comes from: line, variable or default")
	schema := &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of sources.yaml, for editors",
		Example: "  pricegap config schema > sources.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			out, err := config.Schema()
			if err != nil {
				return err
			}
			_, err = a.out.Write(out)
			return err
		},
	}
	c.AddCommand(show, schema, newManifest(a))
	return c
}

func newManifest(a *app) *cobra.Command {
	var web string
	var socket bool
	c := &cobra.Command{
		Use:   "slack-manifest",
		Short: "Print the manifest that makes the Slack app, as JSON",
		Long: `Print the manifest with which Slack makes the app: its commands, its scopes, the events it hears of, and where requests go. That is
serve.url, or Socket Mode where slack.app_token is set, unless a flag says otherwise.`,
		Example: "  pricegap config slack-manifest > manifest.json\n  pricegap config slack-manifest --socket-mode",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := exclusive(cmd, "url", "socket-mode"); err != nil {
				return err
			}
			if !socket && web == "" {
				cfg, err := a.loadConfig()
				if err != nil {
					return err
				}
				web, socket = cfg.Serve.URL, cfg.Slack.AppToken.Known()
			}
			if !socket && !strings.HasPrefix(web, "https://") {
				return usage(errors.New("config slack-manifest: Slack sends requests to https:// only: set serve.url or give --url, or use --socket-mode, which needs no address"))
			}
			out, err := slackapp.Manifest(web, socket)
			if err != nil {
				return err
			}
			_, err = a.out.Write(out)
			return err
		},
	}
	c.Flags().StringVar(&web, "url", "", "the address under which Slack reaches the web pages (default: serve.url)")
	c.Flags().BoolVar(&socket, "socket-mode", false, "requests come through Socket Mode, and nothing need be reachable")
	return c
}
