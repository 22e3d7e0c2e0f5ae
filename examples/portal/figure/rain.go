package figure

import (
	"fmt"
	"time"

	"github.com/oceanid/oceanid/examples/portal/hydro"
)

// bars are the rain's intervals put together to ones wide enough to be seen.
type bars struct {
	width           time.Duration
	rain, effective []float64
}

// gather puts as many intervals together as make an interval of a clock at least as long as asked for.
func gather(s hydro.Storm, effective []float64, least time.Duration) bars {
	width := s.Step
	for _, round := range []time.Duration{5, 10, 15, 30, 60, 120, 180, 360, 720, 1440} {
		if r := round * time.Minute; width < least && r > width && r%s.Step == 0 {
			width = r
		}
	}
	b := bars{width: width}
	each := int(width / s.Step)
	for i := range s.Rain {
		if i%each == 0 {
			b.rain, b.effective = append(b.rain, 0), append(b.effective, 0)
		}
		b.rain[i/each] += s.Rain[i]
		b.effective[i/each] += effective[i]
	}
	return b
}

// drawRain hangs the bars from the top of the panel: the whole rain, and over it the part of it that runs off.
func drawRain(c *canvas, b bars, time, depth axis) {
	for i := range b.rain {
		left, right := time.at(float64(i)*b.width.Hours()), time.at(float64(i+1)*b.width.Hours())
		for _, part := range []struct {
			class string
			depth float64
		}{{"rain", b.rain[i]}, {"effective", b.effective[i]}} {
			if height := depth.at(part.depth) - depth.at(0); height > 0.05 {
				c.rect(part.class, left+0.5, depth.at(0), right-left-1, height)
			}
		}
	}
}

func (b bars) unit() string {
	if b.width%time.Hour == 0 {
		return fmt.Sprintf("mm in %g h", b.width.Hours())
	}
	return fmt.Sprintf("mm in %g min", b.width.Minutes())
}
