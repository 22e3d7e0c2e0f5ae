package serve

import (
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

type findsServer struct {
	schedulerv1.UnimplementedFindsServer
	instances *instances
}

func (s *findsServer) Find(req *schedulerv1.FindRequest, stream grpc.ServerStreamingServer[schedulerv1.FindResponse]) error {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return err
	}
	defer done()
	finder, err := supports[scheduler.Finder](i)
	if err != nil {
		return err
	}
	return finder.Find(stream.Context(), req.GetPrefix(), wire.TimeFromProto(req.GetSince()), func(f scheduler.Found) error {
		if !scheduler.ValidToken(f.Ref.Token) || f.Ref.Tasks < 0 {
			return fault.By(fault.Driver, fault.Internal.New("the driver found job %q with the token %q and %d tasks", f.Ref.ID, f.Ref.Token, f.Ref.Tasks))
		}
		if err := checkID(f.Ref.ID); err != nil {
			return err
		}
		return stream.Send(&schedulerv1.FindResponse{Found: wire.FoundToProto(f)})
	})
}
