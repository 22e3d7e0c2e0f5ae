package call

import (
	"context"
	"io"
	"strings"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// mostTasks is the most that a job which was found may have.
const mostTasks = 10_000_000

// Find is scheduler.Finder's. Each job is yielded once, and none whose token does not begin with the prefix.
func (s *Scheduler) Find(ctx context.Context, prefix string, since time.Time, yield func(scheduler.Found) error) error {
	if err := s.need(Finds, "tell which jobs its pool has"); err != nil {
		return err
	}
	told := map[string]bool{}
	// Who is asked again tells the same jobs again.
	return s.do(ctx, verb{name: "Find", op: "find", deadline: queryDeadline}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		stream, err := schedulerv1.NewFindsClient(conn).Find(ctx, &schedulerv1.FindRequest{Instance: i.ref(), Prefix: prefix, Since: wire.TimeToProto(since)})
		if err != nil {
			return err
		}
		for {
			message, err := stream.Recv()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			token := message.GetFound().GetRef().GetToken()
			if told[token] || !strings.HasPrefix(token, prefix) {
				continue
			}
			found, err := discovered(message.GetFound())
			if err != nil {
				return err
			}
			told[token] = true
			if err := yield(found); err != nil {
				return err
			}
		}
	})
}

// discovered reads a job that was found, unless it cannot be. What was submitted is left out where no host could have submitted it so: that the job is there
// counts for more.
func discovered(p *schedulerv1.Found) (scheduler.Found, error) {
	found := wire.FoundFromProto(p)
	ref := found.Ref
	switch {
	case !scheduler.ValidToken(ref.Token):
		return found, fault.By(fault.Driver, fault.Internal.New("the driver found a job with the token %q, which is none", wire.Text(ref.Token)))
	case len(ref.ID) == 0 || len(ref.ID) > wire.MaxID:
		return found, fault.By(fault.Driver, fault.Internal.New("the driver found job %q with an identifier of %d bytes; 1 to %d are allowed", ref.Token, len(ref.ID), wire.MaxID))
	case p.GetRef().GetCount() < 0 || p.GetRef().GetCount() > mostTasks:
		return found, fault.By(fault.Driver, fault.Internal.New("the driver found job %q with %d tasks, which cannot be", ref.Token, p.GetRef().GetCount()))
	}
	if w := found.Workflow; w != nil {
		w.Token = ref.Token
		if w.Check() != nil || w.Tasks() != ref.Tasks {
			found.Workflow = nil
		}
	} else {
		found.Job.Token = ref.Token
		if found.Job.Check() != nil || found.Job.Tasks() != ref.Tasks {
			found.Job = scheduler.Job{}
		}
	}
	return found, nil
}
