"""The job as the spool keeps it, once it is clear that this machine can run it."""

import datetime
import os

from oceanid import fault

from . import task

MOST_TASKS = 100_000  # of one job


def kept(job, slots):
    """The job as the spool keeps it. Invalid for one that this machine can never run."""
    array = job.HasField("array")
    k = {
        "command": job.command, "args": list(job.args), "env": dict(job.env), "stdin": job.stdin, "inputs": [[i.name, i.mode] for i in job.inputs],
        "outputs": list(job.outputs), "count": job.array.count if array else 1, "array_args": [list(row.args) for row in job.array.args],
        "indices": list(job.array.indices),
        "cpus": job.resources.cpus, "run_time": job.resources.run_time.seconds + job.resources.run_time.nanos / 1e9,
        "submitted": datetime.datetime.now().timestamp(), "not_before": 0, "waits": "",
    }
    if job.labels.get("not_before"):
        k["not_before"], k["waits"] = _time(job.labels["not_before"]), f"waits until {job.labels['not_before']}"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if task.slots(k) > slots:
        raise fault.Invalid(f"a task that asks for {job.resources.cpus:g} CPUs can never run: this queue has {slots} slots")
    if job.resources.gpus:
        raise fault.Invalid("a task asks for GPUs: this queue does not share any out")
    if job.resources.memory_bytes > memory:
        raise fault.Invalid(f"a task that asks for {job.resources.memory_bytes} bytes of memory can never run: this machine has {memory}")
    if k["count"] > MOST_TASKS:
        raise fault.Invalid(f"an array of {k['count']} tasks: this queue takes at most {MOST_TASKS}")
    _fits(k)
    return k


def _time(label):
    try:
        return datetime.datetime.fromisoformat(label.replace("Z", "+00:00")).timestamp()
    except ValueError:
        raise fault.Invalid(f"labels: not_before is {label!r}, not a time such as 2030-01-31T06:00:00Z") from None


def _fits(k):
    """What the kernel would refuse when a task is started is refused now."""
    one, room = 128 << 10, os.sysconf("SC_ARG_MAX") - (8 << 10)
    size = lambda texts: sum(_size(t, one) for t in texts)
    env = {**task.environment(), **k["env"]}
    common = size([k["command"], *k["args"], *(f"{k}={v}" for k, v in env.items())])
    longest = max(map(size, k["array_args"]), default=0)
    if common + longest > room:
        raise fault.Invalid(f"arguments and environment of {common + longest} bytes: this machine gives a program at most {room}")


def _size(text, limit):
    length = len(text.encode()) + 1
    if length > limit:
        raise fault.Invalid(f"an argument or variable of {length - 1} bytes: this machine gives a program at most {limit - 1} in one")
    return length + 8
