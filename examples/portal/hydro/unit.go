package hydro

import (
	"fmt"
	"math"
	"time"
)

// dimensionless is the dimensionless unit hydrograph with the peak rate factor 484: NEH-630 table 16–1. Time is in time-to-peaks, discharge in peaks.
var dimensionless = [...]struct{ time, flow float64 }{
	{0, 0}, {0.1, 0.030}, {0.2, 0.100}, {0.3, 0.190}, {0.4, 0.310}, {0.5, 0.470}, {0.6, 0.660}, {0.7, 0.820}, {0.8, 0.930}, {0.9, 0.990},
	{1.0, 1.000}, {1.1, 0.990}, {1.2, 0.930}, {1.3, 0.860}, {1.4, 0.780}, {1.5, 0.680}, {1.6, 0.560}, {1.7, 0.460}, {1.8, 0.390}, {1.9, 0.330},
	{2.0, 0.280}, {2.2, 0.207}, {2.4, 0.147}, {2.6, 0.107}, {2.8, 0.077}, {3.0, 0.055}, {3.2, 0.040}, {3.4, 0.029}, {3.6, 0.021}, {3.8, 0.015},
	{4.0, 0.011}, {4.5, 0.005}, {5.0, 0.000},
}

// Lag is the watershed lag, the time from the middle of the effective rain to the peak of the runoff:
//
//	L = l^0.8 (S + 1)^0.7 / (1900 Y^0.5)   in hours, l in feet, S in inches, Y in percent
//
// (NEH-630 chapter 15, the watershed lag method).
func (b Basin) Lag() time.Duration {
	const foot, inch = 0.3048, 25.4
	hours := math.Pow(b.FlowLength/foot, 0.8) * math.Pow(Retention(b.CurveNumber)/inch+1, 0.7) / (1900 * math.Sqrt(b.Slope))
	return time.Duration(hours * float64(time.Hour))
}

// UnitHydrograph is the discharge at the sub-basin's own outlet, in m³/s at 0, step, 2 step …, that 1 mm of effective rain in one interval causes: the
// dimensionless unit hydrograph with its peak at Tp = step/2 + lag after the rain's beginning, and as high as the volume of 1 mm on the area asks for, which
// is qp = 0.208 A/Tp (NEH-630 chapter 16: 484 A/Tp in square miles and inches) but for what sampling rounds away.
//
// A step longer than a quarter of the time to peak cannot show the peak, and is an error that tells the longest that can (NEH-630 chapter 16 allows no more).
func (b Basin) UnitHydrograph(step time.Duration) ([]float64, error) {
	peak := step/2 + b.Lag()
	if 4*step > peak {
		return nil, fmt.Errorf("the storm's step of %g min is too long for sub-basin %s, whose runoff peaks %.0f min after the rain: give the rain in steps of %.0f min or less",
			step.Minutes(), b.ID, peak.Minutes(), math.Floor(b.Lag().Minutes()/3.5))
	}
	unit := make([]float64, int(5*peak/step)+2)
	for i := range unit {
		unit[i] = interpolate(float64(i) * step.Hours() / peak.Hours())
	}
	volume := b.Area * 1000 // m³ of 1 mm
	scale := volume / (sum(unit) * step.Seconds())
	for i := range unit {
		unit[i] *= scale
	}
	return unit, nil
}

func interpolate(at float64) float64 {
	for i := 1; i < len(dimensionless); i++ {
		if a, b := dimensionless[i-1], dimensionless[i]; at < b.time {
			return a.flow + (b.flow-a.flow)*(at-a.time)/(b.time-a.time)
		}
	}
	return 0
}

// convolve is the discharge that effective rain causes through a unit hydrograph: each interval's own, one after the other.
func convolve(effective, unit []float64) []float64 {
	flow := make([]float64, len(effective)+len(unit))
	for i, depth := range effective {
		for j, u := range unit {
			flow[i+j] += depth * u
		}
	}
	return flow
}
