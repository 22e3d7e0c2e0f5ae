package hydro

import (
	"fmt"
	"time"
)

// Response is what a storm does to one sub-basin.
type Response struct {
	Basin Basin
	// Rain and Runoff are depths on the sub-basin, in mm.
	Rain, Runoff float64
	// Outlet is the sub-basin's part of the discharge at the common outlet.
	Outlet Hydrograph
}

// Simulate computes a sub-basin's response. It needs a millisecond.
func Simulate(b Basin, s Storm) (Response, error) {
	effective := EffectiveRain(s.Rain, b.CurveNumber)
	unit, err := b.UnitHydrograph(s.Step)
	if err != nil {
		return Response{}, err
	}
	travel := time.Duration(b.Reach * float64(time.Hour))
	flow, err := Route(convolve(effective, unit), s.Step, travel, b.Weight)
	if err != nil {
		return Response{}, fmt.Errorf("sub-basin %s, reach_h: %w", b.ID, err)
	}
	return Response{Basin: b, Rain: s.Depth(), Runoff: sum(effective), Outlet: Hydrograph{Step: s.Step, Flow: flow}}, nil
}
