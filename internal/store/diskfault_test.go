package store_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// TestTheDiskOfRedisIsFull fills the disk that its file is on, and makes room again.
func TestTheDiskOfRedisIsFull(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{})
	for _, command := range []string{"mkdir -p /srv/rig-6400", "mount -t tmpfs -o size=1m tmpfs /srv/rig-6400"} {
		if out, err := l.Run(t.Context(), "root", "/bin/sh", "-c", command); err != nil {
			t.Fatalf("%s: %s %v", command, out, err)
		}
	}
	r := rigIn(t, l, 6400, "--appendonly", "yes", "--appendfsync", "everysec", "--save", "")
	s := mustOpen(t, store.Options{URL: r.url()})
	sch, job := kept(t, s)
	r.sh("head -c 2m /dev/zero > " + r.dir() + "/ballast || true")

	// It notices with a write that it still acknowledges: what it has in memory it writes when there is room.
	made := 0
	r.until("it notices", func() bool {
		_, err := s.Create(t.Context(), sch.UID, []store.Creation{{Job: newJob(sch, scheduler.Job{})}}, time.Now())
		if err != nil {
			wantKind(t, "create", err, fault.Unavailable)
			return true
		}
		made++
		return false
	})
	refused(t, s, sch, job, "the disk is full", fault.Unavailable)
	if _, err := s.Job(t.Context(), job.ID); err != nil {
		t.Errorf("read: %v", err)
	}
	wantEvents(t, s, sch, 1+made)

	r.in("rm", r.dir()+"/ballast")
	r.until("it writes again", func() bool {
		_, err := s.Create(t.Context(), sch.UID, []store.Creation{{Job: keyedJob(sch, "after", scheduler.Job{})}}, time.Now())
		return err == nil
	})
	r.kill("KILL")
	r.start()
	r.until("it answers", func() bool { return s.Ping(t.Context()) == nil })
	wantEvents(t, s, sch, 2+made)
}

// TestACertificateThatHasRunOut opens a store at a Redis whose certificate was good yesterday.
func TestACertificateThatHasRunOut(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{})
	folder := t.TempDir()
	certificate(t, folder, l.Addr(), time.Now().Add(-time.Hour))
	for _, name := range []string{"cert.pem", "key.pem"} {
		must(t, l.CopyIn(t.Context(), "root", filepath.Join(folder, name), "/srv/"+name))
	}
	r := rigIn(t, l, 6400, "--save", "", "--tls-port", "6401", "--tls-cert-file", "/srv/cert.pem", "--tls-key-file", "/srv/key.pem", "--tls-auth-clients", "no")
	secure := "rediss://" + net.JoinHostPort(l.Addr(), "6401") + "/0?tls_ca=" + filepath.Join(folder, "cert.pem")
	_, err := store.Open(t.Context(), store.Options{URL: secure, Path: filepath.Join(folder, "store")})
	wantKind(t, "open", err, fault.Unavailable)
	if err == nil || !strings.Contains(err.Error(), "expired") || fault.Blame(err) != fault.Host {
		t.Errorf("%v does not say that it has expired, or blames %s", err, fault.Blame(err))
	}

	// It is renewed in place, and the portal goes on.
	certificate(t, folder, l.Addr(), time.Now().Add(time.Hour))
	for _, name := range []string{"cert.pem", "key.pem"} {
		must(t, l.CopyIn(t.Context(), "root", filepath.Join(folder, name), "/srv/"+name))
	}
	r.set("tls-cert-file", "/srv/cert.pem")
	s := mustOpen(t, store.Options{URL: secure, Path: filepath.Join(folder, "store")})
	sch, _ := kept(t, s)
	wantEvents(t, s, sch, 1)
}

// certificate writes one that vouches for itself, with its key.
func certificate(t *testing.T, folder, address string, until time.Time) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "redis"}, IPAddresses: []net.IP{net.ParseIP(address)},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	must(t, err)
	private, err := x509.MarshalECPrivateKey(key)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(folder, "cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	must(t, os.WriteFile(filepath.Join(folder, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private}), 0o600))
}
