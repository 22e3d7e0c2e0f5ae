"""A driver of Oceanid in Python: copy this folder beside your program.

    from oceanid import Attribute, Plugin, main, scheduler, State

    class Driver:
        def __init__(self, config, env): …
        def submit(self, call, job): …           # returns the pool's identifier; idempotent by job.token
        def query(self, call, jobs): …           # yields scheduler.Status messages of all the jobs
        def cancel(self, call, jobs): …

    main(Plugin("demo", "1.0.0", "A scheduler that is never there.", [Attribute("host")], Driver))

A method more is a capability more: watch, hold and release, tail, upload, download, probe, submit_workflow, with the arguments that verbs.py hands
them. Jobs, statuses and all else are the protocol's own messages. Methods are called by many threads at once; what they raise is told to the host,
with its kind if it is one of module fault. docs/driver-authors.md teaches all this, docs/protocol.md what is below it.
"""

from . import check, fault, files, handshake, verbs
from .protocol import LogStream, State, scheduler, text
from .schema import BOOL, DURATION, FLOAT, INT, STRING, Attribute, InvalidConfig, Secret, decode
from .serve import Env, main

__all__ = [
    "BOOL", "DURATION", "FLOAT", "INT", "STRING", "Attribute", "Env", "InvalidConfig", "LogStream", "Plugin", "Secret", "State",
    "check", "decode", "fault", "files", "handshake", "main", "scheduler", "text",
]


class Plugin:
    """A driver as a whole: the type that operators write, the driver's version, a sentence for lists, the attributes of its configuration, and a class.

    The class is made once for each named scheduler, with its configuration and an Env; it should be quick: connect on first use, not there. It may have a
    method validate(config), static, which raises InvalidConfig and connects to nothing, and a method close()."""

    def __init__(self, name, version, summary, config, driver):
        lacking = verbs.lacking(driver)
        if lacking:
            raise TypeError(f"{driver.__name__} has no method {' and no method '.join(lacking)}, which the host would call")
        self.name, self.version, self.summary, self.config, self.driver = name, version, summary, config, driver

    def read(self, data):
        """The configuration out of its JSON; InvalidConfig tells the operator what is wrong with it."""
        config = decode(self.config, data)
        getattr(self.driver, "validate", lambda _: None)(config)
        return config
