"""Calls, the instances that they are for, and the gate that they pass: who is inside is known, so that a driver can be drained."""

import contextlib
import threading
import time

from . import fault


class Call:
    """One call from the host, handed to every verb of a driver as its first argument."""

    def __init__(self, context, log):
        self.log = log
        self.moved = False
        self._over = threading.Event()
        if not context.add_callback(self._over.set):
            self._over.set()

    def active(self):
        """Tells whether anybody still waits for an answer: a verb that goes on for long asks now and then, and returns when nobody does."""
        return not self._over.is_set()

    def wait(self, seconds):
        """Sleeps, but no longer than anybody waits for an answer. It tells what active does."""
        return not self._over.wait(seconds)

    def move(self):
        """Ends a stream whose host shall come back to another process, or to another revision."""
        self.moved = True
        self._over.set()


def _draining():
    return fault.Unavailable("the driver is draining", blame="host", retry_after=0)


class Gate:
    """Counts who is inside, and lets nobody in any more once it is shut: who comes then gets the fault that refusal makes."""

    def __init__(self, refusal=_draining):
        self._refusal = refusal
        self._changed = threading.Condition()
        self._inside, self._shut = 0, False

    @contextlib.contextmanager
    def inside(self):
        with self._changed:
            if self._shut:
                raise self._refusal()
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def shut(self):
        with self._changed:
            self._shut = True

    def wait(self, seconds):
        """Waits until nobody is inside, and tells how many still are."""
        with self._changed:
            self._changed.wait_for(lambda: self._inside == 0, seconds)
            return self._inside


class Instance:
    """One revision of one scheduler. It is closed when it has been replaced and the last call on it has ended."""

    def __init__(self, revision, driver, log):
        self.revision, self.driver, self.log = revision, driver, log
        # Who found it while it was being replaced comes too late, as who did not find it.
        self.calls = Gate(lambda: fault.Unconfigured(f'revision "{revision}" of the instance is not configured any more'))
        self.streams, self.ending = set(), False

    def retire(self):
        """Lets no call in any more, and ends those that would go on for ever."""
        self.calls.shut()
        self.end_streams()

    def end_streams(self):
        """Ends the calls that would go on for ever, those too that are on their way in."""
        self.ending = True
        for call in list(self.streams):
            call.move()

    def close(self):
        self.retire()
        while self.calls.wait(60):
            pass
        try:
            getattr(self.driver, "close", lambda: None)()
        except Exception:
            self.log.exception("closing the driver's instance")


class Instances:
    """The configured schedulers of this process, one revision of each."""

    def __init__(self):
        self._lock = threading.Lock()
        self._known = {}
        self._turns = {}  # one configuration of an instance at a time: its lock, and how many hold it or wait for it

    @contextlib.contextmanager
    def use(self, ref, call, endless=False):
        """The driver of the instance that a request names, for as long as the call lasts."""
        with self._lock:
            instance = self._known.get(ref.id)
        if instance is None or instance.revision != ref.revision:
            raise fault.Unconfigured(f'instance "{ref.id}" at revision "{ref.revision}" is not configured')
        with instance.calls.inside():
            call.log = instance.log.having(**call.log.extra)
            if endless:
                instance.streams.add(call)
                if instance.ending:
                    call.move()
            try:
                yield instance.driver
            finally:
                instance.streams.discard(call)
            if call.moved:
                raise fault.Unavailable("the stream moves to another process", blame="host", retry_after=0)

    @contextlib.contextmanager
    def _turn(self, id):
        """The turn of configuring an instance, of which nothing is kept when nobody has it or waits for it."""
        with self._lock:
            turn = self._turns.setdefault(id, [threading.Lock(), 0])
            turn[1] += 1
        try:
            with turn[0]:
                yield
        finally:
            with self._lock:
                turn[1] -= 1
                if not turn[1]:
                    del self._turns[id]

    def configure(self, ref, make):
        """Makes the instance known at that revision, unless it is already, in place of any other."""
        if not ref.id or not ref.revision:
            raise fault.Invalid("an instance needs an id and a revision", blame="host")
        with self._turn(ref.id):
            with self._lock:
                old = self._known.get(ref.id)
            if old is not None and old.revision == ref.revision:
                return
            new = make()
            with self._lock:
                self._known[ref.id] = new
        if old is not None:
            # The last call on it may take long, and nobody's configuration may wait for that.
            threading.Thread(target=old.close, name="close " + ref.id, daemon=True).start()

    def forget(self, id):
        with self._lock:
            instance = self._known.pop(id, None)
        if instance is not None:
            instance.close()

    def end_streams(self):
        with self._lock:
            for instance in self._known.values():
                instance.end_streams()

    def close(self, seconds):
        """Closes all of them. Those that have not closed in that many seconds, where it is not None, are left to themselves."""
        end = time.monotonic() + (seconds or 1e9)
        with self._lock:
            known, self._known = self._known, {}
        closing = [threading.Thread(target=i.close, daemon=True) for i in known.values()]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join(max(0, min(end - time.monotonic(), threading.TIMEOUT_MAX)))
