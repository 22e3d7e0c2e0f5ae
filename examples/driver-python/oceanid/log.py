"""The driver's log: one JSON object a line on standard error, with the keys that the host reads. What is below the level is not written at all."""

import datetime
import json
import logging
import sys

TRACE = 5
LEVELS = {"trace": TRACE, "debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR, "off": logging.CRITICAL + 1}


class Log(logging.LoggerAdapter):
    """A logger whose keywords become fields of the line: log.info("task started", task=7). What it was made with stands in every line."""

    def process(self, message, kwargs):
        known = {k: kwargs.pop(k) for k in ("exc_info", "stack_info", "stacklevel") if k in kwargs}
        return message, {**known, "extra": {"fields": {**self.extra, **kwargs}}}

    def having(self, **fields):
        """The same log with more in every line."""
        return Log(self.logger, {**self.extra, **fields})


def start(level):
    """Makes all logging of this process, that of libraries too, lines that the host reads. A level that is none of LEVELS is info."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.raiseExceptions = False  # nobody is helped by a log that fails loudly because the host is gone
    logging.basicConfig(handlers=[handler], level=LEVELS.get(level, logging.INFO), force=True)
    return Log(logging.getLogger("oceanid"), {})


def set_level(level):
    """Changes the level at once. KeyError: there is no such level."""
    logging.getLogger().setLevel(LEVELS[level])


class _Lines(logging.Formatter):
    def format(self, record):
        line = {
            "@level": next(name for name, at in reversed(LEVELS.items()) if record.levelno >= at or name == "trace"),
            "@message": record.getMessage(),
            "@timestamp": datetime.datetime.now().astimezone().isoformat(timespec="microseconds"),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["stack"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
