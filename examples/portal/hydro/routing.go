package hydro

import (
	"fmt"
	"math"
	"time"
)

// drained is the discharge, in m³/s, below which a reach counts as empty.
const drained = 1e-4

// Route is a flood wave at the lower end of a reach of the river, by Muskingum's method (G. T. McCarthy, 1938; told in the HEC-HMS technical reference manual):
//
//	O₂ = C₀ I₂ + C₁ I₁ + C₂ O₁
//	C₀ = (Δt − 2KX)/D   C₁ = (Δt + 2KX)/D   C₂ = (2K(1 − X) − Δt)/D   D = 2K(1 − X) + Δt
//
// K is the travel time and X the weight of the inflow. The reach is cut into the fewest equal pieces with which no coefficient is negative, as a negative one makes
// water from nothing before the wave. Route goes on until the reach has drained; water is neither made nor lost.
func Route(inflow []float64, step, travel time.Duration, weight float64) ([]float64, error) {
	if travel == 0 {
		return inflow, nil
	}
	dt, k := step.Hours(), travel.Hours()
	pieces := max(1, math.Ceil(2*k*weight/dt-1e-9))
	k /= pieces
	d := 2*k*(1-weight) + dt
	c0, c1, c2 := (dt-2*k*weight)/d, (dt+2*k*weight)/d, (2*k*(1-weight)-dt)/d
	if c2 < 0 {
		return nil, fmt.Errorf("a travel time of %.2g h is too short to be followed in steps of %g min: write 0", travel.Hours(), step.Minutes())
	}

	// in and out are what entered and left each piece a step ago.
	in, out := make([]float64, int(pieces)), make([]float64, int(pieces))
	var outflow []float64
	for i, wet := 0, true; i < len(inflow) || wet; i++ {
		flow := 0.0
		if i < len(inflow) {
			flow = inflow[i]
		}
		wet = false
		for p := range in {
			passed := c0*flow + c1*in[p] + c2*out[p]
			in[p], out[p] = flow, passed
			wet = wet || passed > drained
			flow = passed
		}
		outflow = append(outflow, flow)
	}
	return outflow, nil
}
