package specimen

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestKeep keeps one payload of each shape, readable, and nothing where no folder is named.
func TestKeep(t *testing.T) {
	header := func(kind, text string) json.RawMessage {
		return json.RawMessage(`[{"type":"header","text":{"type":"` + kind + `","text":"` + text + `"}}]`)
	}
	t.Setenv(Folder, "")
	Keep(Blocks, header("plain_text", "a"))
	folder := t.TempDir()
	t.Setenv(Folder, folder)
	Keep(Blocks, header("plain_text", "b"))
	Keep(Blocks, header("plain_text", "c")) // says something else
	Keep(Blocks, header("mrkdwn", "b"))     // is something else
	Keep(View, header("plain_text", "b"))   // is held against something else
	kept, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(kept) != 3 {
		t.Fatalf("kept %q, %v", kept, err)
	}
	texts := ""
	for _, p := range kept {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		var got []struct{ Text struct{ Text string } }
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		texts += got[0].Text.Text
	}
	if texts != "bbb" {
		t.Errorf("kept the texts %q", texts)
	}
	defer func() {
		if recover() == nil {
			t.Error("what is no JSON was kept")
		}
	}()
	Keep(Blocks, json.RawMessage(`[{`))
}
