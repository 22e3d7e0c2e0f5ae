package serve

import (
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

type probesServer struct {
	schedulerv1.UnimplementedProbesServer
	instances *instances
}

func (s *probesServer) Probe(req *schedulerv1.ProbeRequest, stream grpc.ServerStreamingServer[schedulerv1.ProbeResponse]) error {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return err
	}
	defer done()
	prober, err := supports[scheduler.Prober](i)
	if err != nil {
		return err
	}
	var lost error
	err = prober.Probe(stream.Context(), func(c scheduler.Check) {
		if sent := stream.Send(&schedulerv1.ProbeResponse{Check: wire.CheckToProto(c)}); sent != nil && lost == nil {
			lost = sent
		}
	})
	if err != nil {
		return err
	}
	return lost
}
