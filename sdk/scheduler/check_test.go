package scheduler_test

import (
	"errors"
	"fmt"
	"math"
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
		"input in an input":     {scheduler.Job{Command: "x", Inputs: []scheduler.Input{{Name: "a/b/c"}, {Name: "a"}}}, `"a/b/c" cannot be in "a"`},
		"inputs side by side":   {scheduler.Job{Command: "x", Inputs: []scheduler.Input{{Name: "a/b"}, {Name: "a/bc"}, {Name: "ab"}}}, ""},
		"absolute input":        {scheduler.Job{Command: "x", Inputs: []scheduler.Input{{Name: "/x"}}}, "inputs"},
		"input without a name":  {scheduler.Job{Command: "x", Inputs: []scheduler.Input{{}}}, "inputs"},
		"input of no size":      {scheduler.Job{Command: "x", Inputs: []scheduler.Input{{Name: "x", Size: -1}}}, "-1 bytes"},
		"the folder as input":   {scheduler.Job{Command: "x", Inputs: []scheduler.Input{{Name: "."}}}, "inputs"},
		"output above":          {scheduler.Job{Command: "x", Outputs: []string{"a/../../b"}}, "outputs"},
		"no output":             {scheduler.Job{Command: "x", Outputs: []string{""}}, "outputs"},
		"half a CPU":            {scheduler.Job{Command: "x", Resources: scheduler.Resources{CPUs: 0.5}}, ""},
		"negative CPUs":         {scheduler.Job{Command: "x", Resources: scheduler.Resources{CPUs: -1}}, "-1 CPUs"},
		"CPUs without number":   {scheduler.Job{Command: "x", Resources: scheduler.Resources{CPUs: math.NaN()}}, "NaN CPUs"},
		"CPUs without end":      {scheduler.Job{Command: "x", Resources: scheduler.Resources{CPUs: math.Inf(1)}}, "Inf CPUs"},
		"negative memory":       {scheduler.Job{Command: "x", Resources: scheduler.Resources{Memory: -1}}, "negative"},
		"negative disk":         {scheduler.Job{Command: "x", Resources: scheduler.Resources{Disk: -1}}, "negative"},
		"negative GPUs":         {scheduler.Job{Command: "x", Resources: scheduler.Resources{GPUs: -1}}, "negative"},
		"more GPUs than are":    {scheduler.Job{Command: "x", Resources: scheduler.Resources{GPUs: math.MaxInt32 + 1}}, "2147483648 GPUs"},
		"negative run time":     {scheduler.Job{Command: "x", Resources: scheduler.Resources{RunTime: -1}}, "negative"},
		"NUL in a row":          {scheduler.Job{Command: "x", Array: &scheduler.Array{Count: 2, Args: [][]string{nil, {"\x00"}}}}, "array args"},
		"absolute output":       {scheduler.Job{Command: "x", Outputs: []string{"/etc/passwd"}}, "outputs"},
		"output with a newline": {scheduler.Job{Command: "x", Outputs: []string{"a\nb"}}, "outputs"},
		"stdin is no input":     {scheduler.Job{Command: "x", Stdin: "x"}, "stdin"},
		"no tasks":              {scheduler.Job{Command: "x", Array: &scheduler.Array{}}, "at least 1"},
		"rows of arguments":     {scheduler.Job{Command: "x", Array: &scheduler.Array{Count: 3, Args: [][]string{{"1"}}}}, "1 rows"},
		"some of an array":      {scheduler.Job{Command: "x", Array: &scheduler.Array{Count: 2, Indices: []int{7, 3}}}, ""},
		"too few indices":       {scheduler.Job{Command: "x", Array: &scheduler.Array{Count: 2, Indices: []int{7}}}, "1 indices for 2 tasks"},
		"an index twice":        {scheduler.Job{Command: "x", Array: &scheduler.Array{Count: 2, Indices: []int{7, 7}}}, "index 7"},
		"a negative index":      {scheduler.Job{Command: "x", Array: &scheduler.Array{Count: 1, Indices: []int{-1}}}, "index -1"},
		"a long key":            {scheduler.Job{Command: "x", Key: strings.Repeat("k", 257)}, "key"},
		"a key of two lines":    {scheduler.Job{Command: "x", Key: "a\nb"}, "key"},
		"a group of two lines":  {scheduler.Job{Command: "x", Groups: []string{"g", "a\nb"}}, "groups"},
		"options":               {scheduler.Job{Command: "x", Options: map[string]any{"a": "b", "c": true, "d": 1.5, "e": []any{"f"}}}, ""},
		"an option of a kind":   {scheduler.Job{Command: "x", Options: map[string]any{"a": struct{}{}}}, "options"},
		"a NaN as an option":    {scheduler.Job{Command: "x", Options: map[string]any{"a": math.NaN()}}, "options: \"a\" is NaN"},
		"an endless option":     {scheduler.Job{Command: "x", Options: map[string]any{"a": math.Inf(-1)}}, "options: \"a\" is -Inf"},
		"an option's name":      {scheduler.Job{Command: "x", Options: map[string]any{"a\nb": "c"}}, "options"},
		"a policy":              {scheduler.Job{Command: "x", Policy: scheduler.Policy{QueueWait: -1}}, "policy"},
		"label":                 {scheduler.Job{Command: "x", Labels: map[string]string{"a": "\x1b[31m"}}, "labels"},
		"half a letter each":    {scheduler.Job{Command: "x", Labels: map[string]string{"\xc3": "\xa9"}}, "labels"},
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

func TestValidToken(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]bool{
		"a": true, "0-Z": true, strings.Repeat("x", 64): true,
		"": false, "..": false, "a/b": false, "a.b": false, "a b": false, "ä": false, "a\n": false, strings.Repeat("x", 65): false,
	} {
		if got := scheduler.ValidToken(token); got != want {
			t.Errorf("%q: %v", token, got)
		}
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
