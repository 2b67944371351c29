package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"pricegap/alerts/calm"
	"pricegap/cmd/internal/config"
	"pricegap/market"
)

// newSilence is `alerts silence`, which newAlerts hangs below it.
func newSilence(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "silence", Short: "Keep channels from being told of some alerts for a while",
		Example: "  pricegap alerts silence add --source lampenhuis --for 4h --reason \"moving to another platform\"\n  pricegap alerts silence list",
	}
	var asJSON, all bool
	list := &cobra.Command{
		Use: "list", Short: "List the silences that last, with who asked for them and why", Args: cobra.NoArgs,
		Example: "  pricegap alerts silence list\n  pricegap alerts silence list --all --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.silences(cmd.Context(), all, asJSON) },
	}
	list.Flags().BoolVar(&all, "all", false, "list those that ended within 90 days as well")
	list.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	expire := &cobra.Command{
		Use: "expire ID…", Short: "End silences before their time", Args: cobra.MinimumNArgs(1), Example: "  pricegap alerts silence expire 3fa91c02",
		RunE: func(cmd *cobra.Command, ids []string) error { return a.expire(cmd.Context(), ids) },
	}
	c.AddCommand(newSilenceAdd(a), list, expire)
	return c
}

func newSilenceAdd(a *app) *cobra.Command {
	var s calm.Silence
	var source, product, reason string
	var lasts time.Duration
	c := &cobra.Command{
		Use: "add", Short: "Silence what fits all that is stated", Args: cobra.NoArgs,
		Long: `Keep channels from being told of the alerts that fit all that is stated. What still holds when the silence ends is
told then; what only happened meanwhile is not. The silence is kept with your name and the reason.`,
		Example: "  pricegap alerts silence add --source lampenhuis --for 4h --reason \"moving to another platform\"\n" +
			"  pricegap alerts silence add --category Koelen --rule cheaper --channel floor --for 48h --reason \"our own promotion\"",
		RunE: func(cmd *cobra.Command, _ []string) error {
			s.Source, s.Product, s.Reason, s.By = market.SourceID(source), market.ProductID(product), market.NewText(reason), market.NewText(who())
			s.Until = a.clock().Add(lasts)
			return a.silence(cmd.Context(), s)
		},
	}
	f := c.Flags()
	f.StringVar(&s.Rule, "rule", "", "alerts of this rule")
	f.StringVar(&s.Kind, "kind", "", "alerts of rules of this kind")
	f.StringVar(&source, "source", "", "alerts about this source")
	f.StringVar(&product, "product", "", "alerts about this article number")
	f.StringVar(&s.Category, "category", "", "alerts about categories that begin so")
	f.StringVar(&s.Brand, "brand", "", "alerts about this brand")
	f.StringVar(&s.Channel, "channel", "", "for this channel alone")
	f.DurationVar(&lasts, "for", 0, "how long it lasts, such as 4h; a year at most")
	f.StringVar(&reason, "reason", "", "why, for those who wonder")
	for _, name := range []string{"for", "reason"} {
		cobra.CheckErr(c.MarkFlagRequired(name))
	}
	_ = c.RegisterFlagCompletionFunc("source", a.completeSources)
	_ = c.RegisterFlagCompletionFunc("channel", a.completeChannels)
	return c
}

// knownNames refuses names that the configuration does not have: a slip of the pen would silence nothing.
func (a *app) knownNames(m calm.Matcher) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	if on := func(c config.Channel) bool { return c.Name == m.Channel }; m.Channel != "" && !slices.ContainsFunc(cfg.Channels, on) {
		err := fmt.Errorf("unknown channel: %s", m.Channel)
		if hint := cfg.ChannelHint(m.Channel); hint != "" {
			err = fmt.Errorf("%w; %s", err, hint)
		}
		return usage(err)
	}
	if _, ok := cfg.Source(m.Source); m.Source != "" && !ok {
		return usage(fmt.Errorf("unknown source: %s", m.Source))
	}
	for _, r := range cfg.Rules {
		if m.Rule == r.Name {
			m.Rule = ""
		}
		if m.Kind == r.Kind {
			m.Kind = ""
		}
	}
	switch {
	case m.Rule != "":
		return usage(fmt.Errorf("unknown rule: %s; `pricegap alerts rules` names them", m.Rule))
	case m.Kind != "":
		return usage(fmt.Errorf("no rule is of the kind %s; `pricegap alerts rules` names them", m.Kind))
	}
	return nil
}

func (a *app) silence(ctx context.Context, s calm.Silence) error {
	if err := a.knownNames(s.Matcher); err != nil {
		return err
	}
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	if s.Product != "" {
		found, err := svc.Find(ctx, string(s.Product), askOthers+1)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(found, func(p market.Product) bool { return p.ID == s.Product }) {
			return usage(fmt.Errorf("unknown product: %s; `pricegap ask` finds the article number by words or GTIN", s.Product))
		}
	}
	s, err = svc.Silence(ctx, s)
	switch {
	case errors.Is(err, calm.ErrSilence):
		return usage(err)
	case err != nil:
		return err
	}
	fmt.Fprintf(a.out, "%s silences %s until %s\n", s.ID, s.Matcher, moment(s.Until))
	return nil
}

func (a *app) expire(ctx context.Context, ids []string) error {
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	for _, id := range ids {
		s, err := svc.Expire(ctx, calm.Expiry{ID: id, By: market.NewText(who())})
		switch {
		case errors.Is(err, calm.ErrUnknown):
			return usage(fmt.Errorf("%w; `pricegap alerts silence list` shows what lasts", err))
		case err != nil:
			return err
		}
		fmt.Fprintf(a.out, "%s is over: %s\n", s.ID, s.Matcher)
	}
	return nil
}

func (a *app) silences(ctx context.Context, all, asJSON bool) error {
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	ss, err := svc.Silences(ctx)
	if err != nil {
		return err
	}
	shown := []calm.Silence{} // a list, not null
	for _, s := range ss {
		if all || s.Active(a.clock()) {
			shown = append(shown, s)
		}
	}
	if asJSON {
		return json.NewEncoder(a.out).Encode(shown)
	}
	if len(shown) == 0 {
		fmt.Fprintln(a.out, "no silences")
		return nil
	}
	tw := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "ID\tWHAT\tUNTIL\tBY\tSINCE\tREASON\tENDED BY")
	for _, s := range shown {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.ID, s.Matcher, moment(s.End()), orDash(s.By.Plain()), moment(s.At), orDash(s.Reason.Plain()), orDash(s.EndedBy.Plain()))
	}
	return tw.Flush()
}
