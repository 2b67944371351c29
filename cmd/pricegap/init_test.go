package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pricegap runs a command line in the present folder.
func pricegap(t *testing.T, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(args, strings.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

// What init writes is accepted by check, and no file is replaced unless --force says so.
func TestInit(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"PRICEGAP_CONFIG", "STATE_DIRECTORY", "SLACK_BOT_TOKEN", "PRICEGAP_CONTACT"} {
		t.Setenv(name, "")
	}
	if code, _, errs := pricegap(t, "", "init"); code != exitUsage || !strings.Contains(errs, "not a terminal") {
		t.Errorf("without a terminal: code %d, %s", code, errs)
	}
	flags := []string{"init", "--yes", "--name", "Our Shop", "--contact", "bot@shop.example", "--rival", "https://www.rival.example/sitemap.xml"}
	if code, out, errs := pricegap(t, "", flags...); code != exitDone || !strings.Contains(out, "sources.yaml is written") {
		t.Fatalf("code %d, %s%s", code, out, errs)
	}
	if code, out, errs := pricegap(t, "", "check", "--offline"); code != exitDone {
		t.Errorf("check --offline: code %d, %s%s", code, out, errs)
	}
	if code, _, errs := pricegap(t, "", flags...); code != exitUsage || !strings.Contains(errs, "--force") {
		t.Errorf("a second time: code %d, %s", code, errs)
	}
	if code, _, errs := pricegap(t, "", append(flags, "--force", "--currency", "SEK")...); code != exitDone {
		t.Errorf("with --force: code %d, %s", code, errs)
	}
	data, err := os.ReadFile("sources.yaml")
	if err != nil || !strings.Contains(string(data), "currency: SEK") {
		t.Errorf("%v, %s", err, data)
	}
	if left, _ := filepath.Glob("*"); len(left) != 1 {
		t.Errorf("files left: %v", left)
	}
	if code, _, errs := pricegap(t, "", "init", "--yes", "--force", "--currency", "euro"); code != exitUsage || !strings.Contains(errs, "ISO 4217") {
		t.Errorf("bad answers: code %d, %s", code, errs)
	}
	if now, err := os.ReadFile("sources.yaml"); err != nil || !bytes.Equal(now, data) {
		t.Error("bad answers replaced the file")
	}
}

func TestConfigCommands(t *testing.T) {
	t.Setenv("SLACK_BOT_TOKEN", "xoxb-not-a-real-token")
	shipped := filepath.Join("..", "..", "sources.yaml")
	code, out, errs := pricegap(t, "", "config", "show", "--origin", "--config", shipped)
	if code != exitDone || strings.Contains(out, "xoxb") || !strings.Contains(out, "token: '***' # $SLACK_BOT_TOKEN at ") || !strings.Contains(out, "# default") {
		t.Errorf("config show: code %d, %s\n%s", code, errs, out)
	}
	code, out, errs = pricegap(t, "", "config", "schema")
	if golden, err := os.ReadFile("../../docs/reference/sources.schema.json"); err != nil || code != exitDone || out != string(golden) {
		t.Errorf("config schema: code %d, %s, %v", code, errs, err)
	}
	wrong := filepath.Join("..", "internal", "config", "testdata", "invalid-unknown-keys.yaml")
	code, _, errs = pricegap(t, "", "config", "show", "--config", wrong)
	if code != exitUsage || !strings.Contains(errs, "invalid-unknown-keys.yaml:2:3: crawler.contct: unknown key (did you mean contact?)") {
		t.Errorf("wrong file: code %d, %s", code, errs)
	}
	if code, _, errs := pricegap(t, "", "config", "show", "--config", "absent.yaml"); code != exitUsage || !strings.Contains(errs, "absent.yaml") {
		t.Errorf("absent file: code %d, %s", code, errs)
	}
}

func TestVersionAndMan(t *testing.T) {
	code, out, _ := pricegap(t, "", "version", "--json")
	var v map[string]string
	if err := json.Unmarshal([]byte(out), &v); err != nil || code != exitDone || v["version"] == "" || v["go"] == "" {
		t.Errorf("code %d, %v, %s", code, err, out)
	}
	dir := filepath.Join(t.TempDir(), "man1")
	if code, _, errs := pricegap(t, "", "man", dir); code != exitDone {
		t.Fatalf("man: code %d, %s", code, errs)
	}
	page, err := os.ReadFile(filepath.Join(dir, "pricegap-config-show.1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		".TH \"PRICEGAP\\-CONFIG\\-SHOW\" 1 ", "\n.SH NAME\npricegap\\-config\\-show \\- ", "\n.TP\n.B \\-\\-origin\n",
		"\n.SH OPTIONS OF EVERY COMMAND\n", "\n.SH SEE ALSO\npricegap\\-config(1)\n",
	} {
		if !strings.Contains(string(page), part) {
			t.Errorf("%q is not in\n%s", part, page)
		}
	}
}

// No text of a command is a macro or an escape of its manual page.
func TestRoff(t *testing.T) {
	if got, want := roff(".a\n'b\\n-c\n\n.d"), "\\&.a\n\\&'b\\en\\-c\n\n\\&.d"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
