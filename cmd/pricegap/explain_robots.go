package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"pricegap/crawler"
)

// maxRobotsFile is how much of a file is read; the crawler parses less of it.
const maxRobotsFile = 4 << 20

// robotsQuestion is a line of `explain robots`.
type robotsQuestion struct {
	Robots string `json:"robots"`
	Agent  string `json:"agent"`
	URL    string `json:"url"`
}

// robotsAnswer says whether an address may be fetched, and the line of robots.txt that decides; null where none
// does.
type robotsAnswer struct {
	Allowed bool    `json:"allowed"`
	Rule    *string `json:"rule"`
}

func init() {
	registerExplain(explanation[robotsQuestion]{
		use:     "robots URL --robots FILE",
		short:   "Show whether a robots.txt lets us fetch an address, and which line decides",
		example: `  pricegap explain robots https://shop.example/p/1 --robots robots.txt`,
		args:    cobra.ExactArgs(1),
		flags: func(cmd *cobra.Command) func([]string) (robotsQuestion, error) {
			file := cmd.Flags().String("robots", "", "the robots.txt to read")
			agent := cmd.Flags().String("agent", crawler.Token, "the product token of the crawler")
			return func(args []string) (robotsQuestion, error) {
				body, err := readRobots(*file)
				return robotsQuestion{string(body), *agent, args[0]}, err
			}
		},
		answer: func(_ context.Context, q robotsQuestion) (any, error) {
			ok, rule := crawler.RobotsAllowed([]byte(q.Robots), q.Agent, q.URL)
			return robotsAnswer{ok, orNull(rule)}, nil
		},
	})
}

func readRobots(name string) ([]byte, error) {
	if name == "" {
		return nil, errors.New("explain robots: name the file with --robots")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("explain robots: %w", err)
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, maxRobotsFile))
	if err != nil {
		return nil, fmt.Errorf("explain robots: %w", err)
	}
	return body, nil
}
