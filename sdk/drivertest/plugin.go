package drivertest

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

func pluginChecks() []check {
	return group("plugin", "", "plugin.proto, service Plugin",
		of("describes-itself", "Describe gives a name, a semantic version, the kind, the SDK, and the services Plugin and Scheduler.",
			"plugin.proto, message DescribeResponse",
			"Fill in every field of DescribeResponse as its comments say; take the services from your gRPC server's registry.", describesItself),
		of("describes-the-same", "Describe gives the same answer in every process of the same binary, configured or not.",
			"plugin.proto, rpc Describe",
			"Let the answer depend on nothing but the program: no time, no environment, no pool.", describesTheSame),
		of("has-a-sound-schema", "The schema in Describe has valid names and types, and defaults that are of their type.",
			"plugin.proto, messages Block, Attribute and Type",
			"Correct the attribute that is named; in Go, the field's oceanid tag.", soundSchema),
		of("validates-unconfigured", "Validate takes the configuration to test with in a process that knows no instance yet.",
			"plugin.proto, rpc Validate",
			"Check the configuration alone: Validate connects to nothing and needs no instance.", validatesUnconfigured),
		of("refuses-rubbish", "Validate and Configure refuse what is no JSON object.",
			"plugin.proto, rpc Validate and rpc Configure",
			"Answer with a diagnostic of SEVERITY_ERROR, or with an error of reason INVALID.", refusesRubbish),
		of("refuses-a-wrong-type", "Validate refuses a value of another type than the schema's, and points at it.",
			"plugin.proto, message Diagnostic",
			"Answer with a diagnostic of SEVERITY_ERROR whose path leads to the attribute.", refusesWrongType),
		of("requires-what-is-required", "Validate refuses a configuration in which a required attribute is missing.",
			"plugin.proto, message Attribute, required",
			"Answer with a diagnostic of SEVERITY_ERROR, or do not mark the attribute as required.", requiresRequired),
		of("keeps-secrets", "No diagnostic shows a secret.",
			"plugin.proto, message Attribute, sensitive",
			"Never quote the value of a sensitive attribute, not even one that is wrong.", keepsSecrets),
		of("configures-again", "Configure with a revision that is known already changes nothing.",
			"plugin.proto, rpc Configure",
			"Compare the revision first, and keep what you have.", configuresAgain),
		of("replaces-a-revision", "Configure with another revision takes its place: the old one is unknown, the new one works.",
			"plugin.proto, rpc Configure and message Instance",
			"Keep one revision of each instance, the one that was configured last.", replacesRevision),
		of("refuses-and-knows-not", "An instance whose configuration was refused is not known.",
			"plugin.proto, message ConfigureResponse",
			"Make the instance known only when no diagnostic is an error.", refusedIsUnknown),
		of("forgets", "A forgotten instance is unknown; forgetting it again, or one that never was, is no error; it can be configured again.",
			"plugin.proto, rpc Forget",
			"Remove the instance in Forget; treat a missing one as done.", forgets),
		of("keeps-instances-apart", "Of two instances in one process each goes its own way: the one works on when the other is forgotten.",
			"plugin.proto, message Instance",
			"Keep everything that you hold by the instance's id; share nothing between instances.", keepsInstancesApart),
		of("drains", "After Drain every call is refused as UNAVAILABLE with an ErrorInfo, and Drain answers that nothing is left.",
			"plugin.proto, rpc Drain",
			"Close a gate before all services when Drain is called, then wait for the calls inside.", drains),
		of("sets-its-log-level", "SetLogLevel takes trace, debug, info, warn, error and off, and refuses another word.",
			"plugin.proto, rpc SetLogLevel",
			"Take exactly these words, and answer INVALID to any other.", setsLogLevel),
		of("survives-an-unknown-verb", "A verb that the driver does not know is answered with UNIMPLEMENTED, and the driver goes on.",
			"plugin.proto, rules of the package",
			"Leave unknown methods to gRPC.", survivesUnknownVerb),
	)
}

