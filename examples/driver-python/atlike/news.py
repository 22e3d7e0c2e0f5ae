"""The news of the spool as the protocol tells them: statuses, and the stream of events with its cursors.

A cursor is the number of a file of events and an offset in it, "3:1024". It is good for as long as the daemon keeps the file."""

import json
import os

from oceanid import State, scheduler, text

LOOK = 0.1  # seconds between two looks at a file that may grow


class News:
    def __init__(self, spool):
        self._spool = spool

    def watch(self, call, cursor):
        number, offset = self._place_of(cursor)
        if number is None:
            number, offset = self._last()
            yield scheduler.Reset(cursor=f"{number}:{offset}", reason="the queue does not keep what happened since then")
        while call.active():
            follows = os.path.exists(self._spool.path("events", str(number + 1)))
            lines = self._lines(number, offset)
            for line in lines:
                offset += len(line)
                told = json.loads(line)
                if "reset" in told:
                    yield scheduler.Reset(cursor=f"{number}:{offset}", reason=told["reset"])
                else:
                    yield scheduler.Event(status=status(told["token"], told["token"], told), cursor=f"{number}:{offset}")
            if not lines and follows:
                number, offset = number + 1, 0
            elif not lines:
                yield None
                call.wait(LOOK)

    def _place_of(self, cursor):
        """File and offset of a cursor; None for one that cannot be followed."""
        if not cursor:
            return min(self._numbers()), 0
        number, _, offset = cursor.partition(":")
        try:
            if 0 <= int(offset) <= os.path.getsize(self._spool.path("events", str(int(number)))):
                return int(number), int(offset)
        except (ValueError, OSError):
            pass
        return None, None

    def _numbers(self):
        return [int(n) for n in os.listdir(self._spool.path("events"))] or [1]

    def _last(self):
        number = max(self._numbers())
        path = self._spool.path("events", str(number))
        return number, os.path.getsize(path) if os.path.exists(path) else 0

    def _lines(self, number, offset):
        """The whole lines of a file of events from an offset on."""
        try:
            with open(self._spool.path("events", str(number)), "rb") as f:
                f.seek(offset)
                data = f.read(1 << 20)
        except FileNotFoundError:
            return []
        return data[:data.rfind(b"\n") + 1].splitlines(keepends=True)


def status(id, token, run):
    status = scheduler.Status(
        id=id, token=token, task=run["task"], count=run["count"], state=getattr(State, run["state"]), reason=text(run["reason"]), node=run.get("node", ""),
    )
    if "exit_code" in run or "exit_signal" in run:
        status.exit.code, status.exit.signal = run.get("exit_code", 0), run.get("exit_signal", 0)
    status.time.seconds, status.time.nanos = int(run["time"]), int(run["time"] % 1 * 1e9)
    return status
