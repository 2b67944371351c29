// Command shopd serves the fictional shops of package shoptest on loopback.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"pricegap/crawler/shoptest"
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
	addr := flags.String("addr", "127.0.0.1:8123", "loopback address to listen on")
	day := flags.Int("day", 0, "simulated day")
	products := flags.Int("products", 240, "how many products our own shop sells")
	big := flags.Int("big", 0, "serve one big shop of that many pages of 60 to 150 KB instead")
	if err := flags.Parse(args); err != nil {
		return err
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
