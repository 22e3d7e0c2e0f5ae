package config

import (
	"slices"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The kinds of blocks whose only label is a name. Those within others are read by themselves, each with a schema of its own, because pluginv1 has no word
// for labels, nor for a block that holds itself.
const (
	blockJob      = "job"
	blockWorkflow = "workflow"
	blockNode     = "node"
)

// words makes the attributes of the blocks below.
type words struct{ str, number, float, flag, duration *pluginv1.Type }

func newWords() words {
	of := func(b pluginv1.Type_Base) *pluginv1.Type { return &pluginv1.Type{Base: b} }
	return words{
		str: of(pluginv1.Type_BASE_STRING), number: of(pluginv1.Type_BASE_INT), float: of(pluginv1.Type_BASE_FLOAT),
		flag: of(pluginv1.Type_BASE_BOOL), duration: of(pluginv1.Type_BASE_DURATION),
	}
}

func listType(t *pluginv1.Type) *pluginv1.Type {
	return &pluginv1.Type{Base: pluginv1.Type_BASE_LIST, Element: t}
}

func mapType(t *pluginv1.Type) *pluginv1.Type {
	return &pluginv1.Type{Base: pluginv1.Type_BASE_MAP, Element: t}
}

// options is the type of a pool's own options: a map of whatever such an option can be. No driver's schema has it.
func options() *pluginv1.Type { return mapType(&pluginv1.Type{}) }

// jobGrammar is what a block `job "NAME"` holds.
func jobGrammar() *pluginv1.Block {
	w := newWords()
	b := wantedGrammar()
	task := taskGrammar()
	b.Attributes = slices.Concat([]*pluginv1.Attribute{
		{Name: "command", Type: w.str, Required: true, Doc: "The program: an absolute path at the pool, a name on the PATH there, or ./NAME of an input."},
	}, task.Attributes, b.Attributes)
	b.Blocks = append(task.Blocks, b.Blocks...)
	return b
}

// wantedGrammar is what a job and a workflow have in common.
func wantedGrammar() *pluginv1.Block {
	w := newWords()
	return &pluginv1.Block{Attributes: []*pluginv1.Attribute{
		{Name: "scheduler", Type: w.str, Doc: "Name of the scheduler; left out: whoever submits it says."},
		{Name: "name", Type: w.str, Doc: "A text for people; left out: the label."},
		{Name: "user", Type: w.str, Doc: "Who asks for it."},
		{Name: "groups", Type: listType(w.str), Doc: "Who else may see it."},
		{Name: "labels", Type: mapType(w.str), Doc: "Labels, for lists."},
		{Name: "key", Type: w.str, Doc: "A name of this wish: submitted again, it is the job of the first time."},
		{Name: "options", Type: options(), Doc: "What only this kind of pool understands, under the pool's own names."},
	}, Blocks: []*pluginv1.NestedBlock{{Name: "policy", Block: policyGrammar()}}}
}

// taskGrammar is what a job and a node of a workflow have in common, but for the command.
func taskGrammar() *pluginv1.Block {
	w := newWords()
	return &pluginv1.Block{Attributes: []*pluginv1.Attribute{
		{Name: "args", Type: listType(w.str), Doc: "Arguments of the command."},
		{Name: "env", Type: mapType(w.str), Sensitive: true, Doc: "Environment variables."},
		{Name: "stdin", Type: w.str, Doc: "Name of the input that is the standard input."},
		{Name: "inputs", Type: listType(w.str), Doc: "Paths of files to bring along, each under its own name."},
		{Name: "outputs", Type: listType(w.str), Doc: "Files and folders to keep."},
	}, Blocks: []*pluginv1.NestedBlock{
		{Name: "input", Repeated: true, Block: &pluginv1.Block{Attributes: []*pluginv1.Attribute{
			{Name: "name", Type: w.str, Doc: "How the job finds it; left out: the name in path."},
			{Name: "path", Type: w.str, Doc: "Where it is on this machine."},
			{Name: "content", Type: w.str, Sensitive: true, Doc: "What it holds, in place of path."},
			{Name: "mode", Type: w.str, Doc: "Its permissions, as in \"0755\"; left out: those of path, or \"0644\"."},
		}}},
		{Name: "array", Block: &pluginv1.Block{Attributes: []*pluginv1.Attribute{
			{Name: "count", Type: w.number, Doc: "How many tasks; left out: as many as there are rows of args, or indices."},
			{Name: "args", Type: listType(listType(w.str)), Doc: "For each task the arguments that follow args."},
			{Name: "indices", Type: listType(w.number), Doc: "What each task finds as its number; left out: 0, 1, 2 …"},
		}}},
		{Name: "resources", Block: &pluginv1.Block{Attributes: []*pluginv1.Attribute{
			{Name: "cpus", Type: w.float, Doc: "Cores of each task."},
			{Name: "memory", Type: w.str, Doc: "Memory of each task, as in \"2GiB\"."},
			{Name: "disk", Type: w.str, Doc: "Disk space of each task, as in \"10GB\"."},
			{Name: "gpus", Type: w.number, Doc: "Graphics processors of each task."},
			{Name: "run_time", Type: w.duration, Doc: "The longest that a task may run; the pool sees to it."},
		}}},
	}}
}

func policyGrammar() *pluginv1.Block {
	w := newWords()
	var causes []string
	for _, c := range scheduler.Causes() {
		causes = append(causes, string(c))
	}
	return &pluginv1.Block{Attributes: []*pluginv1.Attribute{
		{Name: "queue_wait", Type: w.duration, Doc: "The longest until the first task begins."},
		{Name: "run_time", Type: w.duration, Doc: "The longest from the first task's beginning to the last one's end."},
		{Name: "results", Type: w.str, Doc: "Folder that the outputs are brought to."},
		{Name: "results_limit", Type: w.str, Doc: "The most that is brought, as in \"10GiB\"."},
	}, Blocks: []*pluginv1.NestedBlock{
		{Name: "retry", Repeated: true, Block: &pluginv1.Block{Attributes: []*pluginv1.Attribute{
			{Name: "codes", Type: listType(w.number), Doc: "Exit codes after which it is run again."},
			{Name: "signals", Type: listType(w.number), Doc: "Numbers of signals after which it is run again."},
			{Name: "causes", Type: listType(w.str), OneOf: causes, Doc: "Causes after which it is run again."},
			{Name: "limit", Type: w.number, Doc: "How often; left out: once."},
			{Name: "delay", Type: w.duration, Doc: "The pause before."},
			{Name: "memory_factor", Type: w.float, Doc: "Multiplies the memory that is asked for."},
			{Name: "run_time_factor", Type: w.float, Doc: "Multiplies the run time that is asked for."},
		}}},
	}}
}

// apart is a block that is read by itself.
func apart(name string, repeated bool) *pluginv1.NestedBlock {
	return &pluginv1.NestedBlock{Name: name, Repeated: repeated, Block: &pluginv1.Block{}}
}

// workflowGrammar is what a block `workflow "NAME"` holds, innerGrammar what one within a node does.
func workflowGrammar() *pluginv1.Block {
	b := wantedGrammar()
	b.Attributes = append(b.Attributes, graphAttributes()...)
	b.Blocks = append(b.Blocks, apart(blockNode, true))
	return b
}

func innerGrammar() *pluginv1.Block {
	w := newWords()
	return &pluginv1.Block{
		Attributes: append([]*pluginv1.Attribute{
			{Name: "splice", Type: w.flag, Doc: "Whether the engine takes its nodes into the outer graph."},
			{Name: "options", Type: options(), Doc: "What only this kind of pool understands, under the pool's own names."},
		}, graphAttributes()...),
		Blocks: []*pluginv1.NestedBlock{apart(blockNode, true)},
	}
}

func graphAttributes() []*pluginv1.Attribute {
	w := newWords()
	return []*pluginv1.Attribute{
		{Name: "throttles", Type: mapType(w.number), Doc: "For a category how many nodes may be at the pool at once."},
		{Name: "max_nodes", Type: w.number, Doc: "How many nodes may be at the pool at once."},
	}
}

// nodeGrammar is what a block `node "NAME"` holds. It has a command, or a workflow.
func nodeGrammar() *pluginv1.Block {
	w := newWords()
	b := taskGrammar()
	program := &pluginv1.Block{Attributes: []*pluginv1.Attribute{
		{Name: "command", Type: w.str, Required: true, Doc: "An absolute path, or ./NAME of an input."},
		{Name: "args", Type: listType(w.str), Doc: "Its arguments."},
	}}
	b.Attributes = slices.Concat([]*pluginv1.Attribute{
		{Name: "command", Type: w.str, Doc: "The program: an absolute path at the pool, a name on the PATH there, or ./NAME of an input."},
	}, b.Attributes, []*pluginv1.Attribute{
		{Name: "options", Type: options(), Doc: "What only this kind of pool understands, under the pool's own names."},
		{Name: "after", Type: listType(w.str), Doc: "Nodes that must have succeeded before."},
		{Name: "kind", Type: w.str, OneOf: []string{string(scheduler.FinalNode), string(scheduler.ServiceNode)}, Doc: "When it runs, if not after others."},
		{Name: "vars", Type: mapType(w.str), Doc: "What replaces $(NAME) in args and env."},
		{Name: "retries", Type: w.number, Doc: "How often it is run again when it fails."},
		{Name: "unless_exit", Type: w.number, Doc: "The exit code after which it is not run again."},
		{Name: "priority", Type: w.number, Doc: "Of nodes that are ready, higher ones go first."},
		{Name: "category", Type: w.str, Doc: "What it counts as for throttles."},
		{Name: "pre_skip", Type: w.number, Doc: "The exit code of pre that makes the node succeed without running."},
	})
	b.Blocks = append(b.Blocks,
		&pluginv1.NestedBlock{Name: "pre", Block: program}, &pluginv1.NestedBlock{Name: "post", Block: program},
		&pluginv1.NestedBlock{Name: "abort_on", Block: &pluginv1.Block{Attributes: []*pluginv1.Attribute{
			{Name: "exit", Type: w.number, Required: true, Doc: "The node's exit code that ends the workflow."},
			{Name: "return", Type: w.number, Doc: "The workflow's own exit code then; left out: the same."},
		}}},
		apart(blockWorkflow, false),
	)
	return b
}
