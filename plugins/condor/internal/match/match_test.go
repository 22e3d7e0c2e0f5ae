package match_test

import (
	"strings"
	"testing"

	"github.com/oceanid/oceanid/plugins/condor/internal/match"
)

func TestConditions(t *testing.T) {
	t.Parallel()
	const memory = "ifThenElse(PartitionableSlot =?= true, TotalSlotMemory, Memory)"
	for name, test := range map[string]struct {
		job  match.Job
		want []match.Condition
	}{
		"none":     {match.Job{}, nil},
		"one":      {match.Job{"Requirements": `/Expr(((HasModel)))/`}, []match.Condition{{"HasModel", "HasModel"}}},
		"literal":  {match.Job{"Requirements": true}, []match.Condition{{"true", "true"}}},
		"of these": {match.Job{"Requirements": `/Expr((a && (b && c)) && (a))/`}, []match.Condition{{"a", "a"}, {"b", "b"}, {"c", "c"}}},
		"or": {match.Job{"Requirements": `/Expr((a && b || c) && (x ? y : z && q))/`},
			[]match.Condition{{"a && b || c", "a && b || c"}, {"x ? y : z && q", "x ? y : z && q"}}},
		"compared": {match.Job{"Requirements": `/Expr(TARGET.x =?= true && y =!= "a && \"(b")/`},
			[]match.Condition{{"TARGET.x =?= true", "x =?= true"}, {`y =!= "a && \"(b"`, `y =!= "a && \"(b"`}}},
		"the job's own": {match.Job{"Requirements": `/Expr(TARGET.Memory >= RequestMemory && My.fs == TARGET.fs && MY.gone is undefined)/`, "RequestMemory": `/Expr(mb * 2)/`, "Mb": 100, "FS": `a"b`},
			[]match.Condition{
				{"TARGET.Memory >= RequestMemory", memory + " >= ((100) * 2)"}, {"My.fs == TARGET.fs", `("a\"b") == fs`}, {"MY.gone is undefined", "undefined is undefined"},
			}},
		"functions": {match.Job{"Requirements": `/Expr(time() > 1e5 && regexp ("a", Name))/`, "time": 1}, []match.Condition{{"time() > 1e5", "time() > 1e5"}, {`regexp ("a", Name)`, `regexp ("a", Name)`}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := test.job.Conditions()
			if len(got) != len(test.want) {
				t.Fatalf("%q", got)
			}
			for i := range got {
				if got[i] != test.want[i] {
					t.Errorf("%q, not %q", got[i], test.want[i])
				}
			}
		})
	}
}

// What refers to itself comes to an end.
func TestConditionsInACircle(t *testing.T) {
	t.Parallel()
	got := match.Job{"Requirements": "/Expr(a > 1)/", "a": "/Expr(b)/", "b": "/Expr(a + a)/"}.Conditions()
	if len(got) != 1 || !strings.HasSuffix(got[0].Expression, " > 1") || len(got[0].Expression) > 10000 {
		t.Errorf("%q", got)
	}
}

// FuzzConditions: whatever the pool says, there is an answer.
func FuzzConditions(f *testing.F) {
	f.Add(`a && (b || "c`)
	f.Add(`((`)
	f.Fuzz(func(_ *testing.T, requirements string) {
		match.Job{"Requirements": "/Expr(" + requirements + ")/", "a": "/Expr(a && b)/"}.Conditions()
	})
}
