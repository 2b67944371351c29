// Command shopd serves the fictional shops of package shoptest on loopback, or with -hostile a server that does
// everything a crawler has to survive.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"pricegap/crawler/shoptest"
	"pricegap/crawler/shoptest/hostile"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "shopd:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("shopd", flag.ContinueOnError)
	flags.SetOutput(out)
	addr := flags.String("addr", "127.0.0.1:8123", "loopback address to listen on; with -hostile https and the name server have the next two ports")
	day := flags.Int("day", 0, "simulated day")
	products := flags.Int("products", 240, "how many products our own shop sells")
	big := flags.Int("big", 0, "serve one big shop of that many pages of 60 to 150 KB instead")
	bad := flags.Bool("hostile", false, "serve the hostile cases instead")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	}
	if *bad {
		return runHostile(ctx, *addr, out)
	}
	w := shoptest.New(shoptest.Options{Products: *products})
	if *big > 0 {
		w = shoptest.Big(*big)
	}
	w.SetDay(*day)
	s, err := shoptest.StartAt(w, *addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "day %d, listening on %s; end with Ctrl-C\n", *day, s.Addr())
	for _, shop := range w.Shops() {
		fmt.Fprintf(out, "  %-14s curl --connect-to ::%s http://%s/robots.txt\n", shop.Name, s.Addr(), shop.Host)
	}
	<-ctx.Done()
	return s.Close()
}

func runHostile(ctx context.Context, addr string, out io.Writer) error {
	s, err := hostile.Start(hostile.Options{Addr: addr})
	if err != nil {
		return err
	}
	for _, c := range hostile.Cases() {
		fmt.Fprintf(out, "%-16s %s: %s\n%-16s   %s\n", c.Name(), c.Title, wanted(c), "", c.URL())
	}
	fmt.Fprintf(out, "http on %s, https on %s, names on %s (udp); end with Ctrl-C\n", s.Plain, s.Secure, s.Names)
	fmt.Fprintf(out, "  a case:            curl --connect-to ::%s http://h42-price.%s/H42/price\n", s.Plain, hostile.Domain)
	fmt.Fprintf(out, "  what was asked for: curl --connect-to ::%s http://%s/log\n", s.Plain, hostile.Domain)
	<-ctx.Done()
	return s.Close()
}

// wanted is what must come of a case, in words.
func wanted(c hostile.Case) string {
	if len(c.Want) == 0 {
		return "the page comes"
	}
	var out []string
	for _, k := range c.Want {
		if k == hostile.OK {
			out = append(out, "the page comes")
			continue
		}
		out = append(out, string(k))
	}
	return strings.Join(out, " or ")
}
