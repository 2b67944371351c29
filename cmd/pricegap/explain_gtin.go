package main

import (
	"context"

	"github.com/spf13/cobra"

	"pricegap/market/gtin"
)

// gtinQuestion is a line of `explain gtin`.
type gtinQuestion struct {
	Text string `json:"text"`
}

// gtinAnswer is how an article number is read; unknown is null.
type gtinAnswer struct {
	GTIN14     *string `json:"gtin14"`
	Kind       *string `json:"kind"`
	Valid      bool    `json:"valid"`
	Restricted bool    `json:"restricted"`
}

func init() {
	registerExplain(explanation[gtinQuestion]{
		use:     "gtin TEXT",
		short:   "Show how an article number (EAN, UPC, ISBN) is read",
		example: `  pricegap explain gtin "EAN: 8712345678906"`,
		args:    cobra.ExactArgs(1),
		flags: func(*cobra.Command) func([]string) (gtinQuestion, error) {
			return func(args []string) (gtinQuestion, error) { return gtinQuestion{args[0]}, nil }
		},
		answer: func(_ context.Context, q gtinQuestion) (any, error) {
			c, err := gtin.Parse(q.Text)
			if err != nil {
				return gtinAnswer{}, nil //nolint:nilerr // not an error: the answer is that it is none
			}
			return gtinAnswer{orNull(c.GTIN), orNull(string(c.Kind)), true, c.Restricted()}, nil
		},
	})
}
