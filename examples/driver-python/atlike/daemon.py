"""The daemon runs the tasks of one spool and writes down what becomes of them. One at a time has the spool, by its lock; its tasks are its children, so how
they end is known, and they run on while there is no driver at all. It ends when there has been nothing to do for a while.

It may be killed. Before it starts a task it has on the disk that it will, so no task ever runs twice; the next daemon finds what still runs by the
variables in its environment. Only how such a task ends is known to nobody then: it is lost, and never called failed or succeeded."""

import fcntl
import json
import os
import select
import shutil
import signal
import socket
import sys
import time

from .spool import History, Spool, record, sync
from .task import Task, slots

NODE = socket.gethostname()
LINGER = 10  # seconds without work before it ends
LONG = 16 << 20  # bytes of events, then a new file is begun; the last two stay


def main(root):
    """The whole life of a daemon. It says on standard output that it has the spool, or nothing if another has it already."""
    spool = Spool(root)
    pipe = os.open(spool.path("wake"), os.O_RDWR | os.O_NONBLOCK)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    os.set_blocking(reader, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while (lock := spool.lock(fcntl.LOCK_EX)) is not None:
        daemon = Daemon(spool)
        os.write(1, b"ready\n")
        os.dup2(2, 1)
        daemon.run(pipe, reader)
        os.close(lock)
        # Whoever submitted while the lock was held relies on this daemon; whoever did after starts another.
        if not any(spool.is_open(name) for name in os.listdir(spool.path("open"))):
            return


class Job:
    def __init__(self, spool, token):
        self.token, self.spec = token, spool.read(token)
        self.state = History(spool, token, self.spec)
        self.running = {}
        self.next = self.spec["count"]  # the first task that waits: they are started in their order
        for i, told in enumerate(self.state.tasks):
            if told["state"] in ("QUEUED", "HELD"):
                self.next = min(self.next, i)
            elif told["state"] == "RUNNING":
                self.running[i] = Task(spool, token, self.spec, i)
                self.running[i].began = told["time"]

    def waiting(self):
        return self.spec["count"] - self.next

    def ended(self):
        return not self.waiting() and not self.running


class Daemon:
    def __init__(self, spool):
        self.spool, self.jobs = spool, {}
        self.events = None
        self._begin_events()
        self._sweep()

    def run(self, pipe, children):
        idle = time.monotonic()
        while self.jobs or time.monotonic() < idle + LINGER:
            try:
                self._take_in()
                self._look()
                self._start()
            except FileNotFoundError:
                if os.path.isdir(self.spool.path("open")):
                    raise
                self._abandon()
            if self.jobs:
                idle = time.monotonic()
            for ready in select.select([pipe, children], [], [], 1)[0]:
                os.read(ready, 1 << 16)
        os.remove(self.spool.path("dirty"))

    def _take_in(self):
        """Reads the notes: new jobs, and what is asked for of the known ones."""
        notes = set(os.listdir(self.spool.path("open")))
        new = []
        for token in notes - set(self.jobs):
            if "." not in token and self.spool.has(token):
                new.append(Job(self.spool, token))
        for job in sorted(new, key=lambda j: j.spec["submitted"]):
            self.jobs[job.token] = job
            for run in job.state.runs():
                self._tell(job, run)
        for token, job in list(self.jobs.items()):
            if token + ".cancel" in notes:
                self._cancel(job)
            held = token + ".hold" in notes
            if job.waiting() and held != (job.state.tasks[job.next]["state"] == "HELD"):
                told = ("HELD", "held on request") if held else ("QUEUED", job.spec["waits"])
                self._note(job, record(told[0], job.next, job.waiting(), told[1]))
            if job.ended():
                self._close(job)

    def _cancel(self, job):
        if job.waiting():
            at, job.next = job.next, job.spec["count"]
            self._note(job, record("CANCELLED", at, job.spec["count"] - at, "cancelled before it began"))
        for task in job.running.values():
            task.end("CANCELLED", "cancelled on request", self.spool.settings()["grace"])

    def _look(self):
        """Finds out which tasks have ended."""
        for job in list(self.jobs.values()):
            for index, task in list(job.running.items()):
                found = task.look()
                if found:
                    del job.running[index]
                    self._note(job, record(task=index, node=NODE, **found))
            if job.ended():
                self._close(job)

    def _start(self):
        """Starts what there is room for, in the order of submission. A wide task that finds no room is not overtaken."""
        free = self.spool.settings()["slots"] - sum(slots(j.spec) * len(j.running) for j in self.jobs.values())
        for job in list(self.jobs.values()):
            while job.waiting() and job.state.tasks[job.next]["state"] == "QUEUED" and job.spec["not_before"] <= time.time():
                if slots(job.spec) > free:
                    return
                task = Task(self.spool, job.token, job.spec, job.next)
                self._note(job, record("RUNNING", job.next, node=NODE))
                job.next += 1
                try:
                    task.start()
                except OSError as e:
                    self._note(job, record("FAILED", task.index, reason=f"it cannot be started: {e.strerror or e}"))
                    continue
                job.running[task.index] = task
                free -= slots(job.spec)
            if job.ended():
                self._close(job)

    def _note(self, job, told):
        """Writes down what is new: first in the job's journal, which is the truth, then for watchers."""
        path = self.spool.job(job.token, "journal")
        with open(path, "ab") as f:
            # The daemon before may have been killed in the middle of a line.
            f.write(b"\n" if f.tell() and not _ends_well(path) else b"")
            f.write(json.dumps(told).encode() + b"\n")
            f.flush()
            os.fsync(f.fileno())
        job.state.refresh()
        self._tell(job, told)

    def _tell(self, job, told):
        self.events.write(json.dumps({"token": job.token, **told}).encode() + b"\n")
        if self.events.tell() > LONG:
            self.events.close()
            self._begin_events(anew=True)

    def _begin_events(self, anew=False):
        """Opens the file of events. A daemon that was killed may have told less than it wrote down: those who watched it must ask about everything."""
        numbers = sorted(int(n) for n in os.listdir(self.spool.path("events")))
        killed = not self.events and os.path.exists(self.spool.path("dirty"))
        number = (numbers[-1] if numbers else 1) + (1 if killed or anew else 0)
        self.events = open(self.spool.path("events", str(number)), "ab", buffering=0)
        if killed:
            self.events.write(json.dumps({"reset": "the daemon of the queue was killed"}).encode() + b"\n")
        for old in numbers[:-2]:
            os.remove(self.spool.path("events", str(old)))
        open(self.spool.path("dirty"), "wb").close()

    def _close(self, job):
        """Forgets a job that has ended. The spool keeps it."""
        if self.jobs.pop(job.token, None):
            for suffix in (".cancel", ".hold", ""):
                try:
                    os.remove(self.spool.note(job.token, suffix))
                except FileNotFoundError:
                    pass
            sync(self.spool.path("open"))

    def _sweep(self):
        """Removes what was begun and never came to anything, and what ended long ago has left; not what is known of it: a token never makes a second job."""
        for folder in ("new", "uploads", "open"):
            for name in os.listdir(self.spool.path(folder)):
                path = self.spool.path(folder, name)
                if os.path.getmtime(path) < time.time() - 86400 and not self.spool.is_open(name.partition(".")[0]):
                    shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        oldest = time.time() - self.spool.settings()["keep"]
        for token in os.listdir(self.spool.path("jobs")):
            try:
                if os.path.getmtime(self.spool.job(token, "journal")) < oldest and not self.spool.is_open(token):
                    open(self.spool.job(token, "removed"), "wb").close()
                    for name in ("tasks", "inputs"):
                        shutil.rmtree(self.spool.job(token, name), ignore_errors=True)
            except FileNotFoundError:
                pass

    def _abandon(self):
        """Ends everything: the folder was taken away, and there is no place to write down what becomes of the tasks."""
        running = [task for job in self.jobs.values() for task in job.running.values()]
        for task in running:
            task.end("LOST", "", 0)
        for task in running:
            while task.look() is None:
                time.sleep(0.05)
        sys.exit(f"{self.spool.root} is gone")


def _ends_well(path):
    with open(path, "rb") as f:
        f.seek(-1, os.SEEK_END)
        return f.read(1) == b"\n"
