// Package cert issues the certificates of a hostile server, good and bad ones.
package cert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// day is how long a certificate holds, and for how long one that expired has.
const day = 24 * time.Hour

// Authority issues certificates. It is safe for concurrent use.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// New returns an Authority with a fresh key.
func New() (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("cert: key: %w", err)
	}
	draft := draft()
	draft.Subject.CommonName = "hostile.example authority"
	draft.IsCA, draft.BasicConstraintsValid = true, true
	draft.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, draft, draft, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("cert: authority: %w", err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("cert: authority: %w", err)
	}
	return &Authority{c, key}, nil
}

func draft() *x509.Certificate {
	n, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		n = big.NewInt(time.Now().UnixNano()) // any number does
	}
	return &x509.Certificate{
		SerialNumber: n, Subject: pkix.Name{CommonName: "hostile.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(day),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
}

// Pool trusts the authority and nobody else.
func (a *Authority) Pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// PEM is the authority's own certificate, for a client that is told to trust it.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// Order says what is wrong with a certificate. The zero Order is a good one, for no name.
type Order struct {
	// Names are the hosts it is for.
	Names []string
	// Expired ended a day ago; SelfSigned is signed by its own key; SHA1 is signed over SHA-1.
	Expired, SelfSigned, SHA1 bool
	// ChainBytes sends the certificate of the authority again and again behind it, so many bytes in all.
	ChainBytes int
}

// Issue makes a certificate with a key of its own.
func (a *Authority) Issue(o Order) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("cert: key: %w", err)
	}
	d := draft()
	d.DNSNames = o.Names
	if o.Expired {
		d.NotBefore, d.NotAfter = time.Now().Add(-2*day), time.Now().Add(-day)
	}
	if o.SHA1 {
		d.SignatureAlgorithm = x509.ECDSAWithSHA1
	}
	parent, signer := a.cert, a.key
	if o.SelfSigned {
		parent, signer = d, key
	}
	der, err := x509.CreateCertificate(rand.Reader, d, parent, key.Public(), signer)
	if err != nil {
		return nil, fmt.Errorf("cert: certificate: %w", err)
	}
	c := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	for n := 0; n < o.ChainBytes; n += len(a.cert.Raw) {
		c.Certificate = append(c.Certificate, a.cert.Raw)
	}
	return c, nil
}
