package main

import (
	"context"

	"github.com/spf13/cobra"

	"pricegap/market/link"
)

// urlQuestion is a line of `explain url`.
type urlQuestion struct {
	URL  string `json:"url"`
	Base string `json:"base"`
}

// urlAnswer is the form under which a listing is filed.
type urlAnswer struct {
	URL string `json:"url"`
}

func init() {
	registerExplain(explanation[urlQuestion]{
		use:     "url URL",
		short:   "Show the form of an address under which a listing is filed",
		example: `  pricegap explain url "/p/1?utm_source=mail#top" --base https://shop.example/`,
		args:    cobra.ExactArgs(1),
		flags: func(cmd *cobra.Command) func([]string) (urlQuestion, error) {
			var q urlQuestion
			cmd.Flags().StringVar(&q.Base, "base", "", "address of the page on which a relative one stands")
			return func(args []string) (urlQuestion, error) {
				q.URL = args[0]
				return q, nil
			}
		},
		answer: func(_ context.Context, q urlQuestion) (any, error) {
			u, err := link.Resolve(q.Base, q.URL)
			if err != nil {
				return nil, err
			}
			u, err = link.Canonical(u)
			return urlAnswer{u}, err
		},
	})
}
