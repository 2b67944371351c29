package browser

import (
	"errors"
	"os/exec"
	"path/filepath"
	"runtime"
)

// ErrNotFound is returned where there is no Chromium. Its text says how to get one.
var ErrNotFound = errors.New("browser: no Chromium found; get one with `apt-get install chromium` (Debian), " +
	"`dnf install chromium` (Fedora), `brew install --cask chromium` (macOS), or install Chromium or Chrome where it usually goes")

// Find returns the path of the Chromium of this machine: the first of chromium, chromium-browser, google-chrome and
// headless_shell in PATH, then the usual places of macOS and Windows. The error is ErrNotFound.
func Find() (path string, err error) { return find(runtime.GOOS, exec.LookPath) }

func find(goos string, look func(string) (string, error)) (string, error) {
	for _, name := range append([]string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless_shell"}, places(goos)...) {
		if path, err := look(name); err == nil && filepath.IsAbs(path) { // what stands in the current folder is not trusted
			return path, nil
		}
	}
	return "", ErrNotFound
}

// places are where Chromium and Chrome go by themselves, outside PATH.
func places(goos string) []string {
	switch goos {
	case "darwin":
		return []string{
			"/Applications/Chromium.app/Contents/MacOS/Chromium",
			"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		}
	case "windows":
		return []string{
			`C:\Program Files\Chromium\Application\chrome.exe`,
			`C:\Program Files\Google\Chrome\Application\chrome.exe`,
			`C:\Program Files (x86)\Google\Chrome\Application\chrome.exe`,
		}
	}
	return []string{"/snap/bin/chromium"}
}
