package access

import (
	"crypto/ed25519"
	"crypto/rand"
	"net"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// clientOf connects to a server that lives in the test, and gives its requests to serve.
func clientOf(t *testing.T, serve func(<-chan *ssh.Request)) *ssh.Client {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		server, _, requests, err := ssh.NewServerConn(conn, config)
		if err != nil {
			return
		}
		serve(requests)
		server.Wait()
	}()
	client, err := ssh.Dial("tcp", listener.Addr().String(), &ssh.ClientConfig{User: "x", HostKeyCallback: ssh.FixedHostKey(signer.PublicKey())})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		listener.Close()
		<-served
	})
	return client
}

// A server that says nothing any more is given up; one that answers, be it with a refusal, is not.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	t.Run("silent", func(t *testing.T) {
		t.Parallel()
		client := clientOf(t, func(<-chan *ssh.Request) {})
		begin := time.Now()
		keepAlive(t.Context(), client, 10*time.Millisecond, 50*time.Millisecond)
		if client.Wait() == nil || time.Since(begin) > 30*time.Second {
			t.Error("the connection is still there")
		}
	})
	t.Run("refusing", func(t *testing.T) {
		t.Parallel()
		asked := make(chan struct{}, 100)
		client := clientOf(t, func(requests <-chan *ssh.Request) {
			for r := range requests {
				r.Reply(false, nil)
				asked <- struct{}{}
			}
		})
		go keepAlive(t.Context(), client, 10*time.Millisecond, 5*time.Second)
		for range 5 {
			<-asked
		}
		if _, _, err := client.SendRequest("x", true, nil); err != nil {
			t.Errorf("the connection has ended: %v", err)
		}
	})
}
