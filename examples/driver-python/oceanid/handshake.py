"""What a host and a driver's process agree on before the first call: docs/protocol.md, "How a driver is started"."""

import os
import sys

COOKIE = ("OCEANID_PLUGIN", "oceanid.plugin.v1")


def started_by_host():
    """Tells whether a host started this process, to be served by it; else a person did."""
    return os.environ.get(COOKIE[0]) == COOKIE[1]


def socket_path():
    """Where the driver listens: in the folder that the host made for this process alone. Anywhere else the host refuses it."""
    return os.path.join(os.environ["PLUGIN_UNIX_SOCKET_DIR"], "driver")


def descriptor(variable):
    """The descriptor whose number the host put in a variable; None without it. The children of this process do not get it."""
    number = os.environ.get(variable, "")
    if not number.isdigit() or int(number) < 3:
        return None
    os.set_inheritable(int(number), False)
    return int(number)


def hello():
    """Tells the host where to connect. From then on what anything in this process prints goes to the host's log."""
    line = f"1|1|unix|{socket_path()}|grpc|\n"
    sys.stdout.flush()
    os.write(1, line.encode())
    os.dup2(2, 1)


def call_me(name):
    """Gives this process a name for ps and top: it was executed by its descriptor, and would be called after the number of that."""
    try:
        with open("/proc/self/comm", "w") as f:
            f.write(name[:15])
    except OSError:
        pass


def myself():
    """How to run this program again: its arguments' beginning, and the descriptors that the new process must inherit (subprocess' pass_fds).

    A host executes a driver by an open descriptor, so that it is the very file whose checksum it compared; whoever replaces the file meanwhile
    changes nothing in what runs here."""
    number = descriptor("OCEANID_EXECUTABLE")
    if number is None:
        return [sys.executable, os.path.abspath(sys.argv[0])], ()
    return [sys.executable, f"/proc/self/fd/{number}"], (number,)
