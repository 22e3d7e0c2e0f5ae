package web

import (
	html "html/template"
	"slices"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// icon draws a state in a square of 16, so that nobody needs to see the colour.
func icon(s scheduler.State) html.HTML {
	shapes := map[scheduler.State]string{
		scheduler.Pending:   `<circle cx="8" cy="8" r="5.5" stroke-dasharray="2.4 2.4"/>`,
		scheduler.Queued:    `<circle cx="8" cy="8" r="5.5"/><path d="M8 5v3l2 1.6"/>`,
		scheduler.Running:   `<path class="full" d="M5 3.2v9.6L13 8z"/>`,
		scheduler.Held:      `<rect x="3.5" y="7" width="9" height="6" rx="1"/><path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2"/>`,
		scheduler.Suspended: `<path d="M5.5 3.5v9M10.5 3.5v9"/>`,
		scheduler.Succeeded: `<path d="M3 8.5l3.5 3.5L13 4.5"/>`,
		scheduler.Failed:    `<path d="M4 4l8 8M12 4l-8 8"/>`,
		scheduler.Cancelled: `<circle cx="8" cy="8" r="5.5"/><path d="M4.2 4.2l7.6 7.6"/>`,
		scheduler.Lost:      `<path d="M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M8 12.6v.4"/>`,
	}
	shape, ok := shapes[s]
	if !ok {
		shape = `<circle cx="8" cy="8" r="5.5"/>` // of a newer driver
	}
	return html.HTML(`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">` + shape + `</svg>`)
}

// segment is a state's part of a bar that is 1000 wide.
type segment struct {
	State    scheduler.State
	Count    int
	X, Width float64
}

// present are the states that there are tasks in, in the order of all states.
func present(counts map[scheduler.State]int) (all []segment) {
	for _, s := range scheduler.States() {
		if counts[s] > 0 {
			all = append(all, segment{State: s, Count: counts[s]})
		}
	}
	return all
}

// bar divides a bar between the states by their counts. One task of a million is still seen. What has ended well stands first, as in a bar of progress.
func bar(counts map[scheduler.State]int) []segment {
	const whole, least = 1000.0, 12.0
	parts := present(counts)
	total := 0
	for _, p := range parts {
		total += p.Count
	}
	order := map[scheduler.State]int{scheduler.Succeeded: -2, scheduler.Running: -1}
	slices.SortStableFunc(parts, func(a, b segment) int { return order[a.State] - order[b.State] })
	sum := 0.0
	for i := range parts {
		parts[i].Width = max(least, whole*float64(parts[i].Count)/float64(total))
		sum += parts[i].Width
	}
	x := 0.0
	for i := range parts {
		parts[i].Width *= whole / sum
		parts[i].X = x
		x += parts[i].Width
	}
	return parts
}

// tally is how many of a job's tasks have ended.
func tally(counts map[scheduler.State]int) (ended int) {
	for s, n := range counts {
		if s.Terminal() {
			ended += n
		}
	}
	return ended
}