var (
	driverName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	// After semver.org.
	semantic      = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
	attributeName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

func describesItself(ctx context.Context, t *trial) error {
	d, err := t.describe(ctx)
	switch {
	case err != nil:
		return saw("Describe: %s", said(err))
	case !driverName.MatchString(d.GetName()):
		return saw("the name is %q; it must match %s", d.GetName(), driverName)
	case !semantic.MatchString(d.GetVersion()):
		return saw("the version is %q; write a semantic version such as 1.2.3, without a v", d.GetVersion())
	case d.GetKind() != pluginv1.Kind_KIND_SCHEDULER:
		return saw("the kind is %s; this suite is for schedulers", d.GetKind())
	case d.GetSdk() == "":
		return saw("the sdk is empty; write the language and what the driver is made with, such as \"python 0.1.0\"")
	}
	for _, service := range []string{servicePlugin, serviceScheduler} {
		if !slices.Contains(d.GetServices(), service) {
			return saw("services are %q; %s is missing", d.GetServices(), service)
		}
	}
	return nil
}

func describesTheSame(ctx context.Context, t *trial) error {
	other, err := t.beginBare(ctx)
	if err != nil {
		return err
	}
	first, err := t.describe(ctx)
	if err != nil {
		return saw("Describe: %s", said(err))
	}
	second, err := other.describe(ctx)
	if err != nil {
		return saw("Describe in a process without an instance: %s", said(err))
	}
	if !proto.Equal(first, second) {
		return saw("one process answers %v, another %v", first, second)
	}
	return nil
}

func soundSchema(ctx context.Context, t *trial) error {
	d, err := t.describe(ctx)
	if err != nil {
		return saw("Describe: %s", said(err))
	}
	return soundBlock("", d.GetConfig())
}

func soundBlock(at string, b *pluginv1.Block) error {
	seen := map[string]bool{}
	for _, a := range b.GetAttributes() {
		name := at + a.GetName()
		switch {
		case !attributeName.MatchString(a.GetName()):
			return saw("attribute %q: its name must match %s", name, attributeName)
		case seen[a.GetName()]:
			return saw("attribute %q is there twice", name)
		case len(a.GetDefaultJson()) > 0 && a.GetRequired():
			return saw("attribute %q is required and has a default", name)
		case len(a.GetDefaultJson()) > 0 && a.GetSensitive():
			return saw("attribute %q is a secret and has a default, which everybody can read", name)
		}
		seen[a.GetName()] = true
		if err := soundType(name, a.GetType()); err != nil {
			return err
		}
		if len(a.GetDefaultJson()) > 0 && !fits(a.GetType(), a.GetDefaultJson()) {
			return saw("attribute %q: the default %s is no %s", name, a.GetDefaultJson(), base(a.GetType()))
		}
	}
	for _, n := range b.GetBlocks() {
		if !attributeName.MatchString(n.GetName()) || seen[n.GetName()] {
			return saw("block %q: its name must match %s and be there once", at+n.GetName(), attributeName)
		}
		seen[n.GetName()] = true
		if err := soundBlock(at+n.GetName()+".", n.GetBlock()); err != nil {
			return err
		}
	}
	return nil
}

func base(t *pluginv1.Type) string {
	return strings.ToLower(strings.TrimPrefix(t.GetBase().String(), "BASE_"))
}

func soundType(name string, t *pluginv1.Type) error {
	switch t.GetBase() {
	case pluginv1.Type_BASE_LIST, pluginv1.Type_BASE_MAP:
		if t.GetElement() == nil {
			return saw("attribute %q: a %s needs the type of its elements", name, base(t))
		}
		return soundType(name, t.GetElement())
	case pluginv1.Type_BASE_STRING, pluginv1.Type_BASE_BOOL, pluginv1.Type_BASE_INT, pluginv1.Type_BASE_FLOAT, pluginv1.Type_BASE_DURATION:
		return nil
	}
	return saw("attribute %q: type %s is none", name, t.GetBase())
}

func survivesUnknownVerb(ctx context.Context, t *trial) error {
	err := t.conn().Invoke(ctx, "/"+servicePlugin+"/NoSuchVerb", &pluginv1.DescribeRequest{}, &pluginv1.DescribeResponse{})
	if status.Code(err) != codes.Unimplemented {
		return saw("it was answered with %v", err)
	}
	if _, err := t.describe(ctx); err != nil {
		return saw("after it Describe answers: %s", said(err))
	}
	return nil
}
