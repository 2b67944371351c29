package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pricegap/compare"
	"pricegap/compare/export/terminal"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/watch"
	"pricegap/watch/referee"
)

func init() { register(newAsk) }

// askOthers is how many further products an ambiguous question names.
const askOthers = 5

func newAsk(a *app) *cobra.Command {
	var s selection
	var f askFlags
	c := &cobra.Command{
		Use:   "ask TEXT|EAN|SKU",
		Short: "Show the difference card of a product, as staff see it",
		Long: `Show the difference card of the product that is meant: our price and stock, and of each rival the price,
the gap, the price delivered, stock and delivery, how old that is, and what our formula offers that they do not.
The product may be named by article number, EAN, MPN or words of its title.

Where sources.yaml has a price-match policy, the card ends with its verdict on each rival: MATCH, REFER (to whom) or DECLINE,
the price, and each rule with what it read. --role says who asks, --store where.

With --refresh each rival's page of the product that was not seen within the last minute is fetched now: before all
others where its source is being crawled, else at once. robots.txt and the pause between two requests hold as ever.
What could not be had in time is told on standard error, and the card shows what is known, with its age. So is what is new
while its source is being crawled: that waits until it is known whether the whole shop changed.

Exit codes: 0 done; 3 some pages could not be had, or what they say waits (with --refresh).`,
		Example: "  pricegap ask 8712345678906\n  pricegap ask bureaulamp ster --language nl\n  pricegap ask 8712345678906 --refresh --wait 10s",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			q, err := s.query(a, nil)
			if err != nil {
				return err
			}
			return a.ask(cmd.Context(), strings.Join(args, " "), q, f)
		},
	}
	s.add(a, c)
	c.Flags().BoolVar(&f.refresh, "refresh", false, "look at the rivals' pages now")
	c.Flags().DurationVar(&f.wait, "wait", 30*time.Second, "with --refresh: how long to stay for the pages")
	c.Flags().BoolVar(&f.json, "json", false, "print the standing as one JSON object, with its verdicts")
	f.role = policy.Staff
	addChoice(c, &f.role, "role", "who asks: staff, shift_lead, manager or buyer", policy.Roles...)
	c.Flags().StringVar(&f.store, "store", "", "the id of the store of ours where it is asked")
	addLanguage(c, &f.language, "language of the card: nl or en (default: that of the machine)")
	return c
}

type askFlags struct {
	json, refresh bool
	wait          time.Duration
	language      string
	role          policy.Role
	store         string
}

// check refuses flags that do not go together.
func (f askFlags) check(c *cobra.Command) error {
	if c.Flags().Changed("wait") && (!f.refresh || f.wait <= 0) {
		return usage(errors.New("--wait is a time such as 10s, and goes with --refresh only"))
	}
	return exclusive(c, "refresh", "as-of")
}

func (a *app) ask(ctx context.Context, text string, q watch.StandingQuery, f askFlags) error {
	cfg, err := a.loadConfig()
	if err == nil {
		err = checkStore(f.store, cfg.Branches)
	}
	if err != nil {
		return err
	}
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
	complete := true
	if f.refresh {
		looked, err := svc.Refresh(ctx, watch.RefreshRequest{Product: found[0].ID, Sources: q.Sources, Wait: f.wait})
		if err != nil {
			return wrongName(err)
		}
		complete = a.printLooked(looked, f.wait)
	}
	var s compare.Standing
	for s, err = range svc.Standings(ctx, q) {
		if err != nil {
			return wrongName(err)
		}
	}
	vs, err := svc.Verdicts(ctx, referee.Query{Product: s.Product.ID, Sources: q.Sources, AsOf: s.At, Role: f.role, Store: f.store})
	if err != nil {
		return err
	}
	if f.json {
		err = json.NewEncoder(a.out).Encode(answer{s, vs})
	} else {
		err = a.card(s, vs, found[1:], f.language)
	}
	if err == nil && !complete {
		err = &exitError{code: exitPartial}
	}
	return err
}

// answer is what ask prints as JSON.
type answer struct {
	compare.Standing
	Verdicts []policy.Verdict `json:"verdicts,omitzero"`
}

// printLooked says in a line each which pages could not be had, and what to do about it. It reports whether all were.
func (a *app) printLooked(looked []watch.Looked, wait time.Duration) bool {
	complete := true
	for _, l := range looked {
		switch f := l.Failure; {
		case f != nil && f.Status != 0:
			fmt.Fprintf(a.err, "%s: %s (status %d): %s\n", l.Source, f.Kind, f.Status, nextSteps[f.Kind])
		case f != nil:
			fmt.Fprintf(a.err, "%s: %s: %s\n", l.Source, f.Kind, nextSteps[f.Kind])
		case l.Waits:
			fmt.Fprintf(a.err, "%s: what its page says now is new, and waits for the end of the crawl that is under way\n", l.Source)
		case l.Late:
			fmt.Fprintf(a.err, "%s: its page has not come within %s: ask again, or raise --wait\n", l.Source, wait)
		default:
			continue
		}
		complete = false
	}
	return complete
}

// card prints the card of a product, what the price-match policy says, and the others that may be meant.
func (a *app) card(s compare.Standing, vs []policy.Verdict, others []market.Product, language string) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	l := a.look(language)
	l.Branches = cfg.Branches
	if err := terminal.Card(a.out, s, l); err != nil {
		return err
	}
	if err := a.printVerdicts(vs, l); err != nil {
		return err
	}
	for _, p := range others {
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
