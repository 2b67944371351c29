// Command profile merges the processor profiles of several processes into one for the compiler, without what they say of
// the machine: the places of files are left out, which the compiler does not ask for.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/pprof/profile"
)

func main() {
	out := flag.String("out", "out/crawl.pgo", "where the merged profile goes")
	flag.Parse()
	if err := merge(*out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench: profile:", err)
		os.Exit(1)
	}
}

func merge(out string, paths []string) error {
	var all []*profile.Profile
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		p, err := profile.ParseData(raw)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		all = append(all, p)
	}
	p, err := profile.Merge(all)
	if err != nil {
		return err
	}
	for _, m := range p.Mapping {
		m.File, m.BuildID = "", ""
	}
	for _, f := range p.Function {
		f.Filename = ""
	}
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	if err := p.Write(file); err != nil {
		return err
	}
	return file.Close()
}
