package config_test

import (
	"strings"
	"testing"
)

// TestSlips makes every slip of one character in a file that holds secrets and looks for them in what is said.
func TestSlips(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"slips.hcl": `store {
  address  = "redis://:hunter2@localhost"
  password = "hunter2"
}
driver "demo" {
  env = { TOKEN = "hunter2" }
}
scheduler "demo" "flood" {
  host     = "pool"
  password = "hunter2"
  secrets = {
    one = "hunter2"
  }
  token = <<-EOT
    hunter2
  EOT
  disk {
    name = "one"
    key  = upper("hunter2")
  }
}
scheduler "demo" "drought" { password = "hunter2" }
`,
		"slips.json": `{"store": {"password": "hunter2"}, "scheduler": {"demo": {
  "flood": {
    "host": "pool",
    "password": "hunter2",
    "secrets": {"one": "hunter2"},
    "disk": [{"name": "one", "key": "hunter2"}]
  },
  "drought": {"password": "hunter2"}}}}
`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for i := range source {
				// A slip within the secret makes another secret.
				if strings.Contains(source[max(i-len(secret)+1, 0):min(i+len(secret), len(source))], secret) {
					continue
				}
				for _, put := range []string{"", `"`, "{", "#"} {
					slip := source[:i] + put + source[i+1:]
					if err := check(write(t, dir, name, slip)); err != nil && strings.Contains(err.Error(), secret) {
						t.Errorf("line %d, %q in place of %q:\n%v", 1+strings.Count(source[:i], "\n"), put, source[i], err)
					}
				}
			}
		})
	}
}
