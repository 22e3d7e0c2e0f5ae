package config

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// TestExampleJobsSayEverything: whatever a job or a workflow can say stands in examples/jobs.hcl, if behind a #. What jobs share with workflows and nodes stands in a
// job.
func TestExampleJobsSayEverything(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../examples/jobs.hcl")
	if err != nil {
		t.Fatal(err)
	}
	source = regexp.MustCompile(`(?m)^( *)# (\w+ += )`).ReplaceAll(source, []byte("$1$2"))
	file, diags := hclsyntax.ParseConfig(source, "jobs.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	said := map[string][]string{}
	var visit func(where string, b *hclsyntax.Body)
	visit = func(where string, b *hclsyntax.Body) {
		for name := range b.Attributes {
			said[where] = append(said[where], name)
		}
		for _, inner := range b.Blocks {
			said[where] = append(said[where], inner.Type)
			within := inner.Type
			if where == blockNode && within == blockWorkflow {
				within = "inner workflow"
			}
			visit(within, inner.Body)
		}
	}
	visit("", file.Body.(*hclsyntax.Body))

	var compare func(where string, want, shared *pluginv1.Block)
	compare = func(where string, want, shared *pluginv1.Block) {
		attributes, blocks := names(want)
		inJob, inJobBlocks := names(shared)
		for _, name := range slices.Concat(attributes, blocks) {
			if !slices.Contains(said[where], name) && !slices.Contains(slices.Concat(inJob, inJobBlocks), name) {
				t.Errorf("it does not say what %s in a block %s is for", name, where)
			}
		}
		for _, inner := range want.GetBlocks() {
			// Those that are read by themselves come with their own grammar.
			if inner.GetName() != blockNode && inner.GetName() != blockWorkflow {
				compare(inner.GetName(), inner.GetBlock(), nil)
			}
		}
	}
	compare(blockJob, jobGrammar(), nil)
	compare(blockWorkflow, workflowGrammar(), wantedGrammar())
	compare(blockNode, nodeGrammar(), taskGrammar())
	compare("inner workflow", innerGrammar(), nil)
}
