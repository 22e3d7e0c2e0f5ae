"""The end of the host is the end of the driver: at once, and with its children."""

import os
import shutil
import signal
import threading

from . import handshake


def hold():
    """Watches the descriptor that the host holds the other end of, for as long as this process lives."""
    line = handshake.descriptor("OCEANID_LIFELINE")
    if line is None:
        raise ValueError("OCEANID_LIFELINE names no descriptor")
    threading.Thread(target=_watch, args=(line,), name="lifeline", daemon=True).start()


def _watch(line):
    os.set_blocking(line, True)
    while os.read(line, 1):
        pass
    clear_away()
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def clear_away():
    """Removes what the host made for this process, in case that it cannot any more."""
    sockets = os.environ.get("PLUGIN_UNIX_SOCKET_DIR")
    if not sockets:
        return
    shutil.rmtree(sockets, ignore_errors=True)
    keys, launch = os.environ.get("OCEANID_TLS", ""), os.path.dirname(sockets)
    if os.path.dirname(keys) == launch:
        for remove, path in ((os.remove, keys), (os.rmdir, launch)):
            try:
                remove(path)
            except OSError:
                pass
