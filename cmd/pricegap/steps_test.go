package main

import (
	"testing"

	"pricegap/market"
)

// TestNextSteps: whoever reads a failure is told what to do about it.
func TestNextSteps(t *testing.T) {
	t.Parallel()
	for _, k := range market.FailureKinds() {
		if nextSteps[k] == "" || k.Info().Meaning == "" {
			t.Errorf("%s: meaning %q, next step %q", k, k.Info().Meaning, nextSteps[k])
		}
	}
	if len(nextSteps) != len(market.FailureKinds()) {
		t.Errorf("%d steps for %d codes", len(nextSteps), len(market.FailureKinds()))
	}
}
