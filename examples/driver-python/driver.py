#!/usr/bin/python3
"""A driver of Oceanid in Python: a queue on this machine. See atlike/__init__.py."""

import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["daemon"]:
        from atlike import daemon

        sys.exit(daemon.main(sys.argv[2]))
    from atlike.driver import CONFIG, Driver
    from oceanid import Plugin, main

    main(Plugin("atlike", "0.1.0", "Runs jobs as processes on this machine, in a queue as that of at(1).", CONFIG, Driver))
