package document

import (
	"errors"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxDuration bounds every duration that has no range of its own.
const maxDuration = 10 * 366 * 24 * time.Hour

var durationForm = regexp.MustCompile(`^([0-9]+(\.[0-9]+)?(d|h|m|s|ms|us|µs|ns))+$`)

var errDuration = errors.New("document: not a duration")

// ParseDuration reads a duration as Go writes it, with days before it: "90s", "1h30m", "7d", "1d12h". A
// number needs its unit.
func ParseDuration(s string) (time.Duration, error) {
	var days time.Duration
	rest := s
	if n, after, ok := strings.Cut(s, "d"); ok {
		i, err := strconv.ParseUint(n, 10, 31)
		if err != nil || i > uint64(math.MaxInt64/(24*time.Hour)) {
			return 0, errDuration
		}
		if days, rest = time.Duration(i)*24*time.Hour, after; rest == "" {
			return days, nil
		}
	}
	d, err := time.ParseDuration(rest)
	if err != nil || strings.HasPrefix(rest, "+") || (days > 0 && (d < 0 || d > math.MaxInt64-days)) {
		return 0, errDuration
	}
	return days + d, nil
}

// FormatDuration writes what ParseDuration reads, as short as it can.
func FormatDuration(d time.Duration) string {
	const day = 24 * time.Hour
	if d == 0 {
		return "0s"
	}
	if d >= day && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func (d *Decoder) duration(v reflect.Value, n *Node, limits string) {
	if n.Kind != Scalar {
		d.wrong(n, "a duration such as 30s, 10m or 7d")
		return
	}
	x, err := ParseDuration(n.Text)
	if err != nil && durationForm.MatchString(n.Text) {
		x, err = math.MaxInt64, nil // too long to count
	}
	if err != nil {
		d.wrong(n, "a duration with its unit, such as 30s, 10m or 7d")
		return
	}
	low, high := "0s", FormatDuration(maxDuration)
	if a, b, ok := strings.Cut(limits, ".."); ok {
		low, high = a, b
	}
	lo, _ := ParseDuration(low)
	hi, _ := ParseDuration(high)
	if x < lo || x > hi {
		d.outside(n, low, high)
		return
	}
	v.SetInt(int64(x))
}
