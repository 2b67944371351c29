package trap

import (
	"fmt"
	"hash/fnv"
	"net/url"
	"strings"
)

// The bounds of an address. Sources: Heritrix's TooManyPathSegments and PathologicalPath.
const (
	maxSegments   = 20
	maxRepeats    = 2
	maxParameters = 10
)

// Address is why an address looks by itself like one of an endless pattern; empty where it does not.
func Address(address string) (reason string) {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that cannot be read"
	}
	segs := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	switch again := repeats(segs); {
	case len(segs) > maxSegments:
		return fmt.Sprintf("more than %d segments in a path: /%s/%s", maxSegments, segs[0], anything)
	case again != "":
		return fmt.Sprintf("a path that repeats itself more than %d times in a row: %s/%s/%[3]s/%[3]s/%[2]s", maxRepeats, anything, again)
	case u.RawQuery != "" && strings.Count(u.RawQuery, "&")+1 > maxParameters:
		return fmt.Sprintf("more than %d parameters in a query: /%s?%s", maxParameters, strings.Join(segments(u.Path), "/"), anything)
	}
	return ""
}

// repeats returns what a path repeats more than maxRepeats times in a row: up to three segments; empty where nothing.
func repeats(segs []string) string {
	for n := 1; n <= 3; n++ {
		run := 0
		for i := n; i < len(segs); i++ {
			if segs[i] != segs[i-n] {
				run = 0
				continue
			}
			if run++; run >= n*maxRepeats {
				return strings.Join(segs[i-n+1:i+1], "/")
			}
		}
	}
	return ""
}

func sumOf(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}
