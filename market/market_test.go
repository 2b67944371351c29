package market

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestNewText(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "Koffie", "Koffie"},
		{"space of any kind becomes one", "  a\t\r\n\u00a0b\u3000 ", "a b"},
		{"terminal controls", "a\x1b[2J\x07\u009bb", "a[2Jb"},
		{"a forged log line", "a\nlevel=error", "a level=error"},
		{"bidi override", "a\u202eb\u2066c", "abc"},
		{"zero width", "a\u200b\u00adb\ufeff", "ab"},
		{"tags and private use", "a\U000E0041\ue000b", "ab"},
		{"invalid UTF-8", "a\xff\xc0\xafb", "ab"},
		{"accents stay", "cafe\u0301", "cafe\u0301"},
		{"a stack of marks", "a" + strings.Repeat("\u0301", 10_000), "a" + strings.Repeat("\u0301", 4)},
		{"only marks", "\u0301\u0301", ""},
		{"nothing", " \u200b ", ""},
		{"it is not escaped", "<b>&", "<b>&"},
	}
	for _, tt := range tests {
		if got := NewText(tt.in).Plain(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	long := NewText(strings.Repeat("x", 1<<20)).Plain()
	if n := utf8.RuneCountInString(long); n > MaxTextRunes || !strings.HasSuffix(long, "…") {
		t.Errorf("a megabyte became %d runes ending in %q", n, long[len(long)-3:])
	}
	if NewText("").Known() || !NewText("").IsZero() || !NewText("x").Known() {
		t.Error("known and unknown are mixed up")
	}
}

func TestTextIsSafeAndStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := NewText(string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "string"))
		s := a.Plain()
		if !utf8.ValidString(s) || utf8.RuneCountInString(s) > MaxTextRunes || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
			t.Fatalf("%q", s)
		}
		if NewText(s) != a {
			t.Fatalf("%q is cleaned again to %q", s, NewText(s).Plain())
		}
		b, err := json.Marshal(a)
		var back Text
		if err == nil {
			err = json.Unmarshal(b, &back)
		}
		if err != nil || back != a {
			t.Fatalf("%q became %q, %v", s, back.Plain(), err)
		}
	})
}

func TestPrintable(t *testing.T) {
	if got := Printable("a\x1b[31m\nb \u202ec\xff"); got != "a[31mb c" {
		t.Errorf("%q", got)
	}
}

func TestCount(t *testing.T) {
	type holder struct {
		A Count `json:"a"`
		B Count `json:"b,omitzero"`
	}
	for _, tt := range []struct {
		in   holder
		want string
	}{
		{holder{}, `{"a":null}`},
		{holder{CountOf(0), CountOf(0)}, `{"a":0,"b":0}`},
		{holder{CountOf(-3), CountOf(12)}, `{"a":-3,"b":12}`},
	} {
		b, err := json.Marshal(tt.in)
		if err != nil || string(b) != tt.want {
			t.Errorf("%+v became %s, %v; want %s", tt.in, b, err, tt.want)
		}
		var back holder
		if err := json.Unmarshal(b, &back); err != nil || back != tt.in {
			t.Errorf("%s became %+v, %v", b, back, err)
		}
	}
	for _, bad := range []string{`"3"`, `1.5`, `1e3`, `true`, `99999999999999999999`} {
		var c Count
		if err := json.Unmarshal([]byte(bad), &c); err == nil {
			t.Errorf("%s was taken for %+v", bad, c)
		}
	}
	if _, ok := (Count{}).Get(); ok || (Count{}).Known() || !CountOf(0).Known() {
		t.Error("unknown and nought are mixed up")
	}
}

func TestPercent(t *testing.T) {
	for in, want := range map[string]Percent{"2": 200, "2.5": 250, "2.5%": 250, "2.25 %": 225, "-1": -100, "0": 0, "0.01": 1} {
		var p Percent
		if err := p.UnmarshalText([]byte(in)); err != nil || p != want {
			t.Errorf("%q is %d, %v; want %d", in, p, err, want)
		}
		text, err := p.MarshalText()
		var back Percent
		if err == nil {
			err = back.UnmarshalText(text)
		}
		if err != nil || back != p {
			t.Errorf("%d became %s and %d, %v", p, text, back, err)
		}
	}
	for _, bad := range []string{"", "%", "2,5", "NaN", "1e3", ".inf", "2.555", "1_0"} {
		var p Percent
		if err := p.UnmarshalText([]byte(bad)); !errors.Is(err, ErrPercent) {
			t.Errorf("%q was taken for %d, %v", bad, p, err)
		}
	}
}

func TestSecretStaysSecret(t *testing.T) {
	s := NewSecret("canary")
	holder := struct {
		S      Secret
		P      *Secret
		hidden Secret
	}{s, &s, s}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s, "h", holder)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s", s, "p", &s, "h", holder)
	j, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	key, err := json.Marshal(map[Secret]int{s: 1})
	if err != nil {
		t.Fatal(err)
	}
	for name, out := range map[string]string{
		"v": fmt.Sprintf("%v", s), "+v": fmt.Sprintf("%+v", holder), "#v": fmt.Sprintf("%#v", s), "#v of a struct": fmt.Sprintf("%#v", holder.S), "s": fmt.Sprintf("%s", s), "q": fmt.Sprintf("%q", s),
		"x": fmt.Sprintf("%x", s), "d": fmt.Sprintf("%d", holder.S), "#v of all": fmt.Sprintf("%#v", holder), "error": fmt.Errorf("x: %v", s).Error(), "json": string(j), "key": string(key), "log": log.String(),
	} {
		if strings.Contains(out, "canary") || strings.Contains(out, fmt.Sprintf("%x", "canary")) {
			t.Errorf("%s leaks: %s", name, out)
		}
	}
	if s.Reveal() != "canary" || !s.Known() || (Secret{}).Known() || (Secret{}).String() != "" {
		t.Error("the value itself is lost")
	}
	var u Secret
	if err := u.UnmarshalText([]byte("canary")); err != nil || u != s {
		t.Errorf("%v", err)
	}
}

func TestStockAvailable(t *testing.T) {
	for s, want := range map[Stock]Answer{
		StockUnknown: AnswerUnknown, "nonsense": AnswerUnknown, StockIn: AnswerYes, StockLimited: AnswerYes, StockInStoreOnly: AnswerYes,
		StockOut: AnswerNo, StockDiscontinued: AnswerNo, StockPreorder: AnswerNo, StockBackorder: AnswerNo,
	} {
		if got := s.Available(); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

func TestFailureCodes(t *testing.T) {
	for k, i := range failures {
		if i.Meaning == "" || i.Phase == "" || i.Retry == "" || k.Info() != i {
			t.Errorf("%s: %+v", k, i)
		}
	}
	if (FailureKind("nonsense").Info() != FailureInfo{}) {
		t.Error("a code that does not exist has a meaning")
	}
}
