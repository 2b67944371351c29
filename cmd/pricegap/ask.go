package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"pricegap/compare"
	"pricegap/compare/export/terminal"
	"pricegap/market"
	"pricegap/watch"
)

func init() { register(newAsk) }

// askOthers is how many further products an ambiguous question names.
const askOthers = 5

func newAsk(a *app) *cobra.Command {
	var s selection
	var asJSON bool
	var language string
	c := &cobra.Command{
		Use:   "ask TEXT|EAN|SKU",
		Short: "Show the difference card of a product, as staff see it",
		Long: `Show the difference card of the product that is meant: our price and stock, and of each rival the price,
the gap, the price delivered, stock and delivery, how old that is, and what our formula offers that they do not.
The product may be named by article number, EAN, MPN or words of its title.`,
		Example: "  pricegap ask 8712345678906\n  pricegap ask bureaulamp ster --language nl",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := s.query(a, nil)
			if err != nil {
				return err
			}
			return a.ask(cmd.Context(), strings.Join(args, " "), q, asJSON, language)
		},
	}
	s.add(a, c)
	c.Flags().BoolVar(&asJSON, "json", false, "print the standing as one JSON object")
	c.Flags().StringVar(&language, "language", "", "language of the card: nl or en (default: that of the machine)")
	return c
}

func (a *app) ask(ctx context.Context, text string, q watch.StandingQuery, asJSON bool, language string) error {
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	found, err := find(ctx, svc, text, askOthers+1)
	if err != nil {
		return err
	}
	q.Products, q.Category, q.Brand = []market.ProductID{found[0].ID}, "", ""
	var s compare.Standing
	for s, err = range svc.Standings(ctx, q) {
		if err != nil {
			return wrongName(err)
		}
	}
	if asJSON {
		return json.NewEncoder(a.out).Encode(s)
	}
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	l := a.look(language)
	l.Branches = cfg.Branches
	if err := terminal.Card(a.out, s, l); err != nil {
		return err
	}
	for _, p := range found[1:] {
		if _, err := fmt.Fprintf(a.out, "also: %s  %s\n", printable(string(p.ID)), printable(p.Title.Plain())); err != nil {
			return err
		}
	}
	return nil
}

// find returns the products that text may mean, best first, or an error when there is none.
func find(ctx context.Context, svc watch.Asker, text string, limit int) ([]market.Product, error) {
	found, err := svc.Find(ctx, text, limit)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no product of ours answers to %q", text)
	}
	return found, nil
}
