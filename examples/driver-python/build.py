#!/usr/bin/env python3
"""Packs the driver into one executable file: python3 build.py [-o oceanid-atlike] [--python /usr/bin/python3].

The file is a zip archive behind a #! line, which Python runs as it is (PEP 441). The same sources always make the same bytes, so that operators can pin
its checksum. --python names the interpreter that has grpcio and protobuf: Debian's own, or that of a virtual environment."""

import argparse
import os
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))


def content():
    """Names in the archive, and the files that they are made of."""
    yield "__main__.py", os.path.join(HERE, "driver.py")
    for package in ("atlike", "oceanid"):
        for name in sorted(os.listdir(os.path.join(HERE, package))):
            if name.endswith((".py", ".binpb")):
                yield f"{package}/{name}", os.path.join(HERE, package, name)


def build(to, python):
    part = to + ".part"
    with open(part, "wb") as out:
        out.write(f"#!{python}\n".encode())
        with zipfile.ZipFile(out, "w") as archive:
            for name, source in content():
                with open(source, "rb") as f:
                    archive.writestr(zipfile.ZipInfo(name), f.read(), zipfile.ZIP_DEFLATED)
    os.chmod(part, 0o755)
    os.replace(part, to)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("-o", dest="to", default="oceanid-atlike")
    options.add_argument("--python", default="/usr/bin/python3")
    given = options.parse_args()
    build(given.to, given.python)
