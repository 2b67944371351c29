package market

import (
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// Secret is a token, password or signed address. It prints as "***" through every verb, encoder and
// logger; Reveal gives the value to the one place that needs it. The zero Secret is "not set". Secrets are
// comparable with ==.
type Secret struct {
	h unique.Handle[string] // behind a pointer, which is all that package fmt sees in an unexported field
}

// NewSecret returns s as a Secret.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{unique.Make(s)}
}

// Reveal returns the value itself.
func (s Secret) Reveal() string {
	if !s.Known() {
		return ""
	}
	return s.h.Value()
}

// Known reports whether there is a value.
func (s Secret) Known() bool { return s != Secret{} }

// IsZero reports whether there is none; it serves the omitzero option of encoders.
func (s Secret) IsZero() bool { return !s.Known() }

// String implements fmt.Stringer: "***", or nothing when not set.
func (s Secret) String() string {
	if !s.Known() {
		return ""
	}
	return "***"
}

// GoString implements fmt.GoStringer.
func (s Secret) GoString() string { return s.String() }

// Format implements fmt.Formatter, for the verbs that ask for no string, such as %d.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) } // fmt reports errors itself

// MarshalText implements encoding.TextMarshaler: "***".
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler: it takes the value.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = NewSecret(string(b))
	return nil
}

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
