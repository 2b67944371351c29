package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"pricegap/market/money"
)

// priceQuestion is a line of `explain price`.
type priceQuestion struct {
	Text string `json:"text"`
	// Currency is any text beside the price in which a currency may be printed.
	Currency string `json:"currency"`
	Locale   string `json:"locale"`
}

// priceAnswer is how a printed price is read; unknown is null.
type priceAnswer struct {
	Kind       money.Kind       `json:"kind"`
	Amount     *string          `json:"amount"`
	Currency   *string          `json:"currency"`
	Symbol     *string          `json:"symbol"`
	High       *string          `json:"high,omitempty"`
	Reference  *string          `json:"reference,omitempty"`
	VAT        money.VAT        `json:"vat,omitempty"`
	Unit       string           `json:"unit,omitempty"`
	Candidates []priceCandidate `json:"candidates,omitempty"`
}

// priceCandidate is another reading of the same text.
type priceCandidate struct {
	Kind     money.Kind `json:"kind"`
	Amount   string     `json:"amount"`
	Currency *string    `json:"currency"`
}

func init() {
	registerExplain(explanation[priceQuestion]{
		use:   "price TEXT",
		short: "Show how a printed price is read",
		example: `  pricegap explain price "€ 1.299,-" --locale nl
  pricegap explain price "van 1.499 voor 1.299" --locale nl --currency EUR`,
		args: cobra.ExactArgs(1),
		flags: func(cmd *cobra.Command) func([]string) (priceQuestion, error) {
			var q priceQuestion
			cmd.Flags().StringVar(&q.Locale, "locale", "", "language of the page, such as nl or de-CH")
			cmd.Flags().StringVar(&q.Currency, "currency", "", "a currency code, or text beside the price in which one may stand")
			return func(args []string) (priceQuestion, error) {
				q.Text = args[0]
				return q, nil
			}
		},
		answer: func(_ context.Context, q priceQuestion) (any, error) { return explainPrice(q) },
	})
}

func explainPrice(q priceQuestion) (priceAnswer, error) {
	locale := money.Locale{Language: q.Locale}
	beside, symbol := money.FindCurrency(q.Currency, "")
	locale.Currency = beside
	r, err := money.Parse(q.Text, locale)
	if err != nil {
		return priceAnswer{}, err
	}
	if r.Symbol == "" && symbol != "" { // nothing is printed in the text itself
		r.Symbol = symbol
		if r.Currency == "" {
			r.Currency = beside
		}
	}
	out := priceAnswer{
		Kind: r.Kind, Amount: orNull(r.Decimal), Currency: orNull(string(r.Currency)), Symbol: orNull(r.Symbol),
		High: orNull(r.High.Decimal()), Reference: orNull(r.Reference.Decimal()), VAT: r.VAT, Unit: r.Unit,
	}
	switch r.Kind {
	case money.KindThreshold, money.KindSaving, money.KindShipping, money.KindDeposit: // sums, but no prices
		out.Candidates = []priceCandidate{{r.Kind, r.Decimal, out.Currency}}
		out.Amount = nil
	}
	for _, c := range r.Candidates {
		out.Candidates = append(out.Candidates, priceCandidate{c.Kind, c.Decimal, orNull(string(c.Currency))})
	}
	return out, nil
}

// orNull makes an unknown string null.
func orNull(s string) *string {
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	return &s
}
