"""The stream of events, with a heartbeat first and whenever it has been silent, so that the author of a driver need not think of them."""

import time

from . import check, protocol

HEARTBEAT = 15  # seconds; a host gives a stream up after three of them


def stream(cursor, events):
    """The messages of Watch, from an iterator of Event and Reset messages, and of None for every moment in which there is nothing new."""
    make, beat = protocol.scheduler.WatchResponse, protocol.scheduler.Heartbeat
    yield make(heartbeat=beat(cursor=cursor))
    last = time.monotonic()
    for event in events:
        if event is None and time.monotonic() - last < HEARTBEAT:
            continue
        if event is None:
            yield make(heartbeat=beat(cursor=cursor))
        else:
            cursor = event.cursor
            if isinstance(event, protocol.scheduler.Event):
                check.status(event.status)
                yield make(event=event)
            else:
                yield make(reset=event)
        last = time.monotonic()
