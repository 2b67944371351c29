package main

import (
	"github.com/spf13/cobra"

	"pricegap/cmd/internal/config"
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
	c.AddCommand(show, schema)
	return c
}
