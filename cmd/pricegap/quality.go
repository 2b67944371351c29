package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"pricegap/market"
	"pricegap/quality"
	"pricegap/watch/review"
)

func init() { register(newQuality) }

func newQuality(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "quality", Short: "Values that are held back, with the reason, and what people decide of them",
		Example: "  pricegap quality list\n  pricegap quality accept 3fa91c02d4",
	}
	var sources []string
	var reason string
	var rejected, asJSON, jsonl bool
	list := &cobra.Command{
		Use: "list", Short: "List the values that are held back, and what would release each", Args: cobra.NoArgs,
		Example: "  pricegap quality list --source lampenhuis --reason jump\n  pricegap quality list --rejected --jsonl",
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := review.Query{Rejected: rejected}
			for _, s := range sources {
				q.Sources = append(q.Sources, market.SourceID(s))
			}
			if asJSON && jsonl {
				return usage(errors.New("--json and --jsonl do not go together"))
			}
			return a.qualityList(cmd.Context(), q, reason, asJSON, jsonl)
		},
	}
	list.Flags().StringSliceVar(&sources, "source", nil, "only of these sources")
	addChoice(list, &reason, "reason", "only what is held for this reason", quality.Reasons...)
	list.Flags().BoolVar(&rejected, "rejected", false, "list what a person rejected as well")
	list.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	list.Flags().BoolVar(&jsonl, "jsonl", false, "print one JSON object a line")
	_ = list.RegisterFlagCompletionFunc("source", a.completeSources)
	c.AddCommand(list, a.qualityDecide("accept", "Let held values pass: they are trusted, and may alert", true),
		a.qualityDecide("reject", "Say that held values are wrong: they stay so when they are seen again", false))
	return c
}

// qualityDecide makes the command that accepts or rejects.
func (a *app) qualityDecide(name, short string, accept bool) *cobra.Command {
	var source, reason string
	c := &cobra.Command{
		Use: name + " [ID|LISTING…]", Short: short,
		Example: fmt.Sprintf("  pricegap quality %[1]s 3fa91c02d4\n  pricegap quality %[1]s lampenhuis/sku:LH-88\n  pricegap quality %[1]s --source lampenhuis --reason jump", name),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0 && source == "":
				return usage(fmt.Errorf("quality %s: name values by id or listing, or all of a --source", name))
			case len(args) > 0 && source != "", reason != "" && source == "":
				return usage(fmt.Errorf("quality %s: --source stands alone or with --reason, without values", name))
			}
			d := review.Decision{Values: args, Source: market.SourceID(source), Reason: reason, Accept: accept, By: market.NewText(who())}
			return a.decide(cmd.Context(), name, d)
		},
	}
	c.Flags().StringVar(&source, "source", "", "all values that are held of this source")
	addChoice(c, &reason, "reason", "with --source: only those that are held for this reason", quality.Reasons...)
	_ = c.RegisterFlagCompletionFunc("source", a.completeSources)
	return c
}

func (a *app) decide(ctx context.Context, name string, d review.Decision) error {
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	hs, err := svc.Decide(ctx, d)
	switch {
	case errors.Is(err, review.ErrUnknown):
		return usage(fmt.Errorf("%w; `pricegap quality list` shows what is", err))
	case err != nil && !errors.Is(err, review.ErrSeen):
		return err
	case err == nil && len(hs) == 0:
		fmt.Fprintln(a.out, "nothing is held")
	}
	for _, h := range hs {
		fmt.Fprintf(a.out, "%s: %s %s at %s\n", name, h.ID, printable(string(h.Listing)), h.Seen.Offer.Price)
	}
	return err
}

func (a *app) qualityList(ctx context.Context, q review.Query, reason string, asJSON, jsonl bool) error {
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	enc := json.NewEncoder(a.out)
	all := []review.Held{} // a list, not null
	tw := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	n := 0
	for h, err := range svc.Held(ctx, q) {
		switch {
		case errors.Is(err, review.ErrUnknown):
			return usage(err)
		case err != nil:
			return err
		case reason != "" && h.Seen.Trust.Reason != reason:
			continue
		case asJSON:
			all = append(all, h)
			continue
		case jsonl:
			if err := enc.Encode(h); err != nil {
				return err
			}
			continue
		}
		if n++; n == 1 {
			fmt.Fprintln(tw, "ID\tSOURCE\tLISTING\tHELD\tTRUSTED\tREASON\tSINCE\tSEEN\tRELEASED BY\tEVIDENCE")
		}
		a.heldRow(tw, h)
	}
	switch {
	case asJSON:
		return enc.Encode(all)
	case jsonl:
		return nil
	case n == 0:
		fmt.Fprintln(a.out, "nothing is held")
	}
	return tw.Flush()
}

// heldRow writes one line of the list.
func (a *app) heldRow(tw *tabwriter.Writer, h review.Held) {
	if f := h.Failure; f != nil {
		fmt.Fprintf(tw, "-\t%s\t%s\t-\t-\t%s\t%s\t-\t%s\t%s\n", h.Source, orDash(f.URL), f.Kind, moment(h.Since), h.Release, orDash(f.Message))
		return
	}
	reason := h.Seen.Trust.Reason
	if by := h.Seen.Trust.By; by.Known() {
		reason += " by " + by.Plain() + " " + moment(h.Seen.Trust.DecidedAt)
	}
	fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", h.ID, h.Source, printable(string(h.Listing)), cmp.Or(amountWord(h.Seen), "-"),
		cmp.Or(amountWord(h.Trusted), "-"), printable(reason), moment(h.Since), moment(h.Seen.SeenAt), h.Release, orDash(evidenceOf(h.Seen)))
}

// amountWord is a price for a table; empty where there is none.
func amountWord(o market.Observation) string {
	if !o.Offer.Price.Known() {
		return ""
	}
	return o.Offer.Price.String()
}

// evidenceOf says where the price of an observation stood.
func evidenceOf(o market.Observation) string {
	e := o.Offer.Evidence[market.FieldPrice]
	parts := []string{e.Reader, e.Where}
	if e.Raw.Known() {
		parts = append(parts, "“"+e.Raw.Plain()+"”")
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

// printOdd says what is odd of a whole shop, and what to do about it.
func printOdd(w io.Writer, r market.Run) {
	for _, o := range r.Odd {
		fmt.Fprintf(w, "  the shop changed: %s\n", printable(quality.Words(o)))
	}
	if len(r.Odd) > 0 {
		fmt.Fprintf(w, "  what is new is held back: look at some pages with `pricegap check %[1]s`; if they are read rightly, `pricegap quality accept --source %[1]s`\n", r.Source)
	}
}
