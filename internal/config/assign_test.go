package config_test

import (
	"errors"
	"testing"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestFromStrings(t *testing.T) {
	t.Parallel()
	got, err := config.FromStrings("", demo(), []string{
		"host=pool=1", "port=2222", "verify=false", "timeout=1h", "ratio=.5",
		"queues=fast", "queues=slow,er", "weights=1",
		"tags.colour=blue", "tags.a.b=c=d", "tags.empty=",
		"transfer.chunk=5", "transfer.retry.max=3",
		"disk.0.name=one", "disk.1.name=two", "disk.0.size=4",
	}, map[string]string{"password": secret, "disk.1.key": "k", "secrets.one": "x"})
	if err != nil {
		t.Fatal(err)
	}
	const public = `{"disk":[{"name":"one","size":4},{"name":"two"}],"host":"pool=1","port":2222,"queues":["fast","slow,er"],"ratio":0.5,` +
		`"tags":{"a.b":"c=d","colour":"blue","empty":""},"timeout":"1h0m0s","transfer":{"chunk":5,"mode":"safe","retry":{"max":3}},` +
		`"transport":"ssh","verify":false,"weights":[1]}`
	if string(got.Public) != public {
		t.Errorf("public %s\nwant   %s", got.Public, public)
	}
	if want := `{"disk":[{},{"key":"k"}],"password":"hunter2","secrets":{"one":"x"}}`; string(got.Secret) != want {
		t.Errorf("secret %s\nwant   %s", got.Secret, want)
	}
}

func TestFromStringsRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sets    []string
		secrets map[string]string
	}{
		"no assignment":          {sets: []string{"host=a", "hunter2", "=hunter2"}},
		"unknown":                {sets: []string{"hots=a", "transfer.chunk=1", "transfer.moed=x", "nested.x.y=1", "=x"}},
		"unknown only":           {sets: []string{"hots=a", "transfer.chunk=1", "transfer.moed=x", "nested.x.y=1"}},
		"types":                  {sets: []string{"host=a", "port=ssh", "timeout=30", "weights=1", "weights=x"}},
		"twice":                  {sets: []string{"host=a", "host=b", "tags.a=1", "tags.a=2"}},
		"blocks":                 {sets: []string{"transfer=5", "disk=5", "disk.name=x", "disk.1.name=x", "disk.-1.name=x", "tags=5", "host.name=x"}},
		"a secret as argument":   {sets: []string{"host=a", "password=hunter2", "secrets.x=hunter2"}},
		"no secret":              {sets: []string{"port=1"}, secrets: map[string]string{"host": "hunter2"}},
		"a secret is misspelled": {sets: []string{"host=a"}, secrets: map[string]string{"pasword": secret}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.FromStrings(`scheduler "flood"`, demo(), c.sets, c.secrets)
			if !errors.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			golden(t, "strings/"+name+".golden", err.Error()+"\n")
		})
	}
}
