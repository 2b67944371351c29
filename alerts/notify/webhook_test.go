package notify_test

import (
	"strings"
	"testing"
)

// TestWebhookLinks has in the text of a webhook the links to our own pages that the other channels have.
func TestWebhookLinks(t *testing.T) {
	s := webhookStage(t)
	if _, err := s.notifier.Notify(t.Context(), message(undercut(1, "Lamp"))); err != nil {
		t.Fatal(err)
	}
	if got := s.heard(); !strings.Contains(got, "https://prices.example/product?id=P1") {
		t.Errorf("no link to the history in\n%s", got)
	}
}
