package handshake

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// serverName is in every certificate and is what a client asks for.
const serverName = "oceanid"

// Side is one side's half of the mutual TLS of one launch: its own certificate and key, and the only certificate that it accepts from the
// other side. It never changes and is safe for concurrent use.
type Side struct {
	own  tls.Certificate
	peer []byte
}

// NewTLS makes both halves for one launch. The keys are P-256, which every TLS library has, and which costs a fraction of a millisecond.
func NewTLS() (host, driver *Side, err error) {
	h, err := newCertificate("oceanid host")
	if err != nil {
		return nil, nil, err
	}
	d, err := newCertificate("oceanid driver")
	if err != nil {
		return nil, nil, err
	}
	return &Side{own: h, peer: d.Certificate[0]}, &Side{own: d, peer: h.Certificate[0]}, nil
}

func newCertificate(name string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make serial number: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		DNSNames:     []string{serverName},
		// A machine whose clock is set back while a driver starts still accepts it.
		NotBefore: now.Add(-24 * time.Hour),
		NotAfter:  now.AddDate(10, 0, 0),
		// OpenSSL and BoringSSL trust a certificate that signed itself only if it may sign.
		BasicConstraintsValid: true,
		IsCA:                  true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// Client is the configuration of the side that connects.
func (s *Side) Client() (*tls.Config, error) {
	pool, err := s.trust()
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		Certificates: []tls.Certificate{s.own},
		RootCAs:      pool,
		ServerName:   serverName,
		MinVersion:   tls.VersionTLS13,
	}, nil
}

// Server is the configuration of the side that listens.
func (s *Side) Server() (*tls.Config, error) {
	pool, err := s.trust()
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		Certificates: []tls.Certificate{s.own},
		ClientCAs:    pool,
		ClientAuth:   tls.RequireAndVerifyClientCert,
		MinVersion:   tls.VersionTLS13,
	}, nil
}

func (s *Side) trust() (*x509.CertPool, error) {
	cert, err := x509.ParseCertificate(s.peer)
	if err != nil {
		return nil, fmt.Errorf("certificate of the other side: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return pool, nil
}

// PEM is what [EnvTLS]'s file holds. It has the private key in it: the file must be nobody else's to read.
func (s *Side) PEM() ([]byte, error) {
	key, err := x509.MarshalPKCS8PrivateKey(s.own.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("write key: %w", err)
	}
	var out bytes.Buffer
	for _, b := range []pem.Block{
		{Type: "CERTIFICATE", Bytes: s.own.Certificate[0]},
		{Type: "PRIVATE KEY", Bytes: key},
		{Type: "CERTIFICATE", Bytes: s.peer},
	} {
		if err := pem.Encode(&out, &b); err != nil {
			return nil, fmt.Errorf("write PEM: %w", err)
		}
	}
	return out.Bytes(), nil
}

// ParseTLS reads what [Side.PEM] wrote.
func ParseTLS(data []byte) (*Side, error) {
	var blocks [3]*pem.Block
	for i, want := range []string{"CERTIFICATE", "PRIVATE KEY", "CERTIFICATE"} {
		blocks[i], data = pem.Decode(data)
		if blocks[i] == nil || blocks[i].Type != want {
			return nil, fmt.Errorf("block %d of 3 should be a %s", i+1, want)
		}
	}
	key, err := x509.ParsePKCS8PrivateKey(blocks[1].Bytes)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}
	if _, ok := key.(*ecdsa.PrivateKey); !ok {
		return nil, errors.New("the private key is not an ECDSA key")
	}
	return &Side{own: tls.Certificate{Certificate: [][]byte{blocks[0].Bytes}, PrivateKey: key}, peer: blocks[2].Bytes}, nil
}
