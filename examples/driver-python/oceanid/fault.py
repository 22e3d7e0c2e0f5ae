"""Errors that keep their meaning on the way to the host: `raise fault.NotFound("job 7: no such job")`."""

import collections

import grpc

from . import protocol

DOMAIN = "oceanid"  # marks an error that a driver meant, as against one that the transport made up


class Fault(Exception):
    """An error of a kind. blame says who has to act for it to go away: user, scheduler, driver or host; retry_after, in seconds, when to come back."""

    reason, code, blame = "INTERNAL", grpc.StatusCode.INTERNAL, "driver"

    def __init__(self, text, blame=None, retry_after=None):
        super().__init__(text)
        self.blame = blame or self.blame
        self.retry_after = retry_after


def _kind(name, reason, code, blame, doc):
    return type(name, (Fault,), {"reason": reason, "code": code, "blame": blame, "__doc__": doc, "__module__": __name__})


_code = grpc.StatusCode
NotFound = _kind("NotFound", "NOT_FOUND", _code.NOT_FOUND, "user", "The named thing does not exist.")
Exists = _kind("Exists", "EXISTS", _code.ALREADY_EXISTS, "user", "The name is in use.")
Invalid = _kind("Invalid", "INVALID", _code.INVALID_ARGUMENT, "user", "What was given cannot be right; trying again is useless.")
Denied = _kind("Denied", "DENIED", _code.PERMISSION_DENIED, "user", "Who asks may not.")
Conflict = _kind("Conflict", "CONFLICT", _code.ABORTED, "user", "Somebody else changed it first, or its state forbids it.")
Exhausted = _kind("Exhausted", "EXHAUSTED", _code.RESOURCE_EXHAUSTED, "scheduler", "A limit or quota is reached.")
Unavailable = _kind("Unavailable", "UNAVAILABLE", _code.UNAVAILABLE, "scheduler", "The pool does not answer now; trying again may help.")
Unsupported = _kind("Unsupported", "UNSUPPORTED", _code.UNIMPLEMENTED, "user", "This driver or pool cannot do that.")
Timeout = _kind("Timeout", "TIMEOUT", _code.DEADLINE_EXCEEDED, "scheduler", "The time given ran out.")
Cancelled = _kind("Cancelled", "CANCELLED", _code.CANCELLED, "", "The caller went away.")
Unconfigured = _kind("Unconfigured", "INSTANCE_UNKNOWN", _code.FAILED_PRECONDITION, "host", "The instance is not known at that revision.")
Internal = _kind("Internal", "INTERNAL", _code.INTERNAL, "driver", "A defect.")


def of(error):
    """The fault that an exception is: itself, what an error of the system means, or Internal."""
    if isinstance(error, Fault):
        return error
    for system, kind in (
        (FileNotFoundError, NotFound),
        (FileExistsError, Exists),
        (PermissionError, Denied),
        (TimeoutError, Timeout),
        (NotImplementedError, Unsupported),
    ):
        if isinstance(error, system):
            return kind(str(error))
    return Internal(f"{type(error).__name__}: {error}")


class _Status(collections.namedtuple("_Status", "code details trailing_metadata"), grpc.Status):
    pass


def status(error):
    """The gRPC status that tells a fault: for ServicerContext.abort_with_status."""
    f = of(error)
    words = protocol.text(str(f))
    whole = protocol.rpc.Status(code=f.code.value[0], message=words)
    info = protocol.rpc.ErrorInfo(domain=DOMAIN, reason=f.reason, metadata={"blame": f.blame})
    details = [("google.rpc.ErrorInfo", info)]
    if f.retry_after is not None:
        retry = protocol.rpc.RetryInfo()
        retry.retry_delay.seconds, retry.retry_delay.nanos = int(f.retry_after), int(f.retry_after % 1 * 1e9)
        details.append(("google.rpc.RetryInfo", retry))
    for name, detail in details:
        whole.details.add(type_url="type.googleapis.com/" + name, value=detail.SerializeToString())
    return _Status(f.code, words, (("grpc-status-details-bin", whole.SerializeToString()),))
