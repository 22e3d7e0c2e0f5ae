package hydro

// Retention is the potential maximum retention S after runoff begins, in mm: 25400/CN − 254 (NEH-630 chapter 10).
func Retention(curveNumber float64) float64 { return 25400/curveNumber - 254 }

// RunoffDepth is the direct runoff Q of a rain of depth P on land with that curve number, all in mm:
//
//	Q = (P − Ia)² / (P − Ia + S)   where P > Ia, else 0; Ia = 0.2 S
//
// (NEH-630 chapter 10). The initial abstraction Ia is what interception, depressions and the first infiltration keep.
func RunoffDepth(rain, curveNumber float64) float64 {
	s := Retention(curveNumber)
	excess := rain - 0.2*s
	if excess <= 0 {
		return 0
	}
	return excess * excess / (excess + s)
}

// EffectiveRain is the part of each interval's rain that runs off, in mm. The curve number speaks of a storm as a whole, so that it is applied to the rain
// fallen up to the end of each interval, and an interval gets the difference (NEH-630 chapter 16, example 16–1).
func EffectiveRain(rain []float64, curveNumber float64) []float64 {
	effective := make([]float64, len(rain))
	fallen, gone := 0.0, 0.0
	for i, depth := range rain {
		fallen += depth
		runoff := RunoffDepth(fallen, curveNumber)
		effective[i] = runoff - gone
		gone = runoff
	}
	return effective
}
