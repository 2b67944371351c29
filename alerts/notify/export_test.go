package notify

import (
	"crypto/x509"

	"pricegap/alerts"
)

// Trust makes a channel of mail take the certificates of pool, and believe that its server has another name.
func Trust(n alerts.Notifier, pool *x509.CertPool, host string) {
	m := n.(*mailer)
	m.tls.RootCAs, m.tls.ServerName, m.host = pool, host, host
}
