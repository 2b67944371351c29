package slackapp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// skew is by how much the time of a signed request may differ from ours. Source: Slack, "Verifying requests from Slack".
const skew = 5 * time.Minute

// authentic reports whether Slack signed body within the last minutes and nobody has sent the same before. It says nothing of why
// not: that would help those who forge.
func (a *App) authentic(h http.Header, body []byte) bool {
	stamp, signature := h.Get("X-Slack-Request-Timestamp"), h.Get("X-Slack-Signature")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	now := a.Clock()
	if err != nil || !a.SigningSecret.Known() {
		return false
	}
	if away := now.Sub(time.Unix(seconds, 0)); away > skew || away < -skew {
		return false
	}
	claimed, err := hex.DecodeString(strings.TrimPrefix(signature, "v0="))
	if err != nil || !strings.HasPrefix(signature, "v0=") {
		return false
	}
	mac := hmac.New(sha256.New, []byte(a.SigningSecret.Reveal()))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	return hmac.Equal(claimed, mac.Sum(nil)) && a.signed.first(stamp+" "+hex.EncodeToString(claimed), now)
}

// once remembers keys for a while. It is safe for concurrent use.
type once struct {
	keep  time.Duration
	mu    sync.Mutex
	at    map[string]time.Time
	swept time.Time
}

func newOnce(keep time.Duration) *once { return &once{keep: keep, at: map[string]time.Time{}} }

// first reports whether key is new, and remembers it. A key that is empty names nothing and always is.
func (o *once) first(key string, now time.Time) bool {
	if key == "" {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if now.Sub(o.swept) > o.keep/2 {
		for k, at := range o.at {
			if now.Sub(at) > o.keep {
				delete(o.at, k)
			}
		}
		o.swept = now
	}
	if at, known := o.at[key]; known && now.Sub(at) <= o.keep {
		return false
	}
	o.at[key] = now
	return true
}

// forget lets a key be new once more: what it stood for was not done.
func (o *once) forget(key string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.at, key)
}
