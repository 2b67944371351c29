package facts

import (
	"strings"
	"testing"
)

// TestKeys: every key begins with one of the initials and can be found.
func TestKeys(t *testing.T) {
	for key := range keys {
		if !initials[initial(key)] || len(key) >= maxKey || key != strings.ToLower(key) {
			t.Error(key)
		}
	}
}
