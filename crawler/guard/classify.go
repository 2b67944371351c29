package guard

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"

	"pricegap/market"
)

// classify names the failure behind an error of net/http that came before the body. net/http has no types
// for many of its errors; their texts are matched, and a test per text notices when one changes.
func classify(err error, connected bool) market.FailureKind {
	var own *Error
	if errors.As(err, &own) {
		return own.Kind
	}
	if k, ok := classifyTLS(err); ok {
		return k
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "TLS handshake timeout"):
		return market.FailConnectTimeout
	case strings.Contains(text, "timeout awaiting response headers"):
		return market.FailHeaderTimeout
	case strings.Contains(text, "response headers exceeded"):
		return market.FailHeaderTooLarge
	case isTimeout(err):
		if connected {
			return market.FailHeaderTimeout
		}
		return market.FailConnectTimeout
	case errors.Is(err, syscall.ECONNREFUSED):
		return market.FailConnectRefused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return market.FailConnectTimeout
	}
	return market.FailProtocolError
}

func classifyTLS(err error) (market.FailureKind, bool) {
	var (
		invalid x509.CertificateInvalidError
		verify  *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alert   tls.AlertError
	)
	switch text := err.Error(); {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return market.FailTLSExpired, true
	case errors.As(err, &verify), errors.As(err, &record), errors.As(err, &alert),
		strings.Contains(text, "tls: "), strings.Contains(text, "x509: "), strings.Contains(text, "remote error: tls"),
		strings.Contains(text, "server gave HTTP response to HTTPS client"):
		return market.FailTLSInvalid, true
	}
	return "", false
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &ne) && ne.Timeout()
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
