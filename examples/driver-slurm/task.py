#!/usr/bin/env python3
"""Runs one task of an Oceanid job under Slurm: sbatch ... task.py FOLDER

Everything about the job stands in FOLDER/job.json; nothing of it is ever given to a shell. How the task ended becomes the name of
an empty file in FOLDER/record, which appears at once and whole, also on NFS:

    end:TASK:WORD:NUMBER:MILLISECONDS:NODE

WORD is exit (NUMBER: its code), signal (its number), limit (its run time was over, in seconds), unstarted (the errno of its
command), broken (this script could not prepare it), or stopped: Slurm asked it to end (scancel, a time limit, preemption), and Slurm
knows why.
"""

import ctypes
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
import traceback

GRACE = 10  # seconds between SIGTERM and SIGKILL when the task's own time is over
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h

folder = sys.argv[1]
task = int(os.environ.get("SLURM_ARRAY_TASK_ID", "0"))
number = os.environ.get("SLURM_ARRAY_JOB_ID", os.environ["SLURM_JOB_ID"])
place = os.path.join(folder, "tasks", str(task))
done = os.path.join(place, "done")


def claimed():
    """Whether this Slurm job is the one of the token. A link is made by one only, and carries its value from the first moment."""
    link = os.path.join(folder, "record", "id")
    try:
        os.symlink(number, link)
    except FileExistsError:
        pass
    return os.readlink(link) == number


def tell(word, value):
    node = socket.gethostname().split(".")[0]
    name = f"end:{task}:{word}:{value}:{int(time.time() * 1000)}:{node}"
    if word != "stopped":
        with open(done + ".new", "w", encoding="ascii") as f:
            f.write(f"{word} {value}\n")
        os.rename(done + ".new", done)
    open(os.path.join(folder, "record", name), "x").close()


def leave(word, value):
    """Ends as the task has ended, so that Slurm's own books say the same."""
    if word == "signal":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if value not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(value, signal.SIG_DFL)
        os.kill(os.getpid(), value)
    sys.exit(value if word == "exit" else 1)


def prepare(job):
    """Makes the working directory anew: Slurm may run a task again that was interrupted."""
    work = os.path.join(place, "work")
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    for item in job.get("inputs") or []:
        target = os.path.join(work, item["name"])
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(os.path.join(folder, "inputs", item["name"]), target)
        os.chmod(target, item.get("mode") or 0o644)
    return work


def command(job):
    args = [job["command"], *(job.get("args") or [])]
    rows = (job.get("array") or {}).get("args") or []
    if rows:
        args += rows[task] or []
    return [a.encode() for a in args]


def environment(job):
    env = dict(os.environb)
    env.update({k.encode(): v.encode() for k, v in (job.get("env") or {}).items()})
    array = job.get("array") or {}
    count = array.get("count") or 1
    index = array["indices"][task] if array.get("indices") else task
    env.update({b"OCEANID_TASK_INDEX": b"%d" % index, b"OCEANID_TASK_COUNT": b"%d" % count, b"OCEANID_JOB_TOKEN": job["token"].encode()})
    return env


class Task:
    """The task's processes: a process group of their own, and what has left that."""

    def __init__(self):
        # Orphans become this script's children: it, and Slurm where it has no cgroups, can find them.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.child = None
        self.stopped = False
        signal.signal(signal.SIGTERM, self.stop)

    def stop(self, signum, frame):
        self.stopped = True
        self.signal(signal.SIGTERM)

    def signal(self, signum):
        try:
            if self.child:
                os.killpg(self.child.pid, signum)
        except ProcessLookupError:
            pass

    def sweep(self):
        """Ends what the task has left behind."""
        self.signal(signal.SIGKILL)
        while True:
            try:
                with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as f:
                    left = [int(pid) for pid in f.read().split()]
            except OSError:
                return  # a kernel without that file: Slurm ends them
            if not left:
                return
            for pid in left:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)

    def run(self, job):
        work = prepare(job)
        stdin = os.path.join(folder, "inputs", job["stdin"]) if job.get("stdin") else os.devnull
        argv, env = command(job), environment(job)
        with open(stdin, "rb") as i, open(os.path.join(place, "out"), "wb") as o, open(os.path.join(place, "err"), "wb") as e:
            try:
                self.child = subprocess.Popen(argv, cwd=work, env=env, stdin=i, stdout=o, stderr=e, start_new_session=True)
            except OSError as problem:
                return "unstarted", problem.errno
        if self.stopped:  # before there was anything to signal
            self.signal(signal.SIGTERM)
        word, value = self.wait((job.get("resources") or {}).get("run_time", 0) / 1e9)
        self.sweep()
        if word == "signal" and not self.stopped:
            time.sleep(0.5)  # Slurm signals the command and this script in no certain order
        return ("stopped", 0) if self.stopped else (word, value)

    def wait(self, limit):
        try:
            code = self.child.wait(limit or None)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGTERM)
            try:
                self.child.wait(GRACE)
            except subprocess.TimeoutExpired:
                self.signal(signal.SIGKILL)
                self.child.wait()
            return "limit", int(limit)
        return ("signal", -code) if code < 0 else ("exit", code)


def main():
    if not claimed():
        # A second submission of the same token came through. It must not run.
        subprocess.call(["scancel", number])
        return
    if os.path.exists(done):
        # Slurm runs it again although it has ended: slurmctld had not written that down before it died.
        with open(done, encoding="ascii") as f:
            word, value = f.read().split()
        tell(word, int(value))
        leave(word, int(value))
    os.makedirs(place, exist_ok=True)
    processes = Task()
    try:
        with open(os.path.join(folder, "job.json"), encoding="utf-8") as f:
            job = json.load(f)
        word, value = processes.run(job)
    except Exception:
        traceback.print_exc()  # into slurm.log
        word, value = "broken", 0
    tell(word, value)
    leave(word, value)


main()
