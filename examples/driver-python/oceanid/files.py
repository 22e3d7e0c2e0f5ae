"""Files on the wire: chunks of 256 KiB, with size and SHA-256 checked at the end."""

import hashlib

from . import check, fault, protocol


def incoming(messages):
    """The header of an upload, and its content as an iterator of bytes. The iterator ends well only when size and digest are what the header said: on any
    exception out of it the content must not be used."""
    header = next(messages).header
    check.token(header.token)
    check.path(header.input.name)

    def content():
        size, digest = 0, hashlib.sha256()
        for message in messages:
            size += len(message.chunk)
            digest.update(message.chunk)
            if size > header.input.size:
                break
            yield message.chunk
        if size != header.input.size or digest.hexdigest() != header.input.sha256:
            raise fault.Invalid(f"input {header.input.name!r} arrived with {size} bytes and digest {digest.hexdigest()}", blame="host")

    return header, content()


def outgoing(files):
    """The messages of a download, from pairs of a File and its content, an iterator of bytes."""
    make, trailer = protocol.scheduler.DownloadResponse, protocol.scheduler.FileTrailer
    for file, content in files:
        check.path(file.path)
        yield make(header=file)
        digest = hashlib.sha256()
        for data in content:
            digest.update(data)
            for at in range(0, len(data), protocol.CHUNK):
                yield make(chunk=data[at:at + protocol.CHUNK])
        yield make(trailer=trailer(sha256=digest.hexdigest()))


def read(file, size=protocol.CHUNK):
    """The rest of an open binary file, in pieces."""
    while data := file.read(size):
        yield data
