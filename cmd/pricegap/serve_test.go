package main

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/cmd/internal/config"
	"pricegap/market"
	"pricegap/market/money"
)

// TestServeLooks: the pages carry our name, speak our language, show our time, and answer under the name that
// staff use.
func TestServeLooks(t *testing.T) {
	amsterdam := time.FixedZone("Europe/Amsterdam", 3600)
	own := market.Source{ID: "fonkelplein", Name: "Fonkelplein", Own: true, Locale: money.Locale{Language: "nl-NL"}}
	scheduled := own
	scheduled.Schedule = market.Schedule{Expr: "@daily", Zone: amsterdam}
	type looks struct {
		Formula, Language, Zone string
		Hosts                   []string
	}
	for name, tt := range map[string]struct {
		cfg  config.Config
		want looks
	}{
		"everything": {
			config.Config{
				Formula: market.Formula{Name: "De formule"}, Own: own.ID, Sources: []market.Source{{ID: "voltavia"}, scheduled},
				Serve: config.Serve{URL: "https://prices.internal.example:8443"},
			},
			looks{"De formule", "nl", "Europe/Amsterdam", []string{"prices.internal.example"}},
		},
		"no schedule, no formula": {
			config.Config{Own: own.ID, Sources: []market.Source{own}}, looks{"Fonkelplein", "nl", time.Local.String(), nil},
		},
		"no shop of our own": {config.Config{Sources: []market.Source{{ID: "voltavia"}}}, looks{"", "", time.Local.String(), nil}},
	} {
		t.Run(name, func(t *testing.T) {
			o := (&app{clock: market.WallClock}).pages(&tt.cfg, slog.New(slog.DiscardHandler))
			if d := cmp.Diff(tt.want, looks{o.Formula, o.Language, o.Zone.String(), o.Hosts}); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}
