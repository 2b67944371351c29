package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"pricegap/alerts"
	"pricegap/cmd/internal/config"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/watch"
	"pricegap/watch/feedback"
	"pricegap/web/facts"
)

func init() { register(newAlerts) }

func newAlerts(a *app) *cobra.Command {
	c := &cobra.Command{Use: "alerts", Short: "What fires, the rules, silences, and a test message to a channel", Example: "  pricegap alerts list\n  pricegap alerts test floor"}
	var asJSON, all bool
	list := &cobra.Command{
		Use: "list", Short: "List the alerts that wait, fire or recover, newest first, with who was told", Args: cobra.NoArgs,
		Example: "  pricegap alerts list\n  pricegap alerts list --all --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.alertsList(cmd.Context(), all, asJSON) },
	}
	list.Flags().BoolVar(&all, "all", false, "list those that are over as well")
	list.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	var rulesJSON, origin bool
	rules := &cobra.Command{
		Use: "rules", Short: "List the rules that are in force", Args: cobra.NoArgs, Example: "  pricegap alerts rules\n  pricegap alerts rules --origin",
		RunE: func(*cobra.Command, []string) error {
			if origin {
				return a.alertsSayings(rulesJSON)
			}
			return a.alertsRules(rulesJSON)
		},
	}
	rules.Flags().BoolVar(&origin, "origin", false, "list what each rule and each of its exceptions says, what it inherits, what it has by default, and the line of the file")
	rules.Flags().BoolVar(&rulesJSON, "json", false, "print one JSON document")
	test := &cobra.Command{
		Use: "test CHANNEL", Short: "Send a test message to a channel", Args: cobra.ExactArgs(1), Example: "  pricegap alerts test store-amsterdam",
		Long: `Send a test message to a channel. When the channel takes it, alerts that it had refused for good are tried
again with the next delivery.`,
		ValidArgsFunction: a.completeChannels,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.alertsTest(cmd.Context(), args[0]) },
	}
	var by string
	ack := &cobra.Command{
		Use: "ack ID…", Short: "Take alerts on, all or none: nobody else is told for want of an answer", Args: cobra.MinimumNArgs(1),
		Example: "  pricegap alerts ack 6ea4008b266693f8 --as anna",
		RunE:    func(cmd *cobra.Command, ids []string) error { return a.alertsAck(cmd.Context(), by, ids) },
	}
	ack.Flags().StringVar(&by, "as", "", "name of who takes them on (default: the user who gives the command)")
	c.AddCommand(list, rules, test, ack, newRehearsal(a), newSilence(a), newAudit(a))
	return c
}

func (a *app) alertsList(ctx context.Context, all, asJSON bool) error {
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	as, err := svc.Alerts(ctx)
	if err != nil {
		return err
	}
	for _, r := range facts.Refused(as) {
		fmt.Fprintf(a.err, "warning: %s refuses messages (%d): %s; they are kept, and sent when `pricegap alerts test %s` arrives\n", printable(r.Channel), r.Alerts, r.Error, printable(r.Channel))
	}
	as = slices.DeleteFunc(as, func(x market.Alert) bool { return !all && x.State == market.AlertResolved })
	if asJSON {
		if as == nil {
			as = []market.Alert{} // a list, not null
		}
		return json.NewEncoder(a.out).Encode(as)
	}
	if len(as) == 0 {
		fmt.Fprintln(a.out, "no alerts")
		return nil
	}
	tw := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "ID\tSTATE\tSINCE\tRULE\tPRODUCT\tSOURCE\tOURS\tTHEIRS\tGAP\tTITLE\tTAKEN ON BY\tCHANNELS")
	for _, x := range as {
		f := x.Facts
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.ID, x.State, moment(x.Since), printable(x.Rule),
			orDash(string(x.Topic.Product)), orDash(string(x.Topic.Source)), orDash(f.Ours.Price.Decimal()), orDash(f.Theirs.Price.Decimal()),
			orDash(f.Gap.Decimal()), orDash(f.Title.Plain()), orDash(x.Acked.By.Plain()), orDash(toldWords(x)))
	}
	return tw.Flush()
}

func (a *app) alertsAck(ctx context.Context, by string, ids []string) error {
	by = cmp.Or(market.NewText(by).Plain(), who())
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	e, err := svc.Say(ctx, feedback.Word{Verb: feedback.Acknowledge, By: feedback.By{ID: by, Role: policy.Staff}, Alerts: ids})
	switch {
	case err != nil:
		return err
	case e.Refused != "":
		return usage(fmt.Errorf("no such alert fires: %s; `pricegap alerts list` shows what does", printable(strings.Join(ids, ", "))))
	}
	for _, id := range ids {
		fmt.Fprintf(a.out, "%s: taken on by %s\n", printable(id), printable(by))
	}
	return nil
}

