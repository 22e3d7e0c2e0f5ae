"""One task: its files, its process, and its end."""

import math
import os
import shutil
import signal
import subprocess
import time

INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR")


def environment():
    """What of a process' environment its tasks get: where things are and how the machine speaks, and nothing that the host has for its driver."""
    return {name: value for name, value in os.environ.items() if name in INHERITED or name.startswith("LC_")}


def slots(job):
    """How many slots each task of a job takes: its CPUs, rounded up, and at least one."""
    return max(1, math.ceil(job["cpus"]))


def own_index(job, task):
    """What a task of a job finds in OCEANID_TASK_INDEX."""
    indices = job.get("indices")  # a job of an older version has none
    return indices[task] if indices else task


class Task:
    def __init__(self, spool, token, job, index):
        self.spool, self.token, self.job, self.index = spool, token, job, index
        self.process = None  # None: it was started by a daemon that was killed
        self.ending = None  # the state and the reason that it gets if it has to be ended
        self.began, self.kill_at = time.time(), math.inf
        self._marks = {f"OCEANID_JOB_TOKEN={token}".encode(), f"OCEANID_TASK_INDEX={own_index(job, index)}".encode()}

    def start(self):
        """Starts the process; OSError tells why it cannot be."""
        job, work = self.job, self.spool.task(self.token, self.index, "work")
        os.makedirs(work, mode=0o700)
        for name, mode in job["inputs"]:
            to = os.path.join(work, name)
            os.makedirs(os.path.dirname(to), mode=0o700, exist_ok=True)
            shutil.copyfile(self.spool.job(self.token, "inputs", name), to)
            os.chmod(to, mode & 0o777 or 0o644)
        rows = job["array_args"]
        command = [job["command"], *job["args"], *(rows[self.index] if rows else [])]
        variables = {
            **environment(), **job["env"], "OCEANID_JOB_TOKEN": self.token,
            "OCEANID_TASK_INDEX": str(own_index(job, self.index)), "OCEANID_TASK_COUNT": str(job["count"]),
        }
        stdin = os.path.join(work, job["stdin"]) if job["stdin"] else os.devnull
        out, err = (self.spool.task(self.token, self.index, name) for name in ("stdout", "stderr"))
        with open(stdin, "rb") as stdin, open(out, "ab") as out, open(err, "ab") as err:
            # As bytes: what Python makes of a text depends on the locale.
            self.process = subprocess.Popen(
                [part.encode() for part in command], cwd=work, env={k.encode(): v.encode() for k, v in variables.items()},
                stdin=stdin, stdout=out, stderr=err, start_new_session=True,
            )

    def end(self, state, reason, grace):
        """Asks the task to end, and makes sure of it after a grace."""
        if not self.ending:
            self.ending, self.kill_at = (state, reason), time.time() + grace
            self._signal(signal.SIGTERM)

    def look(self):
        """How the task ended, as a record's fields; None: it runs. It is called often, and does what is due."""
        if not self.ending and self.job["run_time"] and time.time() > self.began + self.job["run_time"]:
            self.end("FAILED", f"it ran longer than the {self.job['run_time']:g} s that the job allows", self.spool.settings()["grace"])
        if time.time() > self.kill_at:
            self._signal(signal.SIGKILL)
        if self.process is None:
            if self._processes():
                return None
            state, reason = self.ending or ("LOST", "the daemon of the queue was killed while the task ran: nobody knows how it ended")
            return {"state": state, "reason": reason}
        # A process that was not reaped yet keeps its number, so the group that is killed is still its own.
        if os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
        self._signal(signal.SIGKILL)
        code = self.process.wait()
        if self.ending:
            return {"state": self.ending[0], "reason": self.ending[1]}
        if code < 0:
            return {"state": "FAILED", "reason": f"it was ended by {signal.Signals(-code).name}", "exit_signal": -code}
        return {"state": "FAILED" if code else "SUCCEEDED", "reason": f"it exited with status {code}" if code else "", "exit_code": code}

    def _signal(self, number):
        """Signals the task's process group, and what has left it."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass
        for pid in self._processes():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def _processes(self):
        """All living processes that were started with the variables of this task."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/environ", "rb") as f:
                    if self._marks <= set(f.read().split(b"\0")):
                        found.append(int(pid))
            except OSError:
                pass
        return found
