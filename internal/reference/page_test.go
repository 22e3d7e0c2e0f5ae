package reference_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/oceanid/oceanid/internal/reference"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

var update = flag.Bool("update", false, "write the golden files anew")

func of(base pluginv1.Type_Base, element ...*pluginv1.Type) *pluginv1.Type {
	t := &pluginv1.Type{Base: base}
	if len(element) > 0 {
		t.Element = element[0]
	}
	return t
}

// everything is a driver that has one of each kind of option.
func everything() *pluginv1.DescribeResponse {
	str, num, bool, dur := of(pluginv1.Type_BASE_STRING), of(pluginv1.Type_BASE_INT), of(pluginv1.Type_BASE_BOOL), of(pluginv1.Type_BASE_DURATION)
	chunk := &pluginv1.Attribute{Name: "chunk", Type: num, Required: true, Doc: "Bytes in one piece."}
	return &pluginv1.DescribeResponse{
		Name: "slurm-rest", Version: "1.2.3", Sdk: "python 0.1.0", Summary: "Runs jobs by <Slurm's> *REST* interface | really.",
		AtLeastOnce: "The pool cannot be asked for a *token*.",
		Services:    []string{"oceanid.plugin.v1.Plugin", "oceanid.scheduler.v1.Scheduler", "oceanid.scheduler.v1.Holds", "oceanid.scheduler.v1.Probes", "oceanid.future.v1.Tea", "grpc.health.v1.Health"},
		Config: &pluginv1.Block{
			Attributes: []*pluginv1.Attribute{
				{Name: "host", Type: str, Required: true, Doc: "Head node, host[:port]."},
				{Name: "mode", Type: str, Required: true, OneOf: []string{"fast", "a|b"}, Doc: "How."},
				{Name: "token", Type: str, Required: true, Sensitive: true, Doc: "API token."},
				{Name: "timeout", Type: dur, DefaultJson: []byte(`"30s"`), Doc: "Limit."},
				{Name: "keep", Type: dur, DefaultJson: []byte(`"720h0m0s"`), Doc: "How long."},
				{Name: "grace", Type: dur, DefaultJson: []byte(`"1h30m0s"`), Doc: "How long."},
				{Name: "pause", Type: dur, DefaultJson: []byte(`"10m0s"`), Doc: "How long."},
				{Name: "strict", Type: bool, DefaultJson: []byte(`true`), Doc: "Believes nobody."},
				{Name: "greeting", Type: str, DefaultJson: []byte(`"two  blanks, ${x} and \"quotes\""`), Doc: "Said first."},
				{Name: "ports", Type: of(pluginv1.Type_BASE_LIST, num), DefaultJson: []byte(`[1,2]`), Doc: "Ports."},
				{Name: "labels", Type: of(pluginv1.Type_BASE_MAP, str), DefaultJson: []byte(`{"a":"b","c":"d"}`), Doc: "Labels."},
				{Name: "weights", Type: of(pluginv1.Type_BASE_MAP, of(pluginv1.Type_BASE_LIST, of(pluginv1.Type_BASE_FLOAT))), Doc: "Weights."},
			},
			Blocks: []*pluginv1.NestedBlock{
				{Name: "transfer", Required: true, Block: &pluginv1.Block{Doc: "How files travel.", Attributes: []*pluginv1.Attribute{chunk}}},
				{Name: "queue", Repeated: true, Block: &pluginv1.Block{Attributes: []*pluginv1.Attribute{
					{Name: "name", Type: str, Required: true, Doc: "Its name."}, {Name: "key", Type: str, Sensitive: true, Doc: "Its key."},
				}, Blocks: []*pluginv1.NestedBlock{{Name: "limit", Block: &pluginv1.Block{Attributes: []*pluginv1.Attribute{chunk}}}}}},
			},
		},
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	for name, said := range map[string]*pluginv1.DescribeResponse{
		"everything": everything(),
		"nothing":    {Name: "bare", Version: "0.1.0", Sdk: "go 0.1.0", Services: []string{"oceanid.scheduler.v1.Scheduler"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := reference.Write(&b, said); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name+".md")
			if *update {
				if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("%s (-want +got; go test -update writes it anew):\n%s", path, diff)
			}
			block := regexp.MustCompile("(?s)```hcl\n(.*?)```").FindStringSubmatch(b.String())[1]
			for kind, source := range map[string]string{"as it stands": block, "with all options": strings.ReplaceAll(block, "# ", "")} {
				if _, diags := hclsyntax.ParseConfig([]byte(source), "page", hcl.InitialPos); diags.HasErrors() {
					t.Errorf("the example, %s, is no HCL: %v\n%s", kind, diags, source)
				}
			}
		})
	}
}
