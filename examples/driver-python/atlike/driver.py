"""The driver: it writes what is wanted into the spool, and tells what became of it. It holds nothing between calls, so killing it loses nothing."""

import json
import os
import shutil
import subprocess
import threading
import time

from oceanid import DURATION, INT, Attribute, InvalidConfig, LogStream, check, fault, files, handshake, scheduler, text

from . import news, results, spool, task, wanted

CONFIG = [
    Attribute("slots", INT, "How many tasks run at once; a task takes as many as it asks for CPUs. Default: the machine's processors.", optional=True),
    Attribute("grace", DURATION, "What a task that is cancelled has between SIGTERM and SIGKILL.", default="5s"),
    Attribute("keep", DURATION, "How long the files of a job that has ended are kept.", default="168h"),
    Attribute("folder", doc="An absolute path on a local disk, for the queue's spool. Default: a folder of the host's.", optional=True),
]


class Driver:
    @staticmethod
    def validate(config):
        if config.slots is not None and config.slots < 1:
            raise InvalidConfig(("slots", "at least 1"))
        if config.folder and not os.path.isabs(config.folder):
            raise InvalidConfig(("folder", "must be an absolute path"))

    def __init__(self, config, env):
        self.slots = config.slots or os.cpu_count()
        self.spool = spool.Spool(config.folder or os.path.join(env.directory, "spool"))
        spool.write(self.spool.path("settings.json"), json.dumps({"slots": self.slots, "grace": config.grace, "keep": config.keep}).encode())
        self._starting = threading.Lock()
        self._serve(env, *os.listdir(self.spool.path("open")))

    # What makes a driver.

    def submit(self, call, job):
        uploads = self.spool.path("uploads", job.token)
        if not self.spool.has(job.token):
            try:
                self._place(job, wanted.kept(job, self.slots))
            except fault.Invalid:
                shutil.rmtree(uploads, ignore_errors=True)
                raise
        shutil.rmtree(uploads, ignore_errors=True)
        self._wake()
        return job.token

    def query(self, call, jobs):
        for ref in jobs:
            token = self._token(ref)
            if not token:
                self._there()
                told = [{**spool.record("LOST", 0, max(1, ref.count), "this queue does not know the job"), "time": 0}]
            else:
                self._serve(call, token)
                told = spool.History(self.spool, token, self.spool.read(token)).runs()
            for run in told:
                if not call.active():
                    return
                yield news.status(ref.id or ref.token, ref.token or ref.id, run)

    def cancel(self, call, jobs):
        self._ask(jobs, ".cancel")

    # What else this queue can.

    def hold(self, call, jobs):
        self._ask(jobs, ".hold")
        # A release may overtake this: then the note is gone, and nothing will be held.
        self._until(call, jobs, lambda told: told["state"] != "QUEUED", lambda token: os.path.exists(self.spool.note(token, ".hold")))

    def release(self, call, jobs):
        for ref in jobs:
            try:
                os.remove(self.spool.note(self._token(ref) or "-", ".hold"))
            except FileNotFoundError:
                pass
        self._wake()
        self._until(call, jobs, lambda told: told["state"] != "HELD")

    def watch(self, call, cursor):
        looked = time.monotonic()
        for event in news.News(self.spool).watch(call, cursor):
            yield event
            if event is None and time.monotonic() > looked + 2:
                looked = time.monotonic()
                self._serve(call, *os.listdir(self.spool.path("open")))

    def tail(self, call, ref, index, stream, offset, follow):
        token, job = self._find(ref, index)
        path = self.spool.task(token, index, "stdout" if stream == LogStream.STDOUT else "stderr")
        states = spool.History(self.spool, token, job)
        while True:
            # Whether it has ended must be known before its output is read: that is then known to be all.
            ended = not follow or states.refresh().tasks[index]["state"] in spool.ENDED
            try:
                with open(path, "rb") as f:
                    f.seek(offset)
                    for data in files.read(f):
                        offset += len(data)
                        yield data
            except FileNotFoundError:
                pass  # it has not begun
            if ended or not call.wait(news.LOOK):
                return
            self._serve(call, token)

    def upload(self, call, token, input, content):
        part, to = self.spool.temporary(), self.spool.path("uploads", token, input.name)
        try:
            with open(os.path.join(part, "input"), "wb") as f:
                for data in content:
                    f.write(data)
                f.flush()
                os.fsync(f.fileno())
            os.makedirs(os.path.dirname(to), mode=0o700, exist_ok=True)
            os.replace(os.path.join(part, "input"), to)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def download(self, call, ref, tasks, paths):
        for index in tasks:
            self._find(ref, index)
        token, job = self._find(ref, 0)
        for path in set(paths) - set(job["outputs"]):
            raise fault.NotFound(f"job {token} names no output {path!r}")
        outputs = [path for path in job["outputs"] if not paths or path in paths]
        refused = []
        for index in sorted(set(tasks)) or range(job["count"]):
            try:
                yield from results.outputs(self.spool.task(token, index, "work"), index, outputs)
            except fault.Invalid as e:
                refused.append(str(e))
        if refused:
            raise fault.Invalid("; ".join(refused))

    def probe(self, call):
        steps = (
            ("spool", lambda: spool.write(self.spool.path("new", "probe"), b"") or f"{self.spool.root} can be written to"),
            ("daemon", lambda: self._wake() or f"the queue is served, with {self.slots} slots"),
        )
        for name, step in steps:
            try:
                yield scheduler.Check(name=name, ok=True, text=step())
            except Exception as e:
                yield scheduler.Check(name=name, ok=False, text=text(str(e)))
                raise

    # How.

    def _place(self, job, kept):
        """Makes the job's folder out of sight and renames it to its token: of many that are tried for one token one succeeds."""
        new = self.spool.temporary()
        try:
            for input in job.inputs:
                source, to = self.spool.path("uploads", job.token, input.name), os.path.join(new, "inputs", input.name)
                if not os.path.isfile(source) or os.path.getsize(source) != input.size:
                    raise fault.Conflict(f"input {input.name!r} of {input.size} bytes was not uploaded for job {job.token}")
                os.makedirs(os.path.dirname(to), mode=0o700, exist_ok=True)
                os.link(source, to)
                spool.sync(os.path.dirname(to))
            spool.write(os.path.join(new, "job.json"), json.dumps(kept, indent=1).encode())
            spool.sync(new)
            # First the note that there is something to do, then the job: a note without a job does no harm.
            self.spool.leave(job.token)
            os.rename(new, self.spool.job(job.token))
            spool.sync(self.spool.path("jobs"))
        except OSError:
            if not self.spool.has(job.token):  # another call with the token may have been faster
                raise
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def _wake(self):
        """Makes the daemon look for notes, and starts one if there is none: in a session of its own, for it must outlive this process."""
        with self._starting:
            if self.spool.wake():
                return
            command, descriptors = handshake.myself()
            with open(self.spool.path("daemon.log"), "ab") as log:
                daemon = subprocess.Popen(
                    [*command, "daemon", self.spool.root], pass_fds=descriptors, start_new_session=True, cwd="/",
                    env=task.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                )
            with daemon.stdout:
                ready = daemon.stdout.readline()
            threading.Thread(target=daemon.wait, daemon=True).start()
            if not ready and not self.spool.wake():
                raise fault.Unavailable(f"nothing runs the queue's jobs: its daemon did not start; see {self.spool.path('daemon.log')}", blame="host")

    def _serve(self, call, *tokens):
        """Starts a daemon if there is none although one of these jobs has not ended: the last one was killed, or the machine was restarted."""
        if any(map(self.spool.is_open, tokens)) and not self.spool.served():
            try:
                self._wake()
            except (fault.Fault, OSError) as e:
                call.log.warning("jobs wait in the queue and nothing runs them", error=str(e))

    def _ask(self, jobs, suffix):
        """Leaves a note for each job that has not ended."""
        self._there()
        for token in filter(None, map(self._token, jobs)):
            if self.spool.is_open(token):
                self.spool.leave(token, suffix)
        self._wake()

    def _until(self, call, jobs, holds, wanted=lambda token: True):
        """Waits until the daemon has taken note: all tasks of the jobs are in a state of which that holds, or it is not wanted any more."""
        for token in filter(None, map(self._token, jobs)):
            states = spool.History(self.spool, token, self.spool.read(token))
            while self.spool.is_open(token) and wanted(token) and not all(map(holds, states.refresh().tasks)) and call.wait(0.02):
                pass

    def _there(self):
        """A spool that is gone, with a file system perhaps, does not know what it does not have."""
        if not os.path.isdir(self.spool.path("jobs")):
            raise fault.Unavailable(f"{self.spool.root} is not there")

    def _token(self, ref):
        """The token of a job that this spool has; else None."""
        token = ref.id or ref.token
        try:
            check.token(token)
        except fault.Invalid:
            return None
        return token if self.spool.has(token) else None

    def _find(self, ref, index):
        token = self._token(ref)
        if not token:
            self._there()
            raise fault.NotFound(f"job {ref.id or ref.token!r}: no such job here")
        job = self.spool.read(token)
        if not 0 <= index < job["count"]:
            raise fault.NotFound(f"job {token} has no task {index}, only 0 to {job['count'] - 1}")
        if os.path.exists(self.spool.job(token, "removed")):
            raise fault.NotFound(f"job {token} ended so long ago that its files were removed")
        return token, job
