"""The messages and services of the protocol, made at run time from protocol.binpb beside this file.

There is no generated code here, so nothing ties a driver to one version of protobuf: protocol.binpb is a FileDescriptorSet of the published protos, and
protobuf 3.21 and every later one makes classes of it. `plugin.Instance` and `scheduler.Status` are such classes; `State.RUNNING` is a number.
"""

import pkgutil
import re
from types import SimpleNamespace

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory, text_format

# What gRPC carries beside a status that is not OK: google/rpc/status.proto and error_details.proto, as far as the protocol uses them.
_RPC = """
name: "google/rpc/oceanid.proto" package: "google.rpc" syntax: "proto3"
dependency: "google/protobuf/any.proto" dependency: "google/protobuf/duration.proto"
message_type { name: "Status"
  field { name: "code" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
  field { name: "message" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "details" number: 3 type: TYPE_MESSAGE label: LABEL_REPEATED type_name: ".google.protobuf.Any" } }
message_type { name: "ErrorInfo"
  field { name: "reason" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "domain" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "metadata" number: 3 type: TYPE_MESSAGE label: LABEL_REPEATED type_name: ".google.rpc.ErrorInfo.MetadataEntry" }
  nested_type { name: "MetadataEntry" options { map_entry: true }
    field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "value" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL } } }
message_type { name: "RetryInfo"
  field { name: "retry_delay" number: 1 type: TYPE_MESSAGE label: LABEL_OPTIONAL type_name: ".google.protobuf.Duration" } }
"""


def _load():
    files = descriptor_pb2.FileDescriptorSet.FromString(pkgutil.get_data(__package__, "protocol.binpb"))
    known = {f.name for f in files.file}
    if any_pb2.DESCRIPTOR.name not in known:
        files.file.add().ParseFromString(any_pb2.DESCRIPTOR.serialized_pb)
    text_format.Parse(_RPC, files.file.add())
    # A pool of our own: other libraries in this process may bring protos of the same names.
    pool = descriptor_pool.DescriptorPool()
    for f in files.file:
        pool.Add(f) if hasattr(pool, "Add") else pool.AddSerializedFile(f.SerializeToString())
    return files, pool


_files, _pool = _load()


def message(name):
    """The class of a message, by its full name."""
    descriptor = _pool.FindMessageTypeByName(name)
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(_pool).GetPrototype(descriptor)  # protobuf before 4.22


def enum(name):
    """The numbers of an enum by its values' names, without the prefix that they share: State.RUNNING."""
    descriptor = _pool.FindEnumTypeByName(name)
    prefix = re.sub(r"(?<!^)(?=[A-Z])", "_", descriptor.name).upper() + "_"
    return SimpleNamespace(**{v.name[len(prefix):]: v.number for v in descriptor.values})


def _package(name):
    return SimpleNamespace(**{m.name: message(f"{name}.{m.name}") for f in _files.file if f.package == name for m in f.message_type})


def methods(service):
    """The verbs of a service, by its full name, as descriptors with name, input_type, output_type, client_streaming and server_streaming."""
    package, _, short = service.rpartition(".")
    return [m for f in _files.file if f.package == package for s in f.service if s.name == short for m in s.method]


plugin = _package("oceanid.plugin.v1")
scheduler = _package("oceanid.scheduler.v1")
rpc = _package("google.rpc")
State = enum("oceanid.scheduler.v1.State")
Cause = enum("oceanid.scheduler.v1.Cause")
LogStream = enum("oceanid.scheduler.v1.LogStream")

# What both sides keep to: docs/protocol.md, "Limits".
MAX_MESSAGE = 16 << 20
CHUNK = 256 << 10
PAGE = 500
MAX_ID = 512
MAX_TEXT = 8 << 10


def text(value):
    """A text that the wire takes: valid UTF-8, at most MAX_TEXT bytes. A pool's own words need not be either."""
    data = value.encode("utf-8", "replace")
    if len(data) > MAX_TEXT:
        data = data[: MAX_TEXT - 4] + " …".encode()
    return data.decode("utf-8", "ignore")
