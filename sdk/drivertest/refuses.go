package drivertest

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/grpc/status"

	"github.com/oceanid/oceanid/sdk/fault"
)

// A driver has its services whatever its configuration: a host knows them before there is one. Where a configuration leaves a driver no way to do what one of
// them is for, as there is none to run HTCondor's DAGMan with a token and without a shell, it refuses each call of it. The suite does not guess that from the
// answers, for a driver that is broken may answer the same: whoever tests says so (Options.Refuses), and the driver is held to it.

// Refusable are the services that a driver may serve and yet refuse with some configurations, by their short names, which are those of the group honesty: what
// they do is asked for by people, who read the answer. On the others a host's own work depends, and it goes by Describe alone.
func Refusable() []string {
	return []string{"explanations", "holds", "inspections", "logs", "suspends", "workflows"}
}

// canRefuse refuses a wish that has no sense.
func (s *suite) canRefuse() error {
	for _, name := range s.o.Refuses {
		switch {
		case !slices.Contains(Refusable(), name):
			return fault.Invalid.New("no driver may refuse %q and serve it: it is one of %s", name, strings.Join(Refusable(), ", "))
		case !s.serves(serviceOf(name)):
			return fault.Invalid.New("the driver serves no %s, so there is nothing to refuse", name)
		}
	}
	return nil
}

// refuses tells whether the driver is said to refuse a service.
func (s *suite) refuses(service string) bool { return slices.Contains(s.o.Refuses, nameOf(service)) }

// nameOf is the short name of an optional service, and serviceOf the service with that name; "": there is none.
func nameOf(service string) string {
	for _, o := range optional() {
		if o.service == service {
			return o.name
		}
	}
	return ""
}

func serviceOf(name string) string {
	for _, o := range optional() {
		if o.name == name {
			return o.service
		}
	}
	return ""
}

// refusesAll makes each call of a service that the driver is said to refuse.
func (t *trial) refusesAll(ctx context.Context, service string) error {
	for _, v := range verbs() {
		if v.service != service {
			continue
		}
		ref := t.keep(t.stranger())
		err := v.call(ctx, t.subject, ref)
		info := infoOf(err)
		switch {
		case err == nil:
			return saw("the driver is said to refuse %s with this configuration, and %s went well", service, v.name)
		case kindOf(err) != fault.Unsupported:
			return saw("the driver is said to refuse %s with this configuration, and %s gave %s instead of %s", service, v.name, said(err), fault.Unsupported)
		case status.Convert(err).Message() == "" || info.GetMetadata()["blame"] == "":
			return saw("%s is refused, and who asked is told neither why nor what to do: %s", v.name, said(err))
		}
		// What was refused is not at the pool, by any of the ways to ask.
		told, err := t.query(ctx, ref)
		if err != nil {
			return saw("Query of what %s was refused for: %s", v.name, said(err))
		}
		if err := lostOrNothing(told, ref); err != nil {
			return saw("%s was refused, and left something: %w", v.name, err)
		}
	}
	return nil
}
