package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/lab"
)

// onNewest are the tests that ask of HTCondor itself what may differ from version to version.
const onNewest = "TestNewest|TestJobsOfABatchAreExact|TestABadJobSpoilsNoOther|TestVerbsOnOneOfABatch|TestValuesArriveExactly|TestNamesArriveExactly|TestJobIsAdoptedWhenItsAnswerWasLost|" +
	"TestExitCodesAndSignals|TestHeldAndReleased|TestHeldByHTCondor|TestArrayOfTwelveWithFiles|TestPoisonedOutputs|TestRunTimeLimit|TestCancel$|TestBigArray|TestSuspendAndResume|TestRemove|TestFind|TestEvicted|TestOptions|TestTethys|TestWorkflowFeatures|TestHeldWorkflow|TestCancelledWorkflow|TestSuspendedWorkflow|TestDAGMan|TestFilesOfWorkflow|TestInspect|TestWhy"

// The same on the newest HTCondor: this binary runs once more, beside this run, with a lab of Debian's sid.
func TestNewestHTCondor(t *testing.T) {
	t.Parallel()
	condor(t)
	if os.Getenv(onDebian) != "" {
		out, err := condor(t).Run(t.Context(), "ben", "condor_version")
		if err != nil || !strings.Contains(string(out), "CondorVersion: 2") || strings.Contains(string(out), "CondorVersion: 23") {
			t.Errorf("%s%v", out, err)
		}
		return
	}
	again := exec.CommandContext(t.Context(), must(os.Executable()), "-test.run="+onNewest, "-test.shuffle=on", "-test.parallel="+atOnce, "-test.v")
	again.Env = append(os.Environ(), onDebian+"="+string(lab.Sid))
	if out, err := again.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS: TestNewestHTCondor") {
		t.Errorf("%s%v", out, err)
	}
}
