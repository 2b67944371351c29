package market

import "log/slog"

// Secret is a token, password or signed address. It prints as "***" through every verb, encoder and
// logger; Reveal gives the value to the one place that needs it. The zero Secret is "not set".
type Secret struct{ s string }

// NewSecret returns s as a Secret.
func NewSecret(s string) Secret { return Secret{s} }

// Reveal returns the value itself.
func (s Secret) Reveal() string { return s.s }

// Known reports whether there is a value.
func (s Secret) Known() bool { return s.s != "" }

// IsZero reports whether there is none; it serves the omitzero option of encoders.
func (s Secret) IsZero() bool { return s.s == "" }

// String implements fmt.Stringer: "***", or nothing when not set.
func (s Secret) String() string {
	if s.s == "" {
		return ""
	}
	return "***"
}

// GoString implements fmt.GoStringer.
func (s Secret) GoString() string { return s.String() }

// MarshalText implements encoding.TextMarshaler: "***".
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler: it takes the value.
func (s *Secret) UnmarshalText(b []byte) error {
	s.s = string(b)
	return nil
}

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
