"""The life of a driver's process: from the handshake until its host ends it."""

import concurrent.futures
import contextlib
import os
import signal
import sys
import threading

import grpc

from . import calls, fault, handshake, lifeline, log, protocol, tls, verbs

_THREADS = 2048  # each call under way has one, each stream too: more than a host has at once, for its question whether we live must never wait
_DRAIN = 9  # seconds that a process that was told to end by a signal waits for the calls under way


def main(plugin):
    """Serves a plugin as this process until its host ends it, and exits. It is the last thing that a driver's program does; nothing may be printed
    on standard output before it."""
    if not handshake.started_by_host():
        sys.exit(f"{plugin.name} {plugin.version} is a driver of Oceanid and is not run by hand: a host starts it, "
                 "from its folder of drivers or the path in a driver block of its configuration.")
    # Stacks count against the memory that an operator allows the driver; the usual 8 MiB for each call would soon be all of it.
    threading.stack_size(1 << 20)
    journal = log.start(os.environ.get("OCEANID_LOG", ""))
    handshake.descriptor("OCEANID_EXECUTABLE")
    handshake.call_me("oceanid-" + plugin.name)
    lifeline.hold()
    end = _End()
    server, drain = _server(plugin, journal, end)
    server.add_secure_port("unix:" + handshake.socket_path(), tls.credentials())
    # A terminal's Ctrl-C is for the host, which drains its drivers before it ends them; systemd sends SIGTERM to both at once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=lambda: (drain(_DRAIN), end.come()), daemon=True).start())
    server.start()
    handshake.hello()
    end.wait()
    server.stop(0.2).wait(2)
    lifeline.clear_away()
    # A thread that hangs in the pool must not keep the process.
    os._exit(0)


class _End:
    """The end of the process, which one thread waits for and others bring about."""

    def __init__(self):
        self._come = False
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        # A signal may come to any thread, and Python runs its handler in the main one, which nothing but this wakes for it.
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)

    def come(self):
        self._come = True
        os.write(self._writer, b"!")

    def wait(self):
        while not self._come:
            os.read(self._reader, 1)


def _server(plugin, journal, end):
    instances, gate = calls.Instances(), calls.Gate()

    def open_instance(request):
        env = Env(request.name, request.directory, journal.having(scheduler=request.name))
        return calls.Instance(request.instance.revision, plugin.driver(plugin.read(request.config_json), env), env.log)

    does = verbs.Verbs(plugin, instances, gate, open_instance)
    server = grpc.server(
        concurrent.futures.ThreadPoolExecutor(_THREADS, thread_name_prefix="call"),
        options=[("grpc.max_receive_message_length", protocol.MAX_MESSAGE), ("grpc.max_send_message_length", protocol.MAX_MESSAGE)],
    )
    for service in verbs.served(plugin.driver):
        handlers = {m.name: _handler(m, getattr(does, m.name), journal, gate) for m in protocol.methods(service)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    for service, verb, answer in (
        # grpc.health.v1.HealthCheckResponse{status: SERVING}, whatever was asked about.
        ("grpc.health.v1.Health", "Check", lambda *_: b"\x08\x01"),
        # go-plugin's way to end a plugin. Its other services, GRPCBroker and GRPCStdio, may be left out.
        ("plugin.GRPCController", "Shutdown", lambda *_: end.come() or b""),
    ):
        handler = grpc.unary_unary_rpc_method_handler(answer)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {verb: handler}),))
    return server, does.drain


class Env:
    """What a driver gets besides its configuration: the scheduler's name, a folder of its own that survives restarts, and a log."""

    def __init__(self, name, directory, log):
        self.name, self.directory, self.log = name, directory, log


def _handler(method, verb, journal, gate):
    """The gRPC handler of a verb: the call passes the gate, and an exception becomes a status that keeps its meaning."""

    @contextlib.contextmanager
    def guarded(context):
        named = {k: v for k, v in context.invocation_metadata() if k == "oceanid-request-id"}
        call = calls.Call(context, journal.having(**{"request": v for v in named.values()}, verb=method.name))
        try:
            # The verb that drains must pass a closed gate.
            with contextlib.nullcontext() if method.name == "Drain" else gate.inside():
                yield call
        # SystemExit as well: gRPC's threads swallow it, and the host would wait for an answer until its deadline.
        except (Exception, SystemExit) as e:
            if not isinstance(e, (fault.Fault, OSError)):
                call.log.exception("the driver failed")
            failed = e
        else:
            return
        context.abort_with_status(fault.status(failed))

    def once(request, context):
        with guarded(context) as call:
            return verb(call, request)

    def stream(request, context):
        with guarded(context) as call:
            yield from verb(call, request)

    make = {
        (False, False): grpc.unary_unary_rpc_method_handler, (False, True): grpc.unary_stream_rpc_method_handler,
        (True, False): grpc.stream_unary_rpc_method_handler, (True, True): grpc.stream_stream_rpc_method_handler,
    }[method.client_streaming, method.server_streaming]
    read, write = (protocol.message(name.lstrip(".")) for name in (method.input_type, method.output_type))
    return make(stream if method.server_streaming else once, read.FromString, write.SerializeToString)
