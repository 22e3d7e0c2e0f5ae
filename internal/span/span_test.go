package span_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/span"
)

func ExampleParse() {
	d, err := span.Parse("1d12h")
	fmt.Println(d, err)
	// Output: 36h0m0s <nil>
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "0d": 0, "500ms": 500 * time.Millisecond, "1h30m": 90 * time.Minute, "-5s": -5 * time.Second,
		"90d": 90 * span.Day, "1d12h": 36 * time.Hour, "2d0.5h": 48*time.Hour + 30*time.Minute, "106751d": 106751 * span.Day,
		"106751d23h47m": 106751*span.Day + 23*time.Hour + 47*time.Minute,
	} {
		if got, err := span.Parse(text); got != want || err != nil {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "5", "d", "2 days", "1.5d", "-1d", "+1d", "1d-2h", "1d+2h", "1d2", "1d1d", "1d 2h", "12h1d", "106752d", "106751d24h", "99999999999d", "1days", "1D", "∞",
	} {
		if got, err := span.Parse(text); got != 0 || err == nil {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}
