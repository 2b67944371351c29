package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	done, cancel := context.WithCancel(t.Context())
	cancel() // it serves, and ends at once
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"shops":   {[]string{"-addr", "127.0.0.1:0", "-day", "3"}, []string{"day 3", "http://fonkelplein.example/"}},
		"big":     {[]string{"-addr", "127.0.0.1:0", "-big", "10"}, []string{"http://reuzenrek.example/"}},
		"hostile": {[]string{"-addr", "127.0.0.1:0", "-hostile"}, []string{"H01/nxdomain", "H66/tarpit", "the page comes or ", "http://h42-price.hostile.example/H42/price", "names on 127.0.0.1:"}},
		"help":    {[]string{"-h"}, []string{"Usage of shopd"}},
		"abroad":  {[]string{"-addr", "0.0.0.0:0", "-hostile"}, nil},
		"unknown": {[]string{"-friendly"}, nil},
	} {
		var out bytes.Buffer
		err := run(done, c.args, &out)
		if (err == nil) != (c.want != nil) {
			t.Errorf("%s: %v", name, err)
		}
		for _, w := range c.want {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%s: no %q in %.300q", name, w, out.String())
			}
		}
	}
}
