package handshake_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/wire/handshake"
)

func pair(t *testing.T) (host, driver *handshake.Side) {
	t.Helper()
	host, driver, err := handshake.NewTLS()
	if err != nil {
		t.Fatal(err)
	}
	return host, driver
}

// talk says a word from client to server and gives both sides' errors.
func talk(t *testing.T, client, server *tls.Config) (clientErr, serverErr error) {
	t.Helper()
	listener, err := tls.Listen("unix", filepath.Join(t.TempDir(), "s"), server)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	done := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			done <- err
			return
		}
		defer conn.Close()
		_, err = io.ReadFull(conn, make([]byte, 4))
		done <- err
	}()
	conn, err := tls.Dial("unix", listener.Addr().String(), client)
	if err != nil {
		return err, <-done
	}
	defer conn.Close()
	_, clientErr = conn.Write([]byte("word"))
	return clientErr, <-done
}

func TestOnlyTheTwoTalk(t *testing.T) {
	t.Parallel()
	host, driver := pair(t)
	file, err := driver.PEM()
	if err != nil {
		t.Fatal(err)
	}
	driver, err = handshake.ParseTLS(file)
	if err != nil {
		t.Fatal(err)
	}
	otherHost, otherDriver := pair(t)
	config := func(make func() (*tls.Config, error)) *tls.Config {
		t.Helper()
		c, err := make()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if a, b := talk(t, config(host.Client), config(driver.Server)); a != nil || b != nil {
		t.Errorf("host and driver: %v, %v", a, b)
	}
	nobody := config(host.Client)
	nobody.Certificates = nil
	old := config(host.Client)
	old.MinVersion, old.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	for name, c := range map[string]struct{ client, server *tls.Config }{
		"another host":                {config(otherHost.Client), config(driver.Server)},
		"another driver":              {config(host.Client), config(otherDriver.Server)},
		"a client with no key":        {nobody, config(driver.Server)},
		"an old TLS":                  {old, config(driver.Server)},
		"the driver calls itself":     {config(driver.Client), config(driver.Server)},
		"a host in the driver's role": {config(host.Client), config(host.Server)},
	} {
		if a, b := talk(t, c.client, c.server); a == nil && b == nil {
			t.Errorf("%s gets through", name)
		}
	}
}

func TestParseTLSRefuses(t *testing.T) {
	t.Parallel()
	_, driver := pair(t)
	good, err := driver.PEM()
	if err != nil {
		t.Fatal(err)
	}
	blocks := bytes.SplitAfter(good, []byte("-----\n-----BEGIN"))
	if len(blocks) != 3 {
		t.Fatalf("%d blocks", len(blocks))
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":     {nil, "block 1 of 3 should be a CERTIFICATE"},
		"cut":         {good[:len(good)-30], "block 3 of 3 should be a CERTIFICATE"},
		"not PEM":     {[]byte("hello"), "block 1 of 3"},
		"wrong order": {bytes.Replace(good, []byte("PRIVATE KEY"), []byte("CERTIFICATE"), 2), "block 2 of 3 should be a PRIVATE KEY"},
		"broken key":  {[]byte(strings.Replace(string(good), "PRIVATE KEY-----\nMIG", "PRIVATE KEY-----\nMIH", 1)), "private key: "},
	} {
		if _, err := handshake.ParseTLS(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
