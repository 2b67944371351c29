package slackapp

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestWords holds that all is said in English and Dutch, and that every text that the app names is there.
func TestWords(t *testing.T) {
	for key := range words()["en"] {
		if words()["nl"][key] == "" {
			t.Errorf("nl lacks %q", key)
		}
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`\.say\("([^"]+)"[,)]`)
	n := 0
	for _, file := range sources {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(text), -1) {
			if n++; words()["en"][m[1]] == "" {
				t.Errorf("%s says %q, which has no text", file, m[1])
			}
		}
	}
	if n < 20 {
		t.Errorf("%d texts found", n)
	}
}