// toldWords says what each channel knows of an alert: told, waiting, or why not. What is more than a day old
// before a channel can be told stands only here.
func toldWords(x market.Alert) string {
	names := slices.Clone(x.Channels)
	for _, n := range slices.Sorted(maps.Keys(x.Told)) {
		if !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	var out []string
	for _, n := range names {
		t := x.Told[n]
		switch {
		case t.Late && t.Transition == x.Transition && t.Error != "":
			out = append(out, n+" not told, more than a day old; failed: "+t.Error)
		case t.Late && t.Transition == x.Transition:
			out = append(out, n+" not told, more than a day old")
		case t.Dead:
			out = append(out, n+" refused: "+t.Error)
		case t.Error != "":
			out = append(out, n+" failed: "+t.Error)
		case t.State != "" && t.Transition == x.Transition:
			out = append(out, n+" told "+moment(t.At))
		case x.State == market.AlertFiring || x.State == market.AlertRecovering:
			out = append(out, n+" waits")
		}
	}
	return strings.Join(out, "; ")
}

// orDash makes s safe for a table cell; an empty cell is a dash.
func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return market.Printable(s)
}

func (a *app) alertsRules(asJSON bool) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	if asJSON {
		type row struct {
			Name         string   `json:"name"`
			Kind         string   `json:"kind"`
			For          string   `json:"for"`
			KeepFiring   string   `json:"keep_firing"`
			Confirm      bool     `json:"confirm"`
			Damp         string   `json:"damp"`
			Channels     []string `json:"channels"`
			TellResolved bool     `json:"tell_resolved"`
		}
		rows := make([]row, 0, len(cfg.Rules))
		for _, r := range cfg.Rules {
			rows = append(rows, row{r.Name, r.Kind, r.For.String(), r.KeepFiring.String(), r.Confirm, r.Damp.String(), append([]string{}, r.Channels...), r.TellResolved})
		}
		return json.NewEncoder(a.out).Encode(rows)
	}
	if len(cfg.Rules) == 0 {
		fmt.Fprintf(a.out, "no rules in %s\n", cfg.Path)
		return nil
	}
	tw := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "RULE\tKIND\tFOR\tKEEP FIRING\tCONFIRM\tDAMP\tCHANNELS\tTELLS THE END")
	for _, r := range cfg.Rules {
		channels := "all"
		if len(r.Channels) > 0 {
			channels = strings.Join(r.Channels, ", ")
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", printable(r.Name), r.Kind, brief(r.For), brief(r.KeepFiring),
			yesNo(r.Confirm), brief(r.Damp), printable(channels), yesNo(r.TellResolved))
	}
	return tw.Flush()
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (a *app) alertsSayings(asJSON bool) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	sayings := cfg.Sayings()
	if asJSON {
		if sayings == nil {
			sayings = []config.Saying{} // a list, not null
		}
		return json.NewEncoder(a.out).Encode(sayings)
	}
	tw := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "RULE\tFOR\tOPTION\tVALUE\tLINE\tOF")
	for _, s := range sayings {
		about, of, line := s.For, "its own", strconv.Itoa(s.Line)
		if about == "" {
			about = "all"
		}
		switch {
		case s.Default:
			of, line = "default", "-"
		case s.Inherited:
			of = "the rule"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", printable(s.Rule), printable(about), s.Option, orDash(s.Value), line, of)
	}
	return tw.Flush()
}

func (a *app) alertsTest(ctx context.Context, channel string) error {
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	switch err := svc.TestChannel(ctx, channel); {
	case errors.Is(err, watch.ErrUnknownChannel), errors.Is(err, alerts.ErrNoChannel):
		if cfg, cfgErr := a.loadConfig(); cfgErr == nil && cfg.ChannelHint(channel) != "" {
			err = fmt.Errorf("%w; %s", err, cfg.ChannelHint(channel))
		}
		return usage(err)
	case err != nil:
		if h := channelHint(err); h != "" {
			return fmt.Errorf("%w; %s", err, h)
		}
		return err
	}
	fmt.Fprintf(a.out, "%s took the test message\n", printable(channel))
	return nil
}

// brief writes a duration without the parts that are nought.
func brief(d time.Duration) string {
	s := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = s[:len(s)-len(zero)+1]
		}
	}
	return s
}

// channelHint says what mends the refusals of Slack that people meet when they set a channel up.
func channelHint(err error) string {
	for hint, words := range map[string][]string{
		"copy the bot token (xoxb-…) from Slack once more":                            {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"},
		"give the channel's id (C…) and invite the bot to the channel":                {"channel_not_found", "not_in_channel"},
		"the channel is archived: name another one":                                   {"is_archived"},
		"give the bot the scope chat:write and install it in the workspace once more": {"missing_scope"},
		"make the incoming webhook anew in Slack and give its address":                {"no_service", "no_team", "invalid_token", "no_active_hooks"},
	} {
		for _, w := range words {
			if strings.HasSuffix(err.Error(), w) {
				return hint
			}
		}
	}
	return ""
}

// completeChannels offers the names of the channels to the shell.
func (a *app) completeChannels(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	cfg, err := a.loadConfig()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var out []string
	for _, ch := range cfg.Channels {
		out = append(out, ch.Name)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
