package scheduler

import "context"

// Explainer is a driver that can say why a job waits.
type Explainer interface {
	// Explain says in plain words what one task waits for, from what the pool itself says: which machines could run it and which not and for what reason, which
	// limits it meets, who is before it. A task that does not wait is told as what it is.
	Explain(ctx context.Context, job Ref, task int) (Explanation, error)
}

// Explanation is why a task waits.
type Explanation struct {
	// Summary is one sentence for the portal's user.
	Summary string `json:"summary"`
	// Points are what it was concluded from, the most important first.
	Points []string `json:"points,omitempty"`
	// Advice is what the user or the operator can do; "": to wait.
	Advice string `json:"advice,omitempty"`
}
