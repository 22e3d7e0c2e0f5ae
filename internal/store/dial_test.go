package store_test

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestEveryKindOfRedis(t *testing.T) {
	t.Parallel()
	r := redisLab(t)
	who := url.UserPassword(r.Username, r.Password).String()
	for name, address := range map[string]string{
		"one":      r.URL + "?pool_size=3&dial_timeout=2s",
		"TLS":      r.TLSURL + "?tls_ca=" + r.CAFile,
		"Sentinel": "redis+sentinel://" + who + "@" + r.Sentinel + "," + r.Sentinel + "/0?master_name=" + r.SentinelMaster,
		"Cluster":  clusterURL(r) + "?max_redirects=5",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustOpen(t, store.Options{URL: address})
			sch := newScheduler(t, s)
			if _, err := s.SchedulerByUID(t.Context(), sch.UID); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRedisThatRefuses(t *testing.T) {
	t.Parallel()
	r := redisLab(t)
	const canary = "canary-7f3a9c"
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	nowhere := nobody.Addr().String()
	must(t, nobody.Close())
	_, plain, _ := strings.Cut(r.URL, "@")
	for name, c := range map[string]struct {
		url, text string
		kind      fault.Kind
	}{
		"wrong password":    {"redis://" + r.Username + ":" + canary + "@" + plain, "WRONGPASS", fault.Denied},
		"nobody there":      {"redis://u:" + canary + "@" + nowhere, nowhere, fault.Unavailable},
		"nobody in cluster": {"redis+cluster://u:" + canary + "@" + nowhere, nowhere, fault.Unavailable},
		"unknown authority": {r.TLSURL, "certificate", fault.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begin := time.Now()
			_, err := store.Open(t.Context(), store.Options{URL: c.url})
			wantKind(t, "open", err, c.kind)
			text := fmt.Sprint(err)
			if !strings.Contains(text, c.text) || strings.Contains(text, canary) || strings.Contains(text, r.Password) {
				t.Errorf("%q must have %q and no password", text, c.text)
			}
			if fault.Blame(err) != fault.Host {
				t.Errorf("blame %s", fault.Blame(err))
			}
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestURLThatCannotBe(t *testing.T) {
	t.Parallel()
	const canary = "canary-7f3a9c"
	empty := filepath.Join(t.TempDir(), "ca.pem")
	must(t, os.WriteFile(empty, nil, 0o600))
	for name, c := range map[string]struct{ url, text string }{
		"no scheme":        {"localhost:6379", "redis://host:port"},
		"other scheme":     {"http://u:" + canary + "@h", "unknown scheme http"},
		"other form":       {"redis+ring://h", "unknown scheme redis+ring"},
		"several":          {"redis://u:" + canary + "@h1,h2", "redis+cluster"},
		"bad escape":       {"redis://u:" + canary + "%zz@h", "URL"},
		"bad port":         {"redis://u:" + canary + "@h:x", "URL"},
		"slash":            {"redis://u:/" + canary + "@h", "%2F"},
		"port and slash":   {"redis://u:1/" + canary + "@h", "%2F"},
		"port of secrets":  {"redis://u:" + canary + "/0", "%2F"},
		"bad database":     {"redis://u:" + canary + "@h/x", "database"},
		"no master":        {"redis+sentinel://u:" + canary + "@h", "master_name"},
		"unknown option":   {"redis://u:" + canary + "@h?speed=9", "speed"},
		"TLS without TLS":  {"redis://h?tls_ca=x", "needs rediss"},
		"no such file":     {"rediss://h?tls_ca=/nowhere/ca.pem", "/nowhere/ca.pem"},
		"no certificate":   {"rediss://h?tls_ca=" + empty, "no certificate"},
		"no such pair":     {"rediss+cluster://h1,h2?tls_cert=/nowhere/c&tls_key=/nowhere/k", "/nowhere/c"},
		"sentinel and TLS": {"rediss+sentinel://h1,h2?master_name=m&tls_ca=/nowhere/ca.pem", "/nowhere/ca.pem"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := store.Open(t.Context(), store.Options{URL: c.url})
			for what, err := range map[string]error{"open": err, "check": store.CheckURL(c.url)} {
				wantKind(t, what, err, fault.Invalid)
				if text := fmt.Sprint(err); !strings.Contains(text, c.text) || strings.Contains(text, canary) {
					t.Errorf("%s: %q must have %q and no password", what, text, c.text)
				}
			}
		})
	}
}
