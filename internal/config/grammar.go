package config

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// top is the schema of a file as HCL wants it, with the labels that pluginv1 has no word for.
func top() *hcl.BodySchema {
	return &hcl.BodySchema{
		Attributes: []hcl.AttributeSchema{{Name: "driver_dir"}},
		Blocks: []hcl.BlockHeaderSchema{
			{Type: "store"},
			{Type: "jobs"},
			{Type: "quota"},
			{Type: "driver", LabelNames: []string{"type"}},
			{Type: blockJob, LabelNames: []string{"name"}},
			{Type: blockWorkflow, LabelNames: []string{"name"}},
			{Type: "scheduler", LabelNames: []string{"type", "name"}},
			{Type: "cluster", LabelNames: []string{"type", "name"}},
		},
	}
}

// header is how a block of the kind begins.
func header(kind string) string {
	switch kind {
	case "store", "jobs", "quota":
		return kind + " { … }"
	case "driver":
		return `driver "TYPE" { … }`
	case blockJob, blockWorkflow, blockNode:
		return kind + ` "NAME" { … }`
	}
	return kind + ` "TYPE" "NAME" { … }`
}

// grammar is the same file in the words of a driver's schema, so that one check serves both. Blocks of schedulers and clusters are
// empty here: their driver knows what they hold.
func grammar() *pluginv1.Block {
	str := &pluginv1.Type{Base: pluginv1.Type_BASE_STRING}
	return &pluginv1.Block{
		Attributes: []*pluginv1.Attribute{
			{Name: "driver_dir", Type: str, Doc: "Folder to look for drivers in."},
		},
		Blocks: []*pluginv1.NestedBlock{
			{Name: "store", Block: &pluginv1.Block{Attributes: []*pluginv1.Attribute{
				{Name: "address", Type: str, Sensitive: true, Doc: "URL of a Redis; left out: the embedded store."},
				{Name: "path", Type: str, Doc: "Folder of the embedded store."},
				{Name: "keeper", Type: str, Sensitive: true, Doc: "URL of the keeper that seals secrets; left out: a local key."},
				{Name: "username", Type: str, Doc: "User of the Redis."},
				{Name: "password", Type: str, Sensitive: true, Doc: "Password of the Redis."},
			}}},
			{Name: "driver", Repeated: true, Block: &pluginv1.Block{Attributes: []*pluginv1.Attribute{
				{Name: "path", Type: str, Doc: "The driver's program; left out: the one that is found by itself."},
				{Name: "checksum", Type: str, Doc: "sha256 of the program, as in \"sha256:9f2c…\"."},
				{Name: "version", Type: str, Doc: "Constraint on the version, as in \">= 1.2, < 2\"."},
				{Name: "env", Type: &pluginv1.Type{Base: pluginv1.Type_BASE_MAP, Element: str}, Sensitive: true, Doc: "Environment of the driver's process."},
				{Name: "idle", Type: &pluginv1.Type{Base: pluginv1.Type_BASE_DURATION}, Doc: "How long it may be unused before it is stopped; \"0s\": for ever."},
			}, Blocks: []*pluginv1.NestedBlock{
				{Name: "limits", Block: limitsGrammar()},
				{Name: "restart", Block: restartGrammar()},
			}}},
			{Name: "jobs", Block: jobsGrammar()},
			{Name: "quota", Repeated: true, Block: quotaGrammar()},
			{Name: blockJob, Repeated: true, Block: jobGrammar()},
			{Name: blockWorkflow, Repeated: true, Block: workflowGrammar()},
			{Name: "scheduler", Repeated: true, Block: &pluginv1.Block{}},
			{Name: "cluster", Repeated: true, Block: &pluginv1.Block{}},
		},
	}
}
