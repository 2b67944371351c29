package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"pricegap/alerts"
	"pricegap/alerts/notify/door"
	"pricegap/alerts/notify/say"
)

func init() { register("console", newConsole) }

// consoleOptions are the options of the channel "console": none.
type consoleOptions struct{}

// console writes messages as text, for trials and for the demo.
type console struct {
	mu  sync.Mutex
	out io.Writer
	web string
}

func newConsole(_ consoleOptions, env Env) (alerts.Notifier, error) {
	if env.Out == nil {
		return nil, errors.New("nowhere to write to")
	}
	return &console{out: env.Out, web: env.Web}, nil
}

// Notify implements alerts.Notifier. The reference is the message's id.
func (c *console) Notify(ctx context.Context, m alerts.Message) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", door.Safe("console", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := io.WriteString(c.out, say.Compose(m, c.web).Text()+"\n"); err != nil {
		return "", door.Safe("console", fmt.Errorf("write: %w", err))
	}
	return m.ID, nil
}
