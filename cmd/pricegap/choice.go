package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// choice is a flag that takes one of some words; another one is wrong use. It implements pflag.Value.
type choice[T ~string] struct {
	to    *T
	words []T
	// regions says that a word may be followed by a region, as in nl-BE or en_US.
	regions bool
}

// addChoice adds a flag to c that takes one of words; its default is what stands in to.
func addChoice[T ~string](c *cobra.Command, to *T, name, use string, words ...T) {
	choice[T]{to: to, words: words}.add(c, name, use)
}

// addLanguage adds --language, in which people read our words.
func addLanguage(c *cobra.Command, to *string, use string) {
	choice[string]{to: to, words: []string{"nl", "en"}, regions: true}.add(c, "language", use)
}

func (f choice[T]) add(c *cobra.Command, name, use string) {
	c.Flags().Var(f, name, use)
	cobra.CheckErr(c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(f.all(), cobra.ShellCompDirectiveNoFileComp)))
}

func (f choice[T]) all() []string {
	out := make([]string, len(f.words))
	for i, w := range f.words {
		out[i] = string(w)
	}
	return out
}

// String implements pflag.Value.
func (f choice[T]) String() string {
	if f.to == nil {
		return ""
	}
	return string(*f.to)
}

// Type implements pflag.Value; it stands in the help.
func (choice[T]) Type() string { return "string" }

// Set implements pflag.Value.
func (f choice[T]) Set(s string) error {
	word := s
	if f.regions {
		s = strings.ReplaceAll(s, "_", "-")
		word, _, _ = strings.Cut(s, "-")
	}
	if !slices.Contains(f.words, T(word)) {
		return fmt.Errorf("it is one of %s", strings.Join(f.all(), ", "))
	}
	*f.to = T(s)
	return nil
}
