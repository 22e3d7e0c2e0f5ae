package figure

import (
	"math"
	"strconv"
	"time"
)

// axis maps values from 0 to most onto a line of the canvas from one coordinate to another.
type axis struct {
	most, from, to float64
}

func (a axis) at(v float64) float64 { return a.from + (a.to-a.from)*v/a.most }

// ticks are round values from 0 to at least the highest value, about as many as wanted: 1, 2 or 5 times a power of ten apart.
func ticks(highest float64, wanted int) []float64 {
	if highest <= 0 {
		highest = 1
	}
	rough := highest / float64(wanted)
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	step := 10 * power
	for _, factor := range []float64{1, 2, 5} {
		if factor*power >= rough {
			step = factor * power
			break
		}
	}
	var all []float64
	for i := 0; ; i++ {
		all = append(all, float64(i)*step)
		if all[i] >= highest*(1-1e-9) {
			return all
		}
	}
}

// hours are the ticks of the time axis, in hours: those of a clock where they fit, and never more than twelve.
func hours(whole time.Duration) []float64 {
	step := 1.0
	for _, step = range []float64{1, 2, 3, 6, 12, 24, 48, 168} {
		if whole.Hours()/step <= 12 {
			break
		}
	}
	var all []float64
	for i := 0; ; i++ {
		all = append(all, float64(i)*step)
		if all[i] >= whole.Hours()-1e-9 {
			return all
		}
	}
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
