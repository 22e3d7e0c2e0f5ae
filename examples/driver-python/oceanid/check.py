"""What no pool could carry is refused before a driver sees it: a driver may build paths and commands of a job that passed."""

import re

from . import fault, protocol

_TOKEN = re.compile(r"[A-Za-z0-9-]{1,64}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STATES = {number for name, number in vars(protocol.State).items() if name not in ("UNSPECIFIED", "PENDING")}
_CAUSES = set(vars(protocol.Cause).values())


def token(value):
    if not _TOKEN.fullmatch(value):
        raise fault.Invalid("the token is not 1 to 64 letters, digits and -", blame="host")


def identifier(value):
    """An author's slip is caught where it happens, so that it is read in the driver's own log."""
    size = len(value.encode("utf-8", "surrogatepass")) if isinstance(value, str) else 0
    if not 1 <= size <= protocol.MAX_ID:
        raise fault.Internal(f"the driver gave the job an identifier of {size} bytes; 1 to {protocol.MAX_ID} are allowed", blame="driver")
    return value


def status(s):
    """Raises fault.Internal for a status that no driver may tell."""
    if not s.token:
        raise fault.Internal(f"the driver told a status without a token (job {s.id!r})", blame="driver")
    if s.state not in _STATES:
        raise fault.Internal(f"the driver told state {s.state} for job {s.id!r}; a driver may say anything but that", blame="driver")
    if s.cause not in _CAUSES:
        raise fault.Internal(f"the driver told cause {s.cause} for job {s.id!r}; there is none of that number", blame="driver")
    if s.task < 0 or s.count < 0:
        raise fault.Internal(f"the driver told task {s.task}, count {s.count} for job {s.id!r}", blame="driver")
    return s


def job(j):
    """Raises fault.Invalid, naming the field, for a job that the host should have refused."""
    token(j.token)
    if not j.command:
        raise fault.Invalid("command: a job needs one")
    for field in ("name", "command", "stdin", "user"):
        _line(field, getattr(j, field))
    for text in [*j.args, *j.env.values(), *(a for row in j.array.args for a in row.args)]:
        if "\0" in text:
            raise fault.Invalid("args, env: a NUL cannot be carried; send such data as an input file")
    for name in j.env:
        if not _VARIABLE.fullmatch(name) or name.startswith("OCEANID_"):
            raise fault.Invalid(f"env: {name!r} is not a name that a job may set")
    names = [i.name for i in j.inputs]
    for name in [*names, *j.outputs]:
        path(name)
    taken = set(names)
    if len(taken) != len(names):
        raise fault.Invalid("inputs: a name is there twice")
    for name in names:
        parts = name.split("/")
        if any("/".join(parts[:i]) in taken for i in range(1, len(parts))):
            raise fault.Invalid(f"inputs: {name!r} cannot be in an input, which is no folder")
    for label in [*j.labels, *j.labels.values()]:
        _line("labels", label)
    if j.stdin and j.stdin not in names:
        raise fault.Invalid(f"stdin: {j.stdin!r} is not one of the inputs")
    if "/" in j.command and j.command[0] != "/" and j.command not in ["./" + name for name in names]:
        raise fault.Invalid(f"command: {j.command!r}: write an absolute path, a bare name, or ./NAME of an input")
    if j.HasField("array") and (j.array.count < 1 or len(j.array.args) not in (0, j.array.count)):
        raise fault.Invalid(f"array: {len(j.array.args)} rows of args for {j.array.count} tasks; at least one task, and no rows or one a task")
    indices = j.array.indices
    if len(indices) not in (0, j.array.count) or len(set(indices)) != len(indices) or min(indices, default=0) < 0:
        raise fault.Invalid(f"array: {len(indices)} indices for {j.array.count} tasks; none, or one a task, not negative and none twice")
    _resources(j.resources)
    if j.options:
        raise fault.Unsupported(f"options: this driver takes none, and so not {', '.join(sorted(j.options))}", blame="host")


def _resources(r):
    if not 0 <= r.cpus < 1 << 31:  # nor what is no number
        raise fault.Invalid(f"resources: a task cannot have {r.cpus} CPUs")
    if min(r.memory_bytes, r.disk_bytes, r.gpus, r.run_time.seconds, r.run_time.nanos) < 0:
        raise fault.Invalid("resources: memory, disk, GPUs and run time cannot be negative")


def path(name):
    """Raises fault.Invalid for what is not a relative path inside a task's directory."""
    _line("path", name)
    if not name or any(part in ("", ".", "..") for part in name.split("/")):
        raise fault.Invalid(f"{name!r} is not a relative path inside the task's directory")


def _line(field, value):
    if any(0xD800 <= ord(c) < 0xE000 or ord(c) < 32 or 127 <= ord(c) < 160 for c in value):
        raise fault.Invalid(f"{field}: {value!r} has control characters, or is not UTF-8")
