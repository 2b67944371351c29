package form

import (
	"embed"
	"sync"

	"pricegap/market/wording"
)

//go:embed *.json
var files embed.FS

// words are what forms say.
var words = sync.OnceValue(func() wording.Texts { return wording.Embedded(files) })

func (f form) say(key string) string { return words().Say(string(f.l), key) }
