"""What a task left. The task may have put anything into its folder, links out of it above all: nothing outside is ever opened."""

import os
import stat

from oceanid import check, fault, files, scheduler

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def outputs(folder, task, paths):
    """Pairs of a File and its content: the outputs, and the regular files in those that are folders. Anything else among them is an error, raised after all the rest."""
    refused = []
    try:
        root = os.open(folder, _OPEN | os.O_DIRECTORY)
    except FileNotFoundError:
        return
    try:
        for path in paths:
            at, *parts = os.dup(root), *path.split("/")
            yield from _walk(at, parts, "", task, refused)
    finally:
        os.close(root)
    if refused:
        raise fault.Invalid(f"task {task}: not regular files, and not brought back: {', '.join(refused)}")


def _walk(folder, parts, before, task, refused):
    """What is at parts below an open folder, which is closed; no parts: all that is in it."""
    try:
        for name in parts[:1] or sorted(os.listdir(folder)):
            path = before + name
            try:
                check.path(path)
                found = os.open(name, _OPEN, dir_fd=folder)
            except FileNotFoundError:
                continue  # a task that leaves an output out has not failed by that
            except (OSError, ValueError, fault.Invalid):
                refused.append(repr(path))  # a link, a socket, or a name that is no text
                continue
            info = os.fstat(found)
            if stat.S_ISDIR(info.st_mode):
                yield from _walk(found, parts[1:], path + "/", task, refused)
            elif not stat.S_ISREG(info.st_mode):
                os.close(found)
                refused.append(repr(path))
            elif len(parts) > 1:
                os.close(found)  # a file where the job named a folder: the output is not there
            else:
                yield _file(found, info, path, task)
    finally:
        os.close(folder)


def _file(found, info, path, task):
    f = os.fdopen(found, "rb")
    file = scheduler.File(task=task, path=path, size=info.st_size, mode=stat.S_IMODE(info.st_mode) & 0o777)
    file.modified.seconds, file.modified.nanos = divmod(info.st_mtime_ns, 10**9)

    def content():
        with f:
            yield from files.read(f)

    return file, content()
