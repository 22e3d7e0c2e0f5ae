"""The folder in which everything is written down. It belongs on a local disk, with locks.

    lock, wake            held by the daemon while it lives; a pipe that wakes it
    settings.json         what the driver that opened the folder last was configured with
    open/TOKEN            a note for each job that has not ended; TOKEN.cancel and TOKEN.hold ask for something
    new/                  what is being made, before it is renamed to its place
    uploads/TOKEN/…       inputs of a job that is not submitted yet
    jobs/TOKEN/job.json   the job; it is submitted when its folder is renamed to this
    jobs/TOKEN/journal    one JSON line for each change of its tasks: the truth about the job
    jobs/TOKEN/inputs/…   jobs/TOKEN/tasks/7/{work,stdout,stderr}
    events/3              one JSON line for each change of any task, for watchers; a new file when one has grown long
"""

import fcntl
import json
import os
import tempfile
import time

ENDED = ("SUCCEEDED", "FAILED", "CANCELLED", "LOST")


class Spool:
    def __init__(self, root):
        self.root = root
        for name in ("open", "new", "uploads", "jobs", "events"):
            os.makedirs(self.path(name), mode=0o700, exist_ok=True)
        try:
            os.mkfifo(self.path("wake"), 0o600)
        except FileExistsError:
            pass

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def job(self, token, *parts):
        return self.path("jobs", token, *parts)

    def task(self, token, index, *parts):
        return self.job(token, "tasks", str(index), *parts)

    def note(self, token, suffix=""):
        return self.path("open", token + suffix)

    def leave(self, token, suffix=""):
        """Leaves a note, so that it is there after a crash of the machine too."""
        os.close(os.open(self.note(token, suffix), os.O_WRONLY | os.O_CREAT, 0o600))
        sync(self.path("open"))

    def has(self, token):
        return os.path.exists(self.job(token, "job.json"))

    def is_open(self, token):
        return os.path.exists(self.note(token)) and self.has(token)

    def read(self, token):
        """The job as it was submitted. FileNotFoundError: there is none of that token."""
        with open(self.job(token, "job.json"), encoding="utf-8") as f:
            return json.load(f)

    def settings(self):
        with open(self.path("settings.json"), encoding="utf-8") as f:
            return json.load(f)

    def temporary(self):
        return tempfile.mkdtemp(dir=self.path("new"))

    def lock(self, how):
        """The lock's descriptor, or None if somebody has it."""
        descriptor = os.open(self.path("lock"), os.O_RDWR | os.O_CREAT, 0o600)
        # Whoever only asks whether there is a daemon holds the lock for a moment.
        for _ in range(50 if how == fcntl.LOCK_EX else 1):
            try:
                fcntl.flock(descriptor, how | fcntl.LOCK_NB)
                return descriptor
            except BlockingIOError:
                time.sleep(0.002)
        os.close(descriptor)
        return None

    def served(self):
        """Tells whether there is a daemon."""
        lock = self.lock(fcntl.LOCK_SH)
        if lock is not None:
            os.close(lock)
        return lock is None

    def wake(self):
        """Makes the daemon look for notes, and tells whether there is one."""
        if not self.served():
            return False
        try:
            pipe = os.open(self.path("wake"), os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return True  # it begins at this moment, and will look by itself
        try:
            os.write(pipe, b"!")
        except BlockingIOError:
            pass  # it has been woken often enough
        finally:
            os.close(pipe)
        return True


def sync(folder):
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(path, data):
    """Makes a file that is either the old or the new, and stays so."""
    part = f"{path}.{os.getpid()}.{time.monotonic_ns()}"
    with open(part, "wb") as f:
        f.write(data)
        f.flush()
        os.fsync(f.fileno())
    os.replace(part, path)


def record(state, task, count=1, reason="", **more):
    """What is told of a run of tasks. There may be a node, and for a task that ended by itself exit_code or exit_signal."""
    return {"task": task, "count": count, "state": state, "reason": reason, "time": time.time(), **more}


class History:
    """The states of a job's tasks, read off its journal; refresh reads on from where it was."""

    def __init__(self, spool, token, job):
        self._path = spool.job(token, "journal")
        self._offset = 0
        count = job["count"]
        first = {**record("QUEUED", 0, reason=job["waits"]), "time": job["submitted"]}
        self.tasks = [first] * count
        self.refresh()

    def refresh(self):
        try:
            with open(self._path, "rb") as f:
                f.seek(self._offset)
                lines = f.read()
        except FileNotFoundError:
            return self
        whole = lines[:lines.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            try:
                told = json.loads(line)
            except ValueError:
                continue  # half a line, of a machine that went down
            for task in range(told["task"], told["task"] + told["count"]):
                self.tasks[task] = told
        return self

    def runs(self):
        """The states, neighbouring tasks that are alike as one."""
        alike = ("state", "reason", "exit_code", "exit_signal", "node")
        runs = []
        for task, told in enumerate(self.tasks):
            last = runs[-1] if runs else None
            if last and all(last.get(k) == told.get(k) for k in alike):
                last["count"] += 1
                last["time"] = max(last["time"], told["time"])
            else:
                runs.append({**told, "task": task, "count": 1})
        return runs
