package drivertest_test

import (
	"context"
	"fmt"
	"os"

	"github.com/oceanid/oceanid/sdk/drivertest"
)

// Any executable is tested like this, whatever it is written in.
func ExampleRun() {
	report, err := drivertest.Run(context.Background(), "/usr/lib/oceanid/oceanid-slurm", drivertest.Options{
		Config:  []byte(`{"host": "head.example.org"}`),
		Observe: func(r drivertest.Result) { fmt.Println(r.Name, r.Outcome) },
	})
	if err != nil {
		fmt.Println("cannot be tested:", err)
		return
	}
	if err := report.Table(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output: cannot be tested: driver "oceanid-slurm": /usr/lib/oceanid/oceanid-slurm: there is no such file: build or install the driver, or correct its path
}

func ExampleChecks() {
	required := 0
	for _, c := range drivertest.Checks() {
		if c.Name == "submit/same-token-twice" {
			fmt.Println(c.Promise)
		}
		if c.Required {
			required++
		}
	}
	fmt.Println("at least 80 are required:", required >= 80)
	// Output:
	// The same token a second time gives the same identifier and makes no second job.
	// at least 80 are required: true
}
