package slackapp

import (
	"embed"
	"sync"

	"pricegap/market/wording"
)

//go:embed *.json
var files embed.FS

// words are what the app says. Of stock and of what stands against comparing it speaks in the words of the pages.
var words = sync.OnceValue(func() wording.Texts { return wording.Embedded(files) })

// say says key in the language of the app.
func (a *App) say(key string, args ...any) string { return words().Say(string(a.tongue), key, args...) }
