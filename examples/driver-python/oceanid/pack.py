#!/usr/bin/env python3
"""Packs a driver into one executable file: python3 oceanid/pack.py PROGRAM.py [-o oceanid-NAME] [--python /usr/bin/python3].

The file is a zip archive behind a #! line, which Python runs as it is (PEP 441): PROGRAM.py, and all packages beside it. The same sources always make the same
bytes, so that operators can pin its checksum. --python names the interpreter that has grpcio and protobuf: Debian's own, or that of a virtual environment."""

import argparse
import os
import zipfile


def content(program):
    """Names in the archive, and the files that they are made of."""
    yield "__main__.py", program
    beside = os.path.dirname(os.path.abspath(program))
    for package in sorted(os.listdir(beside)):
        if os.path.exists(os.path.join(beside, package, "__init__.py")):
            for folder, folders, files in os.walk(os.path.join(beside, package)):
                folders.sort()
                for name in sorted(files):
                    if not name.endswith(".pyc"):
                        yield os.path.relpath(os.path.join(folder, name), beside), os.path.join(folder, name)


def pack(program, to, python):
    part = to + ".part"
    with open(part, "wb") as out:
        out.write(f"#!{python}\n".encode())
        with zipfile.ZipFile(out, "w") as archive:
            for name, source in content(program):
                with open(source, "rb") as f:
                    archive.writestr(zipfile.ZipInfo(name), f.read(), zipfile.ZIP_DEFLATED)
    os.chmod(part, 0o755)
    # Whoever runs the old file goes on with it.
    os.replace(part, to)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("program")
    options.add_argument("-o", dest="to")
    options.add_argument("--python", default="/usr/bin/python3")
    given = options.parse_args()
    name = os.path.splitext(os.path.basename(given.program))[0]
    pack(given.program, given.to or "oceanid-" + name, given.python)
