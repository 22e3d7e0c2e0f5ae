package drivertest

import (
	"context"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/oceanid/oceanid/sdk/fault"
)

// groupErrors holds for every service, whatever a configuration leaves of it.
const groupErrors = "errors"

func errorChecks() []check {
	var all []check
	for _, v := range verbs() {
		c := of("unknown-instance-"+v.name, "A "+v.name+" for an instance that was not configured is answered with FAILED_PRECONDITION and reason INSTANCE_UNKNOWN.",
			"plugin.proto, message Instance", "Look the instance up first, before the request is read any further; the host then configures and repeats.", unknownInstance(v))
		all = append(all, c)
	}
	checks := group(groupErrors, "", "plugin.proto, rules of the package; package fault", append(all,
		of("stale-revision", "Every verb for another revision than the configured one is answered with reason INSTANCE_UNKNOWN.", "plugin.proto, message Instance",
			"Compare the revision as well as the id.", staleRevision),
		of("carry-their-kind", "An error that the driver means carries an ErrorInfo of domain \"oceanid\", whose reason is a kind of package fault, and whose blame says whose fault it is.", "",
			"Attach google.rpc.ErrorInfo to every status; without it the host takes the error for one of the transport.", carryTheirKind),
		of("codes-fit-kinds", "The gRPC code of an error is the one that belongs to its kind.", "",
			"Use the table of package fault: INVALID is INVALID_ARGUMENT, CONFLICT is ABORTED, and so on.", codesFitKinds),
	)...)
	for i, v := range verbs() {
		if v.service != serviceScheduler {
			checks[i].Service, checks[i].Required = v.service, false
		}
	}
	return checks
}

func unknownInstance(v verb) func(context.Context, *trial) error {
	return func(ctx context.Context, t *trial) error {
		return t.refusesAsUnknown(ctx, v, t.another(t.subject))
	}
}

func (t *trial) refusesAsUnknown(ctx context.Context, v verb, s *subject) error {
	err := v.call(ctx, s, t.keep(t.stranger()))
	if kindOf(err) != fault.Unconfigured || status.Code(err) != codes.FailedPrecondition {
		return saw("%s for instance %q at revision %q gave %s instead of %s", v.name, s.instance.GetId(), s.instance.GetRevision(), orNothing(err), fault.Unconfigured)
	}
	return nil
}

func staleRevision(ctx context.Context, t *trial) error {
	for _, v := range t.suite.verbs() {
		if err := t.refusesAsUnknown(ctx, v, t.at("0")); err != nil {
			return err
		}
	}
	return nil
}

// meant are errors that every driver must give.
func (t *trial) meant(ctx context.Context) map[string]error {
	_, unknown := t.another(t.subject).query(ctx)
	job := t.shell("exit 0", "a\x00b")
	_, refused := t.subject.submit(ctx, job)
	t.keep(refTo(job))
	return map[string]error{
		"Query for an unknown instance":            unknown,
		"Submit of an argument with a NUL byte in": refused,
	}
}

func carryTheirKind(ctx context.Context, t *trial) error {
	kinds := []fault.Kind{
		fault.NotFound, fault.Exists, fault.Invalid, fault.Denied, fault.Conflict, fault.Exhausted, fault.Unavailable,
		fault.Unsupported, fault.Timeout, fault.Cancelled, fault.Unconfigured, fault.Internal,
	}
	parties := []fault.Party{fault.User, fault.Scheduler, fault.Driver, fault.Host}
	for what, err := range t.meant(ctx) {
		info := infoOf(err)
		switch {
		case err == nil:
			return saw("%s gave no error", what)
		case info == nil:
			return saw("%s gave a %s", what, said(err))
		case !slices.Contains(kinds, fault.Kind(info.GetReason())):
			return saw("%s gave reason %q; there is no such kind", what, info.GetReason())
		case !slices.Contains(parties, fault.Party(info.GetMetadata()["blame"])):
			return saw("%s gave metadata %v; \"blame\" must be one of %q", what, info.GetMetadata(), parties)
		}
	}
	return nil
}

func codesFitKinds(ctx context.Context, t *trial) error {
	seen := 0
	for what, err := range t.meant(ctx) {
		want := map[fault.Kind]codes.Code{fault.Unconfigured: codes.FailedPrecondition, fault.Invalid: codes.InvalidArgument}
		code, ok := want[kindOf(err)]
		if ok && status.Code(err) != code {
			return saw("%s gave kind %s with code %s; that belongs to %s", what, kindOf(err), status.Code(err), code)
		}
		if ok {
			seen++
		}
	}
	if seen == 0 {
		return notApplicable("no error came whose kind could be told; see errors/carry-their-kind")
	}
	return nil
}

func honestyChecks() []check {
	var all []check
	for _, o := range optional() {
		promise := "The driver serves " + o.service + " if, and only if, Describe says so."
		if slices.Contains(Refusable(), o.name) {
			promise += " Where a configuration leaves no way to it, every verb is UNSUPPORTED, says why, and leaves nothing."
		}
		all = append(all, of(o.name, promise, "plugin.proto, message DescribeResponse, services",
			"Take the services in Describe from your gRPC server's own registry, and register only what you have.", honest(o.service)))
	}
	return group("honesty", "", "plugin.proto, message DescribeResponse, services", append(all,
		of("knows-its-services", "Describe names each service once, and no service of Oceanid's protocol that there is not.", "",
			"Name the services by their full names, as protoc has them.", knowsItsServices),
	)...)
}

func honest(service string) func(context.Context, *trial) error {
	return func(ctx context.Context, t *trial) error {
		if t.suite.refuses(service) {
			return t.refusesAll(ctx, service)
		}
		for _, v := range verbs() {
			if v.service != service {
				continue
			}
			err := v.call(ctx, t.subject, t.keep(t.stranger()))
			unimplemented := status.Code(err) == codes.Unimplemented
			if t.suite.serves(service) && unimplemented {
				return saw("Describe names the service, and %s gave %s", v.name, said(err))
			}
			if !t.suite.serves(service) && !unimplemented {
				return saw("Describe does not name the service, and %s gave %s instead of UNIMPLEMENTED", v.name, orNothing(err))
			}
		}
		return nil
	}
}

func knowsItsServices(_ context.Context, t *trial) error {
	known := []string{servicePlugin, serviceScheduler}
	for _, o := range optional() {
		known = append(known, o.service)
	}
	seen := map[string]bool{}
	for _, name := range t.suite.described.GetServices() {
		if !slices.Contains(known, name) || seen[name] {
			return saw("services are %q; %s is not a service of this protocol's version 1, or is there twice", t.suite.described.GetServices(), name)
		}
		seen[name] = true
	}
	return nil
}
