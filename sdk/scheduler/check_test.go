package scheduler_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	input := []scheduler.Input{{Name: "data/storm.csv"}, {Name: "model"}}
	for name, c := range map[string]struct {
		job  scheduler.Job
		want string // empty: it is fine
	}{
		"least":                 {scheduler.Job{Command: "true"}, ""},
		"all":                   {scheduler.Job{Command: "./model", Name: "Überflutung 7", Args: []string{"a b", "\n\t'\"$(x)", ""}, Env: map[string]string{"A_1": "x\ny"}, Stdin: "data/storm.csv", Inputs: input, Outputs: []string{"out", "a/b.csv"}, Array: &scheduler.Array{Count: 2, Args: [][]string{{"1"}, nil}}}, ""},
		"no command":            {scheduler.Job{}, "command"},
		"control in the name":   {scheduler.Job{Command: "x", Name: "a\nqueue"}, "name"},
		"relative command":      {scheduler.Job{Command: "bin/model"}, "absolute path"},
		"command is no input":   {scheduler.Job{Command: "./model"}, "not one of the inputs"},
		"NUL in an argument":    {scheduler.Job{Command: "x", Args: []string{"\x00"}}, "args"},
		"not UTF-8":             {scheduler.Job{Command: "x", Args: []string{"\xff"}}, "args"},
		"name of a variable":    {scheduler.Job{Command: "x", Env: map[string]string{"A=B": "c"}}, "env"},
		"our variables":         {scheduler.Job{Command: "x", Env: map[string]string{"OCEANID_TASK_INDEX": "7"}}, "OCEANID_"},
		"NUL in a variable":     {scheduler.Job{Command: "x", Env: map[string]string{"A": "\x00"}}, "env A"},
		"input that escapes":    {scheduler.Job{Command: "x", Inputs: []scheduler.Input{{Name: "../x"}}}, "inputs"},
		"input twice":           {scheduler.Job{Command: "x", Inputs: append(input, input[0])}, "twice"},
		"absolute output":       {scheduler.Job{Command: "x", Outputs: []string{"/etc/passwd"}}, "outputs"},
		"output with a newline": {scheduler.Job{Command: "x", Outputs: []string{"a\nb"}}, "outputs"},
		"stdin is no input":     {scheduler.Job{Command: "x", Stdin: "x"}, "stdin"},
		"no tasks":              {scheduler.Job{Command: "x", Array: &scheduler.Array{}}, "at least 1"},
		"rows of arguments":     {scheduler.Job{Command: "x", Array: &scheduler.Array{Count: 3, Args: [][]string{{"1"}}}}, "1 rows"},
		"label":                 {scheduler.Job{Command: "x", Labels: map[string]string{"a": "\x1b[31m"}}, "labels"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.job.Check()
			if c.want == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if c.want != "" && (!errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func ExampleJob_TaskArgs() {
	job := scheduler.Job{
		Command: "/opt/model/run", Args: []string{"--storm", "design"},
		Array: &scheduler.Array{Count: 2, Args: [][]string{{"--basin", "upper"}, {"--basin", "lower"}}},
	}
	for task := range job.Tasks() {
		fmt.Println(job.TaskArgs(task))
	}
	// Output:
	// [--storm design --basin upper]
	// [--storm design --basin lower]
}
